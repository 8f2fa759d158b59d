"""Judges made of judges: who is asked about what, and whose word stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest

import s3ft
from s3ft.errors import InputError
from s3ft.judges import registry
from s3ft.records import Case, Label, Verdict

asked: Counter[str] = Counter()
LABELS: dict[str, Label] = {"+": "correct", "-": "incorrect", "?": "unknown"}


def says(place: int) -> s3ft.Judge:
    """A judge that reads its verdict at its place in the response: "+-?" is yes, no, unknown."""

    def judge(cases: Iterable[Case]) -> Iterator[Verdict]:
        for case in cases:
            asked[f"{place}: {case.response}"] += 1
            yield Verdict(case.key, LABELS[case.response[place]], None, f"reads {place}")

    return judge


first, second, third = (partial(says, place) for place in range(3))
NAMES = [f"{__name__}:{name}" for name in ("first", "second", "third")]


def judged(kind: str, response: str, **options: Any) -> tuple[str, str]:
    """Symbol of the verdict, and who gave it."""
    asked.clear()
    judges: list[Any] = NAMES[: len(response)]
    if options:
        judges[0] = {"name": judges[0], **options}
    [verdict] = registry([{"response": response, "gold": "x"}], kind, judges=judges)
    symbol = next(symbol for symbol, label in LABELS.items() if label == verdict.label)
    return symbol, verdict.reason.removeprefix(f"{__name__}:").split(":")[0]


@pytest.mark.parametrize(
    ("response", "verdict", "by", "questions"),
    [
        ("+-", "+", "first", 1),
        ("-+", "-", "first", 1),
        ("?+", "+", "second", 2),
        ("?-", "-", "second", 2),
        ("??", "?", "second", 2),
        ("?-+", "-", "second", 2),
        ("??+", "+", "third", 3),
    ],
)
def test_a_cascade_asks_on_until_one_decides(
    response: str, verdict: str, by: str, questions: int
) -> None:
    assert judged("cascade", response) == (verdict, by)
    assert asked.total() == questions


def test_a_step_decides_with_its_final_labels_only() -> None:
    assert judged("cascade", "-+", final=["correct"]) == ("+", "second")
    assert judged("cascade", "+-", final=["correct"]) == ("+", "first")
    assert judged("cascade", "?+", final=["correct", "unknown"]) == ("?", "first")


def test_a_match_that_fails_decides_nothing() -> None:
    rows = [{"response": text, "gold": "Paris"} for text in ("paris.", "It is Paris.", "Lyon")]
    verdicts = registry(rows, "cascade", judges=["match", "qa"])
    assert [(v.label, v.reason.split(":")[0]) for v in verdicts] == [
        ("correct", "match"),
        ("correct", "qa"),
        ("incorrect", "qa"),
    ]


@pytest.mark.parametrize(
    ("kind", "response", "verdict", "by", "questions"),
    [
        ("all", "++", "+", "second", 2),
        ("all", "-+", "-", "first", 1),
        ("all", "+-", "-", "second", 2),
        ("all", "?+", "?", "first", 2),
        ("all", "+?", "?", "second", 2),
        ("all", "?-", "-", "second", 2),
        ("all", "?-+", "-", "second", 2),
        ("all", "?+-", "-", "third", 3),
        ("any", "--", "-", "second", 2),
        ("any", "+-", "+", "first", 1),
        ("any", "-+", "+", "second", 2),
        ("any", "?-", "?", "first", 2),
        ("any", "-?", "?", "second", 2),
        ("any", "?+", "+", "second", 2),
        ("any", "?-+", "+", "third", 3),
    ],
)
def test_all_and_any(kind: str, response: str, verdict: str, by: str, questions: int) -> None:
    assert judged(kind, response) == (verdict, by)
    assert asked.total() == questions


def test_they_nest() -> None:
    inner = {"name": "any", "judges": NAMES[:2]}
    [verdict] = registry([{"response": "-++", "gold": "x"}], "all", judges=[inner, NAMES[2]])
    assert (verdict.label, verdict.reason) == ("correct", f"{NAMES[2]}: reads 2")


def test_what_is_malformed_stays_so() -> None:
    [verdict] = registry([{"response": "x"}], "all", judges=["match", "qa"])
    assert verdict.reason.startswith("malformed: ")


def test_verdicts_stream() -> None:
    taken = 0

    def cases() -> Iterator[Case]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield Case(str(number), (), "?+", ("x",))

    judge = registry.make("cascade", {"judges": NAMES[:2]})
    next(judge(cases()))
    assert taken == 1


@pytest.mark.parametrize(
    ("judges", "problem"),
    [
        ("match", "a list of two or more"),
        (["match"], "a list of two or more"),
        (["match", 3], "not a mapping"),
        (["match", {"final": ["correct"]}], "a mapping with a name"),
        (["match", "mtach"], "there is no judge 'mtach'"),
        ([{"name": "match", "final": "correct"}, "qa"], "final of 'match' must be a list"),
        ([{"name": "match", "final": ["right"]}, "qa"], "final of 'match' must be a list"),
        ([{"name": "match", "tolerance": 1}, "qa"], "unexpected keyword argument 'tolerance'"),
    ],
)
def test_wrong_requests(judges: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        registry.make("cascade", {"judges": judges})
