"""Means with their uncertainty, and frontiers, for the headline benchmark.

A figure is a vector of 1 + `DRAWS` values: the figure itself, then the same figure in each draw of
a bootstrap. Arithmetic on whole vectors keeps differences and fractions paired.

Seeds and items are crossed (every seed answers every item), so both are drawn, each on its own:
the pigeonhole bootstrap (Owen 2007, The pigeonhole bootstrap, Annals of Applied Statistics 1),
which errs on the wide side. The draws of items hang on the task's name alone, so that all models
are compared on the same items; those of seeds on the target, so that methods are compared seed by
seed. With one seed an interval is over items only.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
LEVELS = 101
"""Points of a frontier that are compared."""

Figure = NDArray[np.float64]
"""Shape (1 + DRAWS,): the figure, then the draws."""

Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Values in percent by task, model and item."""


class Interval(NamedTuple):
    """A figure with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def interval(figure: Figure) -> Interval:
    low, high = np.percentile(figure[1:], [2.5, 97.5])
    return Interval(float(figure[0]), float(low), float(high))


@lru_cache(maxsize=256)
def weights(name: str, size: int) -> Figure:
    """Shape (1 + DRAWS, size): equal weights, then how often a draw with return takes each."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = rng.multinomial(size, np.full(size, 1 / size), size=DRAWS) / size
    return np.vstack([np.full(size, 1 / size), drawn])


def mean(scores: Scores, task: str, models: Sequence[str], seeds: str) -> Figure:
    """The mean score of a method's models, one a seed, in a task.

    Args:
        models: the labels, in the order of the seeds; one label for the base.
        seeds: the name that the draws of seeds hang on.
    """
    items = list(scores[task][models[0]])
    values = np.array([[scores[task][model][item] for item in items] for model in models])
    by_seed = weights(f"items {task}", len(items)) @ values.T
    return np.asarray((by_seed * weights(f"seeds {seeds}", len(models))).sum(axis=1))


def drop(scores: Scores, tasks: Sequence[str], models: Sequence[str], seeds: str) -> Figure:
    """Base minus tuned, in points, the mean over the tasks: what was forgotten."""
    each = [
        mean(scores, task, ["base"], seeds) - mean(scores, task, models, seeds) for task in tasks
    ]
    return np.asarray(np.mean(each, axis=0))


def envelope(drops: Figure, accuracies: Figure) -> tuple[Figure, Figure]:
    """The points no other point beats in both, in the order of their drop."""
    order = np.lexsort((-accuracies, drops))
    best = np.maximum.accumulate(accuracies[order])
    keep = order[np.concatenate([[True], best[1:] > best[:-1]])]
    return drops[keep], accuracies[keep]


def gap(ours: tuple[Figure, Figure], theirs: tuple[Figure, Figure]) -> tuple[Figure, Figure]:
    """How far one method's envelope lies above another's, at equal drop.

    Args:
        ours, theirs: drops and accuracies, each of shape (points, 1 + DRAWS), the base (drop 0)
            among the points.

    Returns:
        The mean gap in points of accuracy over drops from 0 to where the later of both curves
        ends, shape (1 + DRAWS,); and the gap at each of `LEVELS` drops in that range.
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


def drop_at(points: tuple[Figure, Figure], accuracy: float) -> float | None:
    """The drop at which a method's envelope reaches an accuracy; None where it never does."""
    drops, accuracies = envelope(points[0][:, 0], points[1][:, 0])
    return float(np.interp(accuracy, accuracies, drops)) if accuracy <= accuracies[-1] else None
