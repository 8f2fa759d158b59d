"""Answerable or not, against answered or not: how well a model knows when to abstain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...records import Case, Verdict, VerdictCode
from ._qa import accepted
from .abstain import abstention

QUESTIONS = ("answerable", "unanswerable")
RESPONSES = ("answered right", "answered wrong", "abstained")


@dataclass(slots=True)
class Answerability:
    """Questions by whether they have an answer, and by what `qa` made of their responses.

    ``counts[question][response]``. A response that neither answers nor abstains (empty, or cut at
    the token limit) counts as answered wrong. What the judge could not decide is in none, nor are
    rows that say nothing of an answer.

    Args:
        abstain: the judge's own option of that name.
    """

    abstain: Iterable[str] = ()
    counts: Mapping[str, dict[str, int]] = field(
        default_factory=lambda: {question: dict.fromkeys(RESPONSES, 0) for question in QUESTIONS}
    )

    def add(self, case: Case, verdict: Verdict) -> None:
        """Count one case and its verdict."""
        if verdict.label == "unknown":
            return
        try:
            answers = accepted(case, abstention(self.abstain))
        except ValueError:
            return
        question = "unanswerable" if answers is None else "answerable"
        if verdict.code == VerdictCode.ABSTAINS:
            response = "abstained"
        else:
            response = "answered right" if verdict.label == "correct" else "answered wrong"
        self.counts[question][response] += 1

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON-serialisable values."""
        return {question: dict(row) for question, row in self.counts.items()}
