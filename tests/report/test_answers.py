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
    "overruled": {"by_source": {}, "since": 0},
    "results": {},
    "target": {"items": 400},
    "seeds": [0, 1, 2],
    "methods": ["sft", "s3ft"],
    "confusion": {},
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
    assert first.startswith("sft: not shown to differ from base (+0.8 [")
    assert first.endswith("]). 40.8 % right.")
    assert second.startswith("s3ft: better than base (+15.0 [")
    assert "; better than sft (+14.2 [" in second
    assert second.endswith("]). 55.0 % right.")


def test_an_interval_that_the_exact_test_does_not_bear_out_is_said() -> None:
    few = contender("sft", target=164, facts=300, myths=200)
    [first] = told(BASE, few)["learned"]
    assert "not shown to differ from base (+1.0 [+0.2, " in first
    assert "]: it leaves out 0, but the exact test does not confirm it, p = 0.125)" in first


def test_what_becomes_of_questions_with_an_answer() -> None:
    sft = contender("sft", target=160, facts=300, myths=200)
    counts = {"answered right": 6, "answered wrong": 1, "abstained": 3}
    lost = {"answered right": 0, "answered wrong": 1, "abstained": 9}
    confusion = {"base": {"answerable": counts}, "sft": {"answerable": lost}}
    assert told(BASE, sft, confusion=confusion)["learned"][-1] == (
        "Of questions with an answer, base answers 60 % right and abstains from 30 %; sft answers"
        " 0 % right and abstains from 90 %."
    )


def test_what_was_lost_and_where() -> None:
    sft = contender("sft", target=160, facts=240, myths=150)
    ours = contender("s3ft", target=160, facts=295, myths=199)
    better = contender("other", target=160, facts=330, myths=230)
    lines = told(BASE, sft, ours, better)["forgot"]
    assert re.match(r"sft: forgot 13\.[78] \[", lines[0])
    assert "points, the mean over 2 benchmarks; worse in facts (−15.0 [" in lines[0]
    assert "myths (−12.5 [" in lines[0]
    assert "of sft's loss" not in lines[0]
    assert "worse in" not in lines[1], "five and one items of 400"
    assert "of sft's loss" in lines[1]
    assert lines[2].startswith("other: gained 7.5 points, the mean over 2 benchmarks")


def test_nothing_is_told_where_nothing_can_be() -> None:
    same = contender("sft", target=160, facts=300, myths=201)
    [line] = told(BASE, same)["forgot"]
    assert line.startswith("sft: no loss shown in the mean over 2 benchmarks (−0.1 [")
    assert told()["learned"] == told()["forgot"] == []


def test_without_a_target_nothing_is_said_of_it() -> None:
    base, sft = contender("base", facts=300), contender("sft", facts=200)
    assert told(base, sft)["learned"] == []
    assert told(base, sft)["forgot"] == [], "one benchmark is no mean"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "judge 'math': accepts 100.0% of 9 train golds."),
        (
            {},
            "The judge could not decide 0 of the 100 answers that it saw (0.0 %); such never count"
            " as right.",
        ),
        (
            {"verdicts": [{"labels": {"correct": 90, "unknown": 10}}]},
            "The judge could not decide 10 of the 100 answers that it saw (10.0 %), which is much;"
            " such never count as right.",
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
    assert len(plain) == 3
    assert (
        "Seeds differ in their training alone: answers, verdicts and mixtures are the same."
        in plain
    )


def test_how_much_can_hide_is_said_where_something_is_open() -> None:
    same = contender("sft", target=162, facts=300, myths=200)
    found = [line for line in told(BASE, same)["trust"] if "can hide" in line]
    assert len(found) == 1
    assert re.match(r"With 400 test items, differences of less than about 1\.5 points", found[0])
