import builtins
import keyword
import random
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml

from s3ft.lab import functions
from s3ft.lab.exercise import Exercise, Maker
from s3ft.lab.functions import ENDS, STEPS, Operation, make_function, trace
from s3ft.lab.splits import Part, part
from s3ft.lab.words import read

MAKER: Maker = make_function
PARTS: tuple[Part, ...] = get_args(Part)
LEVELS = range(1, 7)


def _exercises(count: int, seed: int = 0) -> Iterator[tuple[int, Part, Exercise]]:
    rng = random.Random(seed)
    for level in LEVELS:
        for chosen in PARTS:
            for _ in range(count):
                yield level, chosen, make_function(level, chosen, rng)


def _failures(code: str, exercise: Exercise) -> int:
    """How many tests fail; only an assert that does not hold counts, any other error is raised."""
    names: dict[str, Any] = {}
    exec(code, names)
    failed = 0
    for test in exercise.fields["tests"]:
        try:
            exec(test, names)
        except AssertionError:
            failed += 1
    return failed


def _pipeline(exercise: Exercise) -> list[Operation]:
    parsed = [text.split() for text in exercise.content.split(", ")]
    return [Operation(kind, int(k[0]) if k else 0) for kind, *k in parsed]


@pytest.mark.slow
def test_own_and_gold_pass_every_test_and_wrong_fails_one() -> None:
    for _, _, exercise in _exercises(30):
        assert _failures(exercise.own, exercise) == 0, exercise
        assert _failures(exercise.gold, exercise) == 0, exercise
        assert _failures(exercise.wrong, exercise) > 0, exercise


def test_the_question_shows_the_name_and_the_first_of_three_tests() -> None:
    for _, _, exercise in _exercises(5):
        (question,) = exercise.turns
        tests = exercise.fields["tests"]
        assert len(set(tests)) == 3
        assert question.endswith(tests[0])
        assert exercise.fields["entry_point"] + "(" in question.split(" It must pass: ")[0]
        assert exercise.own.splitlines()[0].removeprefix("def ").removesuffix(":") in question


def test_own_takes_a_line_for_each_operation_and_gold_one_line_in_all() -> None:
    for level, _, exercise in _exercises(5):
        assert len(exercise.own.splitlines()) == len(exercise.wrong.splitlines()) == level + 1
        assert len(exercise.gold.splitlines()) == 1
        assert exercise.own != exercise.wrong


def test_own_follows_the_description_and_gold_reverses_it() -> None:
    pipeline = (Operation("even", 0), Operation("add", 3), Operation("sum", 0))
    assert functions.own(pipeline, "tally", "numbers") == (
        "def tally(numbers):\n"
        "    numbers = [n for n in numbers if n % 2 == 0]\n"
        "    numbers = [n + 3 for n in numbers]\n"
        "    return sum(numbers)"
    )
    assert functions.gold(pipeline, "tally") == (
        "tally = lambda a: sum([3 + x for x in [x for x in a if not x % 2]])"
    )


def test_content_has_the_part_and_the_level_that_were_asked_for() -> None:
    for level, chosen, exercise in _exercises(20):
        assert part(exercise.content) == chosen
        assert len(_pipeline(exercise)) == level


def test_no_operation_can_be_left_out_and_none_comes_twice_in_a_row() -> None:
    for _, _, exercise in _exercises(10):
        pipeline = _pipeline(exercise)
        inputs, results = [], []
        for test in exercise.fields["tests"]:
            call, result = test.split(" == ")
            inputs.append(yaml.safe_load(call[call.index("[") : -1]))
            results.append(yaml.safe_load(result))
        assert [trace(pipeline, numbers)[-1] for numbers in inputs] == results
        assert not any([] in trace(pipeline, numbers) for numbers in inputs)
        for i, (kind, _) in enumerate(pipeline):
            shorter = pipeline[:i] + pipeline[i + 1 :]
            assert [trace(shorter, numbers)[-1] for numbers in inputs] != results
            assert i == 0 or pipeline[i - 1].kind != kind


def test_inputs_are_short_and_hold_negatives_and_duplicates_and_results_differ() -> None:
    for _, _, exercise in _exercises(20):
        tests = exercise.fields["tests"]
        inputs = [yaml.safe_load(re.search(r"\[.*?\]", test)[0]) for test in tests]
        assert all(4 <= len(numbers) <= 7 for numbers in inputs)
        assert any(n < 0 for numbers in inputs for n in numbers)
        assert any(len(set(numbers)) < len(numbers) for numbers in inputs)
        assert all(abs(int(n)) < 100 for test in tests for n in re.findall(r"-?\d+", test))
        assert len({test.split(" == ")[1] for test in tests}) > 1


def test_every_part_has_contents_of_one_operation_so_that_drawing_ends() -> None:
    for chosen in PARTS:
        rng = random.Random(chosen)
        assert len({make_function(1, chosen, rng).content for _ in range(200)}) >= 5


def test_every_operation_is_used_and_has_words_and_code_of_its_own() -> None:
    known = read("functions")["operations"]
    assert set(known) == {*STEPS, *ENDS}
    for style in ("own", "gold"):
        assert len({entry[style] for entry in known.values()}) == len(known)
    said = [text for entry in known.values() for text in entry["says"]]
    assert len(set(said)) == len(said)
    assert all(len(entry["says"]) in (2, 3) for entry in known.values())
    rng = random.Random(0)
    drawn = {op.kind for _ in range(300) for op in _pipeline(make_function(4, "base", rng))}
    assert drawn == set(known)


@pytest.mark.parametrize("kind", [*STEPS, *ENDS])
def test_both_styles_do_what_the_operation_does_even_to_an_empty_list(kind: str) -> None:
    numbers = [-7, 4, 12, -6, 0, 5, 4, 12, 21, 15]
    for k in STEPS[kind][0] if kind in STEPS else [0]:
        pipeline = (Operation(kind, k),)
        for code in (functions.own(pipeline, "f", "items"), functions.gold(pipeline, "f")):
            names: dict[str, Any] = {}
            exec(code, names)
            for given in (numbers, numbers[::-1], []):
                assert names["f"](list(given)) == trace(pipeline, given)[-1]


def test_names_hide_nothing() -> None:
    known = read("functions")
    names = [*known["names"], *known["arguments"]]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not hasattr(builtins, name)
        assert name not in ("a", "n", "x")


def test_equal_states_of_the_generator_give_equal_exercises() -> None:
    assert list(_exercises(2, seed=5)) == list(_exercises(2, seed=5))
    assert list(_exercises(2, seed=5)) != list(_exercises(2, seed=6))
