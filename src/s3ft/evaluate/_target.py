"""From the verdicts on the test split to scores, one set for each item."""

from __future__ import annotations

from collections.abc import Iterable

from ..store import Entry, Score

BASE = "base"
"""The label of the untuned model."""

TARGET = "target"
"""The task's name in the scores; another data set's is this, a colon, and its own name."""

LIKELIHOOD, DRIFT = "likelihood", "drift"
"""Names in the scores that are no tasks: nats a token, by source (``self``, ``paraphrase``,
``gold`` ...) of the base, and by kind of prompt (``task``, ``general``) of every tuned model."""


def other_target(name: str) -> str:
    """The task in which the scores on another data set stand."""
    return f"{TARGET}:{name}"


def target_split(task: str) -> str:
    """The split in which the rows of the target, or of another data set, stand."""
    return task.replace(TARGET, "test", 1)


def is_target(task: str) -> bool:
    """Whether a task is the target or another data set, and no benchmark."""
    return task == TARGET or task.startswith(other_target(""))


def target_scores(label: str, entries: Iterable[Entry], task: str = TARGET) -> list[Score]:
    """Each test item's result for one model: 0 or 1 in every metric.

    ``accuracy`` is 1 only for a correct answer that was not cut at the token limit. What the judge
    could not decide counts as 0 there and as 1 under ``unknown``, and so does an item without an
    answer. ``cut`` tells which answers hit the limit.

    Args:
        task: the target's, or `other_target`.
        label: the model's name in the run, which is also the source of its responses.
        entries: the test split with that model's candidates; the first sample counts.
    """
    scores: list[Score] = []
    for entry in entries:
        found = next((c for c in entry.candidates if c.source == label), None)
        verdict = found.verdict if found else None
        cut = found is not None and not found.response.whole
        values = {
            "accuracy": verdict is not None and verdict.label == "correct" and not cut,
            "unknown": verdict is None or verdict.label == "unknown",
            "cut": cut,
        }
        scores += [
            Score(label, task, metric, entry.example.id, float(value))
            for metric, value in values.items()
        ]
    return scores
