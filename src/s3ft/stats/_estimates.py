"""Estimates with intervals in closed form, as scipy and statsmodels give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import stdev


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
    from scipy.stats import binomtest

    if not of:
        return None
    found = binomtest(hits, of).proportion_ci(method="wilson")
    return Estimate(hits / of, float(found.low), float(found.high))


def cohen_kappa(table: Sequence[Sequence[int]]) -> Estimate | None:
    """The agreement of two raters beyond chance: 1 at best, 0 where it is chance's.

    Cohen (1960), A coefficient of agreement for nominal scales; the large-sample interval is that
    of Fleiss, Cohen and Everitt (1969), Large sample standard errors of kappa and weighted kappa.

    Args:
        table: how many items one rater put into category ``i`` and the other into category ``j``,
            in ``table[i][j]``. Square; a category that one of them does not know is a row or a
            column of zeros.

    Returns:
        None where there are no items, or where both raters put all of them into one category.
    """
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.array(table)
    used = counts[(counts.sum(axis=0) + counts.sum(axis=1)) > 0]
    if len(used) < 2:
        return None
    found = cohens_kappa(counts)
    low, high = max(-1.0, float(found.kappa_low)), min(1.0, float(found.kappa_upp))
    return Estimate(float(found.kappa), low, high)


def standard_error(values: Sequence[float]) -> float | None:
    """The standard error of the values' mean; None where there are fewer than two."""
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else None
