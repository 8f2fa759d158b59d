"""The sentences say what the figures say, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from s3ft.compare import Contender, Task, compare
from s3ft.report._answers import answers

REPORT: dict[str, Any] = {
    "golds": ["judge 'math': accepts 100.0% of 9 train golds."],
    "verdicts": [{"labels": {"correct": 60, "incorrect": 40}}],
    "canaries": None,
    "overruled": {"by_source": {}, "since": 0},
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
    first, second = told(BASE, sft, ours)["learned"]
    assert first.startswith(
        "sft is right in 40.8 % of 400 test items: no difference to base can be"
    )
    assert "one of less than about" in first
    assert second.startswith(
        "s3ft is right in 55.0 % of 400 test items: 15.0 points more than base"
    )
    assert "; 14.2 points more than sft (+14.2 [" in second


def test_what_was_lost_and_where() -> None:
    sft = contender("sft", target=160, facts=240, myths=150)
    ours = contender("s3ft", target=160, facts=295, myths=199)
    better = contender("other", target=160, facts=330, myths=230)
    lines = told(BASE, sft, ours, better)["forgot"]
    assert lines[0].startswith("sft lost 13.7 [") or lines[0].startswith("sft lost 13.8 [")
    assert "the mean over 2 benchmarks; told in facts (−15.0 [" in lines[0]
    assert "myths (−12.5 [" in lines[0]
    assert "of sft's loss" not in lines[0]
    assert "told in" not in lines[1], "five and one items of 400"
    assert "of sft's loss" in lines[1]
    assert lines[2].startswith("other gained 7.5 points")


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
        ({}, "0 of 100 verdicts are open (0.0 %); an open verdict never counts as right."),
        (
            {"verdicts": [{"labels": {"correct": 90, "unknown": 10}}]},
            "10 of 100 verdicts are open (10.0 %), which is much; an open verdict never counts as"
            " right.",
        ),
        (
            {"overruled": {"by_source": {"paraphrase": 1, "self": 3}, "since": 0}},
            "People overruled the judge in training rows: 1 of paraphrase, 3 of self.",
        ),
        (
            {"overruled": {"by_source": {}, "since": 2}},
            "People overruled 2 verdicts since the mixtures were made.",
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
