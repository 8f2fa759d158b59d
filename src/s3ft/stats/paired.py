"""Two models, or two methods over their seeds, on the same items.

Tables are values of runs (rows) on items (columns), float64. All figures are in the values' unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ._estimates import Estimate
from .bootstrap import crossed_mean, interval

LEVEL = 0.05
"""The error that an interval, or a test after Holm's correction, is allowed."""

WHOLE = 100.0
"""The most points that an item can differ by."""

Told = Literal["higher", "lower", "not told"]


@dataclass(frozen=True, slots=True)
class Paired:
    """How one does against another on the same items.

    Attributes:
        difference: its mean minus the other's, with a paired interval over items, and over seeds
            where there are several (`s3ft.stats.bootstrap`).
        gained, lost: items on which its mean over the seeds is higher, and lower, than the other's.
        p: the exact two-sided test of gained against lost. Of one run each with items right or
            wrong it is McNemar's (1947, Psychometrika 12); with several seeds or graded scores it
            is the sign test of the items' means, of which McNemar's is the case. It takes the
            seeds as they are: that other seeds might differ, the interval tells.
        least: what the fewest items make that the test could tell from none, all one way.
    """

    difference: Estimate
    gained: int
    lost: int
    p: float
    least: float

    @property
    def told(self) -> Told:
        """Which way it differs: where the interval leaves out 0 and the exact test agrees.

        Of a handful of items that differ, all one way, an interval by resampling leaves out 0 too
        soon; and the test knows nothing of other seeds.
        """
        if self.p >= LEVEL:
            return "not told"
        if self.difference.low > 0:
            return "higher"
        return "lower" if self.difference.high < 0 else "not told"

    @property
    def smallest(self) -> float:
        """About the smallest difference that so many items would have told from none: half of the
        interval, and never less than the test could tell."""
        return max((self.difference.high - self.difference.low) / 2, self.least)


def paired(
    after: NDArray[np.float64],
    before: NDArray[np.float64],
    *,
    items: str,
    seeds: str = "seeds",
) -> Paired:
    """Compare two tables on the same items.

    Args:
        after, before: shapes (runs of it, items) and (runs of the other, items), in percent.
        items, seeds: names that the draws hang on: the same for what is compared in one table.

    Raises:
        ValueError: the items are not as many, or there are none.
    """
    if after.shape[1] != before.shape[1] or not after.shape[1]:
        raise ValueError(f"{after.shape[1]} and {before.shape[1]} items")
    means = [crossed_mean(table, seeds, items) for table in (after, before)]
    differences = np.round(after.mean(axis=0) - before.mean(axis=0), 9)
    gained, lost = int((differences > 0).sum()), int((differences < 0).sum())
    least = fewest_discordant() * WHOLE / after.shape[1]
    return Paired(interval(means[0] - means[1]), gained, lost, sign_test(gained, lost), least)


def sign_test(gained: int, lost: int) -> float:
    """The exact two-sided p-value of so many against so many, if both were as likely."""
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values corrected for how many they are: Holm (1979), Scandinavian J. Statistics 6."""
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        return []
    return [float(p) for p in multipletests(p_values, alpha=LEVEL, method="holm")[1]]


@cache
def fewest_discordant(level: float = LEVEL) -> int:
    """With fewer items than these that differ, no p-value can be under the level."""
    number = 1
    while sign_test(number, 0) >= level:
        number += 1
    return number
