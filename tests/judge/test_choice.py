"""The choice judge: which label a response picks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3ft.judge._choice import choice
from s3ft.records import Case, Verdict

CITIES = ["London", "Paris", "Rome", "Berlin"]


def ask(gold: str, response: str, choices: Any = None) -> Verdict:
    meta = {} if choices is None else {"choices": choices}
    return next(choice()([Case("0", (), response, (gold,), meta=meta)]))


@pytest.mark.parametrize(
    "response",
    [
        "B",
        "b",
        "(B)",
        "B.",
        "**B**",
        "B) Paris",
        "B. Paris",
        "Answer: B",
        "Answer: (b)",
        "The answer is B.",
        "The answer is **B**, since A is wrong",
        "The correct option is (B).",
        "\\boxed{B}",
        "$\\boxed{\\text{(B)}}$",
        "#### B",
        "I think (B) is right",
    ],
)
def test_reads_a_label(response: str) -> None:
    assert ask("B", response).label == "correct"
    assert ask("B", response, CITIES).label == "correct"
    assert ask("C", response, CITIES).label == "incorrect"


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("A", "The answer is a dog"),
        ("A", "A dog"),
        ("I", "I think so"),
        ("B", "Bananas"),
        ("B", "The answer is not B."),
        ("B", "The answer is B or C"),
        ("B", "Answer: A\nAnswer: B"),
        ("B", "(A) or (B)"),
        ("B", ""),
        ("1", "The answer is 2"),
    ],
)
def test_does_not_read_one_where_none_is_meant(gold: str, response: str) -> None:
    assert ask(gold, response).label == "incorrect"


def test_gold_and_response_may_be_texts_of_choices() -> None:
    for gold in ("B", "1", "Paris", "paris"):
        assert ask(gold, "B", CITIES).label == "correct"
        assert ask(gold, "Paris.", CITIES).label == "correct"
        assert ask(gold, "The answer is Paris.", CITIES).label == "correct"
        assert ask(gold, "Rome", CITIES).label == "incorrect"


def test_labels_of_their_own() -> None:
    numbered = {"text": CITIES, "label": ["1", "2", "3", "4"]}
    assert ask("2", "The answer is 2.", numbered).label == "correct"
    assert ask("2", "Paris", numbered).label == "correct"
    assert ask("2", "B", numbered).label == "incorrect"


def test_numbers_may_be_labels() -> None:
    assert ask("2", "The answer is 2.").label == "correct"


def test_what_could_be_index_and_text_is_unknown() -> None:
    assert ask("1", "A", ["1", "2", "3"]).label == "unknown"
    assert ask("1", "B", ["0", "1", "2"]).label == "correct"


def test_what_is_no_choice_is_unknown() -> None:
    assert ask("Paris", "B").label == "unknown"
    assert ask("7", "B", CITIES).label == "unknown"
    for choices in ("AB", 3, {"text": CITIES}, {"text": CITIES, "label": ["A"]}):
        assert ask("B", "B", choices).reason.startswith("malformed: choices")


def test_arc_questions(shared_data: Path) -> None:
    with (shared_data / "arc_winogrande" / "arc_challenge.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    accepted = 0
    for row in rows:
        right, text = row["gold"], row["choices"][row["gold"]]
        accepted += ask(str(right), f"The answer is {text}", row["choices"]).label == "correct"
        assert ask("ABCDE"[right], f"({'ABCDE'[right]}) {text}", row["choices"]).label == "correct"
        wrong = "ABCDE"[right - 1 if right else 1]
        assert ask("ABCDE"[right], f"Answer: {wrong}", row["choices"]).label == "incorrect"
    # The rest are numbers, which could be an index, or texts of several clauses.
    assert accepted >= 0.9 * len(rows)
