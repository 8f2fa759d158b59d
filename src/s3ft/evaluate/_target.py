"""From the verdicts on the test split to scores, one set for each item."""

from __future__ import annotations

from collections.abc import Iterable

from ..store import Entry, Score
from ._names import TARGET


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
