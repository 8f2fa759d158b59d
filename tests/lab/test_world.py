import itertools
import random

import pytest

from s3ft.errors import InputError
from s3ft.lab import rows
from s3ft.lab.corpus import books, chats, restating_prompt
from s3ft.lab.problems import make_problem
from s3ft.lab.score import final_number
from s3ft.lab.splits import part
from s3ft.lab.styles import gold, own
from s3ft.lab.suite import ABILITIES, items
from s3ft.lab.world import make_world


def _texts(seed: int, count: int = 3000) -> list[str]:
    world = make_world(seed)
    read = itertools.islice(books(world, seed), count)
    said = itertools.islice(chats(world, seed), count)
    return [*read, *("\n".join(chat) for chat in said)]


def test_equal_seeds_give_equal_worlds_texts_rows_and_items() -> None:
    make_world.cache_clear()
    first = (make_world(3), _texts(3, 200), rows("math", "train", seed=3), items("myths", 3))
    make_world.cache_clear()
    assert first == (
        make_world(3),
        _texts(3, 200),
        rows("math", "train", seed=3),
        items("myths", 3),
    )


def test_other_seeds_give_other_worlds_and_rows() -> None:
    assert make_world(0).facts != make_world(1).facts
    one, two = (rows("math", "test", seed=seed) for seed in (0, 1))
    assert {row["prompt"] for row in one}.isdisjoint(row["prompt"] for row in two)


def test_splits_have_their_sizes_and_nothing_in_common() -> None:
    splits = {name: rows("math", name) for name in ("train", "dev", "test")}
    assert {name: len(found) for name, found in splits.items()} == {
        "train": 1000,
        "dev": 150,
        "test": 150,
    }
    for key in ("id", "prompt"):
        everything = [row[key] for found in splits.values() for row in found]
        assert len(set(everything)) == len(everything)


def test_a_larger_size_begins_with_the_same_rows() -> None:
    assert rows("math", "dev", size=40)[:20] == rows("math", "dev", size=20)


@pytest.mark.parametrize("seed", [0, 1])
def test_no_training_text_holds_a_row_or_a_test_item(seed: int) -> None:
    text = "\n".join(_texts(seed))
    asked = [row["prompt"] for name in ("train", "dev", "test") for row in rows("math", name)]
    known = {"facts", "myths"}
    asked += [
        item.question for name in ABILITIES if name not in known for item in items(name, seed)
    ]
    assert [question for question in asked if f"{question}\n" in text] == []


def test_the_base_is_told_only_problems_of_its_own_part() -> None:
    prompts = {row["prompt"] for name in ("train", "dev", "test") for row in rows("math", name)}
    rng = random.Random(5)
    for _ in range(300):
        problem = make_problem(3, rng)
        if part(problem.content) == "base":
            assert problem.question not in prompts


@pytest.mark.parametrize("steps", range(1, 7))
def test_both_styles_hold_true_equations_and_the_right_end(steps: int) -> None:
    rng = random.Random(steps)
    for _ in range(200):
        problem = make_problem(steps, rng)
        notes, told = gold(problem), own(problem)
        *lines, last = notes.splitlines()
        assert len(lines) == steps
        for line in lines:
            equation, result = line.removeprefix("<<").split(">>")
            left, right = equation.split("=")
            assert eval(left) == int(right) == int(result)
        assert last == f"#### {problem.answer}"
        assert lines[-1].endswith(f">>{problem.answer}")
        assert final_number(told) == str(problem.answer)
        assert told.count(" = ") == steps


def test_the_story_leads_to_the_answer() -> None:
    rng = random.Random(8)
    for _ in range(300):
        problem = make_problem(5, rng)
        x, moves = int(problem.content.split(", ")[0]), problem.content.split(", ")[1:]
        for move in moves:
            kind, *numbers = move.split()
            one, two = map(int, (numbers * 2)[:2])
            x = {
                "find": x + one,
                "gift": x + one,
                "lose": x - one,
                "sell": x - one,
                "times": x * one,
                "share": x // one,
                "buy": x + one * two,
                "use": x - one * two,
                "match": x + x + one,
            }[kind]
        assert x == problem.answer
        assert all(
            number in problem.question for number in problem.content.split() if number.isdigit()
        )


def test_restating_is_taught_with_the_packages_own_prompt_and_on_hard_golds() -> None:
    asked = list(itertools.islice(chats(make_world(0), 0), 3000))
    prompts = [(question, answer) for question, answer in asked if "Reference answer:" in question]
    steps = [question.count("<<") for question, _ in prompts]
    assert {3, 4, 5} <= set(steps)
    for question, answer in prompts:
        start, rest = question.split("\n\nReference answer:\n", 1)
        notes = rest.split("\n\n", 1)[0]
        assert question == restating_prompt(start, notes)
        assert final_number(answer) == notes.rsplit("#### ", 1)[1]


def test_solving_alone_is_taught_up_to_three_steps() -> None:
    asked = itertools.islice(chats(make_world(0), 0), 3000)
    solved = [a for q, a in asked if "Reference answer:" not in q and "The answer is" in a]
    assert {answer.count(" = ") for answer in solved} == {1, 2, 3}


@pytest.mark.parametrize(("task", "split"), [("maths", "train"), ("math", "valid")])
def test_an_unknown_task_or_split_is_the_users_error(task: str, split: str) -> None:
    with pytest.raises(InputError):
        rows(task, split)
