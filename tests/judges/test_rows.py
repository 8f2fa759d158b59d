"""Rows become verdicts in their order, whatever the rows and the judge are like."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

import s3ft
from s3ft.judges import CHUNK, judge_rows, per_case
from s3ft.judges.text import match
from s3ft.records import Case, Verdict


def shuffling(cases: Iterable[Case]) -> Iterator[Verdict]:
    """Reads all it is given, and answers in another order."""
    waiting = list(cases)
    random.Random(0).shuffle(waiting)
    for case in waiting:
        yield Verdict(case.key, "correct", case.response)


def test_verdicts_come_in_the_order_of_the_rows() -> None:
    rows = [{"id": f"r{i}", "response": str(i), "gold": "x"} for i in range(2 * CHUNK + 7)]
    rows[5] = {"id": "r5"}
    verdicts = list(judge_rows(rows, shuffling))
    assert [verdict.key for verdict in verdicts] == [row["id"] for row in rows]
    assert [v.answer for i, v in enumerate(verdicts) if i != 5] == [
        str(i) for i in range(len(rows)) if i != 5
    ]
    assert verdicts[5].label == "unknown"


def test_equal_ids_do_not_mix_rows_up() -> None:
    rows = [{"id": "same", "response": r, "gold": "a"} for r in "abab"]
    labels = [verdict.label for verdict in judge_rows(rows, match())]
    assert labels == ["correct", "incorrect", "correct", "incorrect"]


def test_reads_no_more_than_it_needs() -> None:
    taken = []

    def rows() -> Iterator[dict[str, str]]:
        for i in range(10 * CHUNK):
            taken.append(i)
            yield {"response": "a", "gold": "a"}

    verdicts = judge_rows(rows(), match())
    next(verdicts)
    assert len(taken) == 1
    verdicts = judge_rows(rows(), shuffling)
    taken.clear()
    next(verdicts)
    assert len(taken) == CHUNK


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"gold": "a"}, "response is missing"),
        ({"response": 3, "gold": "a"}, "response is a number"),
        ({"response": None, "gold": "a"}, "response is missing"),
        ({"response": "a"}, "no gold"),
        ({"response": "a", "gold": []}, "no gold"),
        ({"response": "a", "gold": True}, "gold is a boolean"),
        ({"response": "a", "gold": {"x": 1}}, "gold is an object"),
        ({"response": "a", "completion": ["a", None]}, "an item of completion is missing"),
        ({"response": "a", "gold": float("nan")}, "gold is a number"),
        ({"response": "a", "gold": float("inf")}, "gold is a number that is not finite"),
        ({"response": "a", "gold": "<think>\nIt is a"}, "gold ends within its reasoning"),
        ({"response": "a", "gold": "a", "prompt": 3}, "prompt is neither"),
        ({"response": "a", "gold": "a", "prompt": [{"role": "user"}]}, "prompt is neither"),
        ("a", "the row is a string"),
        (None, "the row is missing"),
        ([1], "the row is a list"),
    ],
)
def test_malformed_rows_are_unknown(row: Any, reason: str) -> None:
    good = {"response": "a", "gold": "a"}
    labels = list(judge_rows([good, row, good], match()))
    assert [verdict.label for verdict in labels] == ["correct", "unknown", "correct"]
    assert labels[1].reason.startswith(f"malformed: {reason}")


def test_gold_may_be_text_number_or_several() -> None:
    rows: list[dict[str, Any]] = [
        {"response": "5", "gold": 5},
        {"response": "5.0", "gold": 5.0},
        {"response": "b", "completion": ["a", "b"]},
        {"response": "5", "gold": ["4", 5]},
        {"response": "a", "gold": "a", "completion": "b"},
        {"response": "1" + "0" * 5_000, "gold": 10**5_000},
        {"response": "-12", "gold": -12},
    ]
    assert {verdict.label for verdict in judge_rows(rows, match())} == {"correct"}


THOUGHTS = [
    ("<think>\nRome? No.\n</think>\n\nParis", "correct"),
    ("Rome? No.\n</think>\n\nParis", "correct"),
    ("<thinking>Rome?</thinking>Paris", "correct"),
    ("[THINK]Rome?[/THINK]Paris", "correct"),
    ("<|channel|>analysis<|message|>Rome?<|end|><|start|>assistant<|channel|>final<|message|>Paris",
     "correct"),
    ("analysisRome? No.assistantfinalParis", "correct"),
    ("<think>\n\n</think>\n\nParis", "correct"),
    ("<think>\nParis\n</think>\n\nRome", "incorrect"),
    ("<think>\nParis", "incorrect"),
    ("<think>\nRome?\n</think>\n<think>\nParis", "incorrect"),
    ("<think>\nParis\n</think>\n", "incorrect"),
]  # fmt: skip


@pytest.mark.parametrize(("response", "label"), THOUGHTS)
@pytest.mark.parametrize("gold", ["Paris", "<think>\nThe capital is it.\n</think>\n\nParis"])
def test_thoughts_are_not_the_answer(response: str, label: str, gold: str) -> None:
    row = {"response": response, "gold": gold, "reasoning": "Rome", "prompt": "Which one?"}
    asked = s3ft.judge([row], "match")
    assert [verdict.label for verdict in asked] == [label]
    reward = s3ft.judge.as_reward("match")
    completions = [[{"role": "assistant", "content": response}]]
    rewards = reward(prompts=["Which one?"], completions=completions, gold=[gold])
    assert rewards == [float(label == "correct")]


def test_an_answer_may_speak_of_tags() -> None:
    rows = [{"response": "Write `<think>` first.", "gold": "write `<think>` first"}]
    assert s3ft.judge(rows, "match")[0].label == "correct"


def test_what_ends_within_its_reasoning_is_told() -> None:
    rows = [{"response": "<think>\nIt is 6.", "gold": "6"}]
    assert s3ft.judge(rows, "math")[0].reason == "ends within its reasoning"


def test_the_columns_beside_an_answer_are_left_as_they_are() -> None:
    seen: list[Case] = []

    def decide(case: Case) -> Verdict:
        seen.append(case)
        return Verdict(case.key, "correct")

    row = {"response": "<think>b</think>a", "reasoning_content": "<think>c</think>", "gold": "a"}
    list(judge_rows([row], per_case(decide)))
    assert seen[0].response == "a"
    assert dict(seen[0].meta) == {"reasoning_content": "<think>c</think>"}


def test_a_case_holds_what_the_row_tells() -> None:
    seen: list[Case] = []

    def decide(case: Case) -> Verdict:
        seen.append(case)
        return Verdict(case.key, "correct")

    row = {"response": "r", "tests": ["t"], "prompt": "q", "completion": "c", "id": 7}
    list(judge_rows([row, {"response": "r"}], per_case(decide)))
    assert seen[0].prompt == ({"role": "user", "content": "q"},)
    assert seen[0].gold == ("c",)
    assert dict(seen[0].meta) == {"tests": ["t"]}
    assert seen[1].gold == ()


def test_a_judge_that_drops_cases_leaves_them_unknown() -> None:
    def lazy(cases: Iterable[Case]) -> Iterator[Verdict]:
        for case in cases:
            if case.key == "3":
                return
            if case.key != "1":
                yield Verdict(case.key, "correct")

    labels = [v.label for v in judge_rows([{"response": "a"}] * 6, lazy)]
    assert labels == ["correct", "unknown", "correct", "unknown", "unknown", "unknown"]


def test_the_public_judge() -> None:
    rows = [{"response": "#### 4", "gold": "4"}, {"response": "#### 5", "gold": "4"}]
    assert [verdict.label for verdict in s3ft.judge(rows, "math")] == ["correct", "incorrect"]


@pytest.mark.parametrize(
    ("word", "label", "reason"),
    [
        (None, "correct", ""),
        ("eos_token", "correct", ""),
        ("STOP", "correct", ""),
        ("MAX_TOKENS", "incorrect", "cut at the token limit"),
        ("thinking", "incorrect", "ends within its reasoning"),
        ("SAFETY", "incorrect", "withheld by a content filter"),
        ("weird", "incorrect", "ended with 'weird', not by the model"),
        (7, "unknown", "malformed: finish_reason is a number, not a string"),
    ],
)
def test_how_a_response_ended_is_read_in_any_server_s_words(
    word: Any, label: str, reason: str
) -> None:
    row = {"response": "Paris", "gold": "Paris", "finish_reason": word}
    [verdict] = s3ft.judge([row], "match")
    assert verdict.label == label
    assert not reason or verdict.reason == reason
