"""Figures with their uncertainty, for the audit, the plan, the report and the benchmarks."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def wilson(hits: int, of: int) -> Estimate | None:
    """A proportion with Wilson's score interval (1927); None of nothing."""
    if not of:
        return None
    share = hits / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))
