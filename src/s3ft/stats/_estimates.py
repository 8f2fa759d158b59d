"""Estimates with intervals in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import stdev

Z = 1.959964
"""Standard deviations of a normal distribution to either side of its mean that hold 95 % of it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def wilson(hits: int, of: int) -> Estimate | None:
    """A proportion with Wilson's score interval; None of nothing.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
    """
    if not of:
        return None
    share = hits / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def cohen_kappa(table: Sequence[Sequence[int]]) -> Estimate | None:
    """The agreement of two raters beyond chance: 1 at best, 0 where it is chance's.

    Cohen (1960), A coefficient of agreement for nominal scales; the large-sample interval is that
    of Fleiss, Cohen and Everitt (1969), Large sample standard errors of kappa and weighted kappa,
    eq. 13.

    Args:
        table: how many items one rater put into category ``i`` and the other into category ``j``,
            in ``table[i][j]``. Square; a category that one of them does not know is a row or a
            column of zeros.

    Returns:
        None where there are no items, or where both raters put all of them into one category.
    """
    n = sum(map(sum, table))
    if not n:
        return None
    categories = range(len(table))
    rows = [sum(row) / n for row in table]
    columns = [sum(column) / n for column in zip(*table, strict=True)]
    observed = sum(table[i][i] for i in categories) / n
    expected = sum(rows[i] * columns[i] for i in categories)
    if expected == 1:
        return None
    spread = -((observed * expected - 2 * expected + observed) ** 2)
    for i in categories:
        for j in categories:
            if i == j:
                weight = (1 - expected) - (columns[i] + rows[i]) * (1 - observed)
            else:
                weight = (1 - observed) * (columns[i] + rows[j])
            spread += table[i][j] / n * weight**2
    value = (observed - expected) / (1 - expected)
    half = Z * sqrt(max(spread, 0.0) / n) / (1 - expected) ** 2
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half))


def standard_error(values: Sequence[float]) -> float | None:
    """The standard error of the values' mean; None where there are fewer than two."""
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else None
