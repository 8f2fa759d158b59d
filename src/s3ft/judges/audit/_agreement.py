"""Figures of agreement between a judge and true labels, with their intervals.

A judge sorts into correct, incorrect and unknown; people into correct and incorrect. What a judge
does not know it does not accept, so an unknown is no false accept, but it is no agreement either.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any

from ...records import Label
from ...stats import Estimate, Z, wilson

LABELS: tuple[Label, ...] = ("correct", "incorrect", "unknown")
FIGURES = ("accuracy", "precision", "recall", "false_accept_rate", "kappa", "wrong_rows")


@dataclass(slots=True)
class Confusion:
    """How often which true label met which verdict: ``counts[truth][verdict]``.

    The figures are None where their denominator is 0.
    """

    counts: dict[bool, dict[Label, int]] = field(
        default_factory=lambda: {truth: dict.fromkeys(LABELS, 0) for truth in (True, False)}
    )

    def labelled(self, truth: bool) -> int:
        """Rows whose true label this is."""
        return sum(self.counts[truth].values())

    def judged(self, label: Label) -> int:
        """Rows that got this verdict."""
        return self.counts[True][label] + self.counts[False][label]

    @property
    def rows(self) -> int:
        """All rows with a label."""
        return self.labelled(True) + self.labelled(False)

    @property
    def agreed(self) -> int:
        """Rows on which judge and label say the same."""
        return self.counts[True]["correct"] + self.counts[False]["incorrect"]

    @property
    def accuracy(self) -> Estimate | None:
        """The share of all rows on which the judge agrees with the label."""
        return wilson(self.agreed, self.rows)

    @property
    def precision(self) -> Estimate | None:
        """The share of the accepted that is right: 1 less the wrong among a mixture's self rows."""
        return wilson(self.counts[True]["correct"], self.judged("correct"))

    @property
    def recall(self) -> Estimate | None:
        """The share of the right that is accepted."""
        return wilson(self.counts[True]["correct"], self.labelled(True))

    @property
    def false_accept_rate(self) -> Estimate | None:
        """The share of the wrong that is accepted."""
        return wilson(self.counts[False]["correct"], self.labelled(False))

    @property
    def kappa(self) -> Estimate | None:
        """Cohen's kappa: agreement beyond chance, 1 at best."""
        return cohen_kappa(self)

    @property
    def wrong_rows(self) -> Estimate | None:
        """The share of all rows that is wrong and accepted: so many rows of a mixture to expect.

        Of its self rows, where the model answers as well as these responses do. Paraphrases that
        the same judge accepts wrongly come on top.
        """
        return wilson(self.counts[False]["correct"], self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Counts and figures as JSON-serialisable values."""
        figures: dict[str, Estimate | None] = {name: getattr(self, name) for name in FIGURES}
        return {
            "rows": self.rows,
            "confusion": {str(truth).lower(): dict(row) for truth, row in self.counts.items()},
            **{name: asdict(figure) if figure else None for name, figure in figures.items()},
        }


def cohen_kappa(confusion: Confusion) -> Estimate | None:
    """Cohen's kappa with the large-sample interval of Fleiss, Cohen and Everitt (1969, eq. 13)."""
    n = confusion.rows
    if not n:
        return None
    truths: dict[Label, bool] = {"correct": True, "incorrect": False}
    by_truth = {label: confusion.labelled(truth) / n for label, truth in truths.items()}
    by_judge = {label: confusion.judged(label) / n for label in LABELS}
    observed = confusion.agreed / n
    expected = sum(by_truth[label] * by_judge[label] for label in truths)
    if expected == 1:
        return None  # all rows carry one label, which the judge gave them all
    spread = -((observed * expected - 2 * expected + observed) ** 2)
    for row, truth in truths.items():
        for column in LABELS:
            share = confusion.counts[truth][column] / n
            if row == column:
                weight = (1 - expected) - (by_judge[row] + by_truth[row]) * (1 - observed)
            else:
                weight = (1 - observed) * (by_judge[row] + by_truth.get(column, 0.0))
            spread += share * weight**2
    value = (observed - expected) / (1 - expected)
    half = Z * sqrt(max(spread, 0.0) / n) / (1 - expected) ** 2
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half))
