"""Frontiers: curves of accuracy against mean drop, and how far one lies above another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s3ft.stats.bootstrap import Replicates

LEVELS = 101
"""Drops at which two curves are compared."""

Points = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Drops and accuracies of a curve, both float64 of one shape: (points,), or with their replicates
(points, 1 + DRAWS)."""


def envelope(drops: NDArray[np.float64], accuracies: NDArray[np.float64]) -> Points:
    """The points no other point beats in both, in the order of their drop. Shapes (points,)."""
    order = np.lexsort((-accuracies, drops))
    best = np.maximum.accumulate(accuracies[order])
    keep = order[np.concatenate([[True], best[1:] > best[:-1]])]
    return drops[keep], accuracies[keep]


def gap(ours: Points, theirs: Points) -> tuple[Replicates, NDArray[np.float64]]:
    """How far one method's envelope lies above another's, at equal drop.

    Args:
        ours, theirs: with their replicates, the base (drop 0) among the points.

    Returns:
        The mean gap in points of accuracy over drops from 0 to where the later of both curves
        ends, shape (1 + DRAWS,); and `LEVELS` drops in that range with the gap at each, shape
        (2, LEVELS).
    """
    end = max(
        envelope(drops[:, 0], accuracies[:, 0])[0][-1] for drops, accuracies in (ours, theirs)
    )
    at = np.linspace(0, max(end, 0), LEVELS)
    gaps = np.array(
        [
            np.interp(at, *envelope(ours[0][:, n], ours[1][:, n]))
            - np.interp(at, *envelope(theirs[0][:, n], theirs[1][:, n]))
            for n in range(ours[0].shape[1])
        ]
    )
    return gaps.mean(axis=1), np.vstack([at, gaps[0]])


def drops_at(points: Points, accuracy: float) -> Replicates:
    """The drop at which a curve reaches an accuracy, in each draw; endless where it never does."""
    found = np.full(points[0].shape[1], np.inf)
    for n in range(len(found)):
        drops, accuracies = envelope(points[0][:, n], points[1][:, n])
        if accuracy <= accuracies[-1]:
            found[n] = np.interp(accuracy, accuracies, drops)
    return found


def accuracies_at(points: Points, drop: float) -> Replicates:
    """The most accuracy that a curve has for a drop, in each draw."""
    pairs = (envelope(points[0][:, n], points[1][:, n]) for n in range(points[0].shape[1]))
    return np.array([np.interp(drop, *pair) for pair in pairs])
