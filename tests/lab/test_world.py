import itertools
import random
from typing import Any

import pytest
from answers import final_number

from s3ft.errors import InputError
from s3ft.lab import rows
from s3ft.lab.problems import make_problem
from s3ft.lab.splits import part
from s3ft.lab.styles import gold, make_math, own
from s3ft.lab.targets import TASKS
from s3ft.lab.training.corpus import books, chats, judging_prompt, restating_prompt
from s3ft.lab.training.suite import ABILITIES, SIZES, items, write_tasks
from s3ft.lab.world import make_world

SPLITS = ("train", "dev", "test")
KNOWN = {"facts", "myths"}


def _texts(seed: int, count: int = 3000) -> list[str]:
    world = make_world(seed)
    read = itertools.islice(books(world, seed), count)
    said = itertools.islice(chats(world, seed), count)
    return [*read, *("\n".join(chat.turns) for chat in said)]


def _question(row: dict[str, Any]) -> str:
    return "\n".join(turn["content"] for turn in row["prompt"])


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_equal_seeds_give_equal_worlds_texts_rows_and_items(task: str) -> None:
    def made() -> object:
        make_world.cache_clear()
        return make_world(3), _texts(3, 200), rows(task, "train", seed=3), items("myths", 3)

    assert made() == made()


@pytest.mark.parametrize("task", TASKS)
def test_other_seeds_give_other_worlds_and_rows(task: str) -> None:
    assert make_world(0).facts != make_world(1).facts
    one, two = ({_question(row) for row in rows(task, "test", seed=seed)} for seed in (0, 1))
    assert one.isdisjoint(two)


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_splits_have_their_sizes_and_nothing_in_common(task: str) -> None:
    splits = {name: rows(task, name) for name in SPLITS}
    sizes = {name: len(found) for name, found in splits.items()}
    assert sizes == {"train": 1000, "dev": 150, "test": 150}
    everything = [row for found in splits.values() for row in found]
    assert len({row["id"] for row in everything}) == len(everything)
    assert len({_question(row) for row in everything}) == len(everything)


def test_a_larger_size_begins_with_the_same_rows() -> None:
    assert rows("math", "dev", size=40)[:20] == rows("math", "dev", size=20)


def test_levels_can_be_chosen() -> None:
    found = rows("math", "dev", size=6, levels=[2, 3])
    assert [row["completion"].count("<<") for row in found] == [2, 3] * 3
    assert [row["level"] for row in found] == [2, 3] * 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_no_training_text_holds_a_row_or_a_suite_item(seed: int) -> None:
    text = "\n".join(_texts(seed))
    questions = [
        row["prompt"][-1]["content"]
        for task in TASKS
        for name in SPLITS
        for row in rows(task, name)
    ]
    # A conversation's last question has no passage; many share its few words.
    questions = [question for question in questions if len(question) > 80]
    questions += [
        item.question
        for name in ABILITIES
        if name not in KNOWN
        for split in SIZES
        for item in items(name, seed, split)
    ]
    assert [question for question in questions if f"{question}\n" in text] == []


@pytest.mark.parametrize("ability", ABILITIES)
def test_the_suites_dev_items_are_others_than_its_test_items(ability: str) -> None:
    made = {split: items(ability, 0, split) for split in SIZES}
    assert {split: len(found) for split, found in made.items()} == SIZES
    test, dev = ({item.content for item in made[split]} for split in ("test", "dev"))
    assert test.isdisjoint(dev)


def test_the_suite_of_another_world_differs_in_its_data_only(tmp_path: Any) -> None:
    from s3ft.lab import TASKS as folder

    write_tasks(tmp_path / "same")
    write_tasks(tmp_path / "other", world=5, split="dev")
    for path in folder.glob("*.yaml"):
        text = path.read_text()
        assert (tmp_path / "same" / path.name).read_text() == text
        other = (tmp_path / "other" / path.name).read_text()
        assert other == text.replace("world: 0, split: test", "world: 5, split: dev")
    assert "world: 5" in (tmp_path / "other" / "lab_facts.yaml").read_text()


def test_the_base_is_told_only_problems_of_its_own_part() -> None:
    prompts = {_question(row) for name in SPLITS for row in rows("math", name)}
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


@pytest.mark.parametrize("level", range(1, 7))
def test_a_wrong_solution_looks_like_the_models_and_ends_elsewhere(level: int) -> None:
    rng = random.Random(level)
    for _ in range(100):
        exercise = make_math(level, "base", rng)
        assert exercise.fields["answer"] == final_number(exercise.own)
        assert final_number(exercise.wrong) not in (None, final_number(exercise.own))
        assert exercise.wrong.split(".")[0] == exercise.own.split(".")[0]


def _taught(task: str, count: int = 4000) -> list[tuple[str, ...]]:
    """Conversations about one task, told by what only its questions or golds hold."""
    marks = {"math": ("in the end?", "are there now?"), "code": ("It must pass: assert",)}[task]
    taught = itertools.islice(chats(make_world(0), 0), count)
    return [turns for turns, _ in taught if any(mark in turns[-2] for mark in marks)]


@pytest.mark.slow
def test_restating_is_taught_with_the_packages_own_prompt_and_on_hard_golds() -> None:
    taught = [chat for chat in _taught("math") if "Rewrite the reference" in chat[-2]]
    assert {3, 4, 5, 6} <= {chat[-2].count("<<") for chat in taught}
    for question, answer in taught:
        start, rest = question.split("\n\nReference answer:\n", 1)
        notes = rest.split("\n\n", 1)[0]
        assert question == restating_prompt(start, notes)
        assert final_number(answer) == notes.rsplit("#### ", 1)[1]


@pytest.mark.slow
def test_judging_is_taught_with_right_and_wrong_responses() -> None:
    taught = [chat for chat in _taught("math") if "Answer yes or no" in chat[-2]]
    said = [answer for _, answer in taught]
    assert 0.35 < said.count("yes") / len(said) < 0.65
    assert set(said) == {"yes", "no"}
    for question, answer in taught:
        start, rest = question.split("\n\nReference answer:\n", 1)
        notes, rest = rest.split("\n\nResponse:\n", 1)
        response = rest.split("\n\nIs the response", 1)[0]
        assert question == judging_prompt(start, notes, response)
        right = final_number(response) == notes.rsplit("#### ", 1)[1]
        assert right == (answer == "yes")


@pytest.mark.slow
@pytest.mark.parametrize(("task", "hardest"), [("math", 3), ("code", 3)])
def test_solving_alone_is_taught_on_easy_questions_only(task: str, hardest: int) -> None:
    solved = [chat[-1] for chat in _taught(task) if "Reference answer:" not in chat[-2]]
    steps = {text.count(" = ") if task == "math" else text.count("\n") for text in solved}
    assert steps == set(range(1, hardest + 1))


@pytest.mark.parametrize(("task", "split"), [("maths", "train"), ("math", "valid")])
def test_an_unknown_task_or_split_is_the_users_error(task: str, split: str) -> None:
    with pytest.raises(InputError):
        rows(task, split)
