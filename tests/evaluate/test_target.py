"""Verdicts become scores: only a whole, correct answer counts."""

from __future__ import annotations

import pytest

from s3ft.evaluate import target_scores
from s3ft.records import Candidate, Example, FinishReason, Label, Response, Verdict
from s3ft.store import Entry


def entry(id: str, label: Label | None, finish: FinishReason = "stop") -> Entry:
    response = Response("key", "text", None, finish)
    verdict = None if label is None else Verdict("key", label)
    candidate = Candidate("base", 0, response, verdict)
    return Entry(0, Example(id, (), "gold"), (candidate,))


@pytest.mark.parametrize(
    ("label", "finish", "accuracy", "unknown", "cut"),
    [
        ("correct", "stop", 1.0, 0.0, 0.0),
        ("incorrect", "stop", 0.0, 0.0, 0.0),
        ("unknown", "stop", 0.0, 1.0, 0.0),
        (None, "stop", 0.0, 1.0, 0.0),
        ("correct", "length", 0.0, 0.0, 1.0),
    ],
)
def test_an_items_scores(
    label: Label | None, finish: FinishReason, accuracy: float, unknown: float, cut: float
) -> None:
    scores = target_scores("base", [entry("a", label, finish)])
    assert {score.metric: score.value for score in scores} == {
        "accuracy": accuracy,
        "unknown": unknown,
        "cut": cut,
    }
    assert {(score.model, score.task, score.item) for score in scores} == {("base", "target", "a")}


def test_another_models_answer_is_not_taken() -> None:
    [accuracy, unknown, _] = target_scores("s3ft-seed0", [entry("a", "correct")])
    assert (accuracy.value, unknown.value) == (0.0, 1.0)
