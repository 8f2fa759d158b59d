"""The sentences say what the figures say, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from s3ft.compare import Contender, Task, compare
from s3ft.report._answers import answers

REPORT: dict[str, Any] = {
    "golds": ["judge 'math': accepts 100.0% of 9 train golds."],
    "verdicts": [{"labels": {"correct": 60, "incorrect": 40}}],
    "canaries": None,
    "results": {},
    "target": {"items": 400},
    "seeds": [0, 1, 2],
    "methods": ["sft", "s3ft"],
}


def contender(name: str, **right: int) -> Contender:
    """So many right of 400, the first ones, by task."""
    tasks = {
        task: Task("acc", {f"i{n:03}": 100.0 * (n < number) for n in range(400)})
        for task, number in right.items()
    }
    return Contender(name, "run", {"": tasks})


def told(*contenders: Contender, **changes: Any) -> dict[str, list[str]]:
    found = compare(contenders) if contenders else None
    return answers(found, {**REPORT, **changes})


BASE = contender("base", target=160, facts=300, myths=200)


def test_what_was_learned_against_base_and_sft() -> None:
    sft = contender("sft", target=163, facts=300, myths=200)
    ours = contender("s3ft", target=220, facts=300, myths=200)
    first, second, few = told(BASE, sft, ours)["learned"]
    assert first.startswith(
        "sft: 40.8 % of 400 test items right. No difference to base can be told (+0.8 ["
    )
    assert second.startswith("s3ft: 55.0 % of 400 test items right. Better than base (+15.0 [")
    assert "; better than sft (+14.2 [" in second
    assert re.fullmatch(r"Of so many items .* than about 0\.\d points need not show\.", few)


def test_an_interval_that_the_exact_test_does_not_bear_out_is_said() -> None:
    few = contender("sft", target=164, facts=300, myths=200)
    [first, _] = told(BASE, few)["learned"]
    assert "No difference to base can be told (+1.0 [+0.2, " in first
    assert "], but the exact test does not agree, p = 0.125)" in first


def test_what_was_lost_and_where() -> None:
    sft = contender("sft", target=160, facts=240, myths=150)
    ours = contender("s3ft", target=160, facts=295, myths=199)
    better = contender("other", target=160, facts=330, myths=230)
    lines = told(BASE, sft, ours, better)["forgot"]
    assert re.match(r"sft: 13\.[78] \[", lines[0])
    assert "points lost, the mean over 2 benchmarks; worse in facts (−15.0 [" in lines[0]
    assert "myths (−12.5 [" in lines[0]
    assert "of sft's loss" not in lines[0]
    assert "worse in" not in lines[1], "five and one items of 400"
    assert "of sft's loss" in lines[1]
    assert lines[2].startswith("other: nothing lost, 7.5 points gained")


def test_nothing_is_told_where_nothing_can_be() -> None:
    same = contender("sft", target=160, facts=300, myths=201)
    [line] = told(BASE, same)["forgot"]
    assert line.startswith("sft: no loss can be told, −0.1 [")
    assert told()["learned"] == told()["forgot"] == []


def test_without_a_target_nothing_is_said_of_it() -> None:
    base, sft = contender("base", facts=300), contender("sft", facts=200)
    assert told(base, sft)["learned"] == []
    assert told(base, sft)["forgot"] == [], "one benchmark is no mean"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "judge 'math': accepts 100.0% of 9 train golds."),
        ({}, "The judge could not decide 0 of 100 answers (0.0 %); such never count as right."),
        (
            {"verdicts": [{"labels": {"correct": 90, "unknown": 10}}]},
            "The judge could not decide 10 of 100 answers (10.0 %), which is much; such never count"
            " as right.",
        ),
        (
            {"canaries": {"correct": 2, "incorrect": 38}},
            "Of 40 known-wrong answers the judge accepted 2.",
        ),
        (
            {"results": {"sft": {"target": {"cut": 40}}, "base": {"target": {"cut": 4}}}},
            "10.0 % of sft's answers were cut at the token limit, and count as wrong.",
        ),
        (
            {"seeds": [0]},
            "One seed: the intervals are over items; another seed may give other figures.",
        ),
        (
            {"methods": ["s3ft"]},
            "Plain SFT was not trained: what another method saves is not shown.",
        ),
    ],
)
def test_what_it_rests_on(changes: dict[str, Any], sentence: str) -> None:
    sft = contender("sft", target=200, facts=300, myths=200)
    found = told(BASE, sft, **changes)["trust"]
    assert sentence in found
    plain = told(BASE, sft)["trust"]
    assert not changes or sentence not in plain
    assert len(plain) == 2
