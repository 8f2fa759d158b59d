"""Figures of agreement between a judge and true labels, with their intervals.

A judge sorts into correct, incorrect and unknown; people into correct and incorrect. What a judge
does not know it does not accept, so an unknown is no false accept, but it is no agreement either.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ...records import Label
from ...stats import Estimate, cohen_kappa, wilson

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
        right, wrong = ([self.counts[truth][label] for label in LABELS] for truth in (True, False))
        return cohen_kappa([right, wrong, [0] * len(LABELS)])  # no label says unknown

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
