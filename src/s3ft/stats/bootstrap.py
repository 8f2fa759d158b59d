"""Intervals by resampling, paired by name, over items and over runs at once.

A figure's replicates are a vector of 1 + `DRAWS` values: the figure itself, then the same figure
in each draw of a bootstrap. Arithmetic on whole vectors keeps differences and fractions paired.

Where every run answers every item, runs and items are crossed and both are drawn, each on its own:
the pigeonhole bootstrap (Owen 2007, The pigeonhole bootstrap, Annals of Applied Statistics 1),
which errs on the wide side. The draws hang on a name alone: figures with one name for their items
are compared on the same items, draw by draw. With one run an interval is over items only.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ._estimates import Estimate

DRAWS = 2000

Replicates = NDArray[np.float64]
"""Shape (1 + DRAWS,): the figure, then the figure in each draw."""


CHUNK = 250
"""Draws whose weights are held as floats at once: of 14,000 items 28 MB."""


def weights(name: str, size: int) -> NDArray[np.float64]:
    """How much each of ``size`` things counts in a mean, in each draw.

    Args:
        name: what the draws hang on.

    Returns:
        Shape (1 + DRAWS, size), float64: equal weights, then how often a draw with return takes
        each thing. Every row sums to 1.
    """
    return _counts(name, size) / size


def crossed_mean(values: NDArray[np.float64], rows: str, columns: str) -> Replicates:
    """The mean of a table, rows and columns each drawn on their own.

    Args:
        values: shape (rows, columns): one run's values in a row, one item's in a column.
        rows: the name that the draws of rows hang on.
        columns: that of the columns.
    """
    number, size = values.shape
    counts = _counts(columns, size)
    chunks = (counts[start : start + CHUNK] for start in range(0, len(counts), CHUNK))
    by_row = np.concatenate([(chunk / size) @ values.T for chunk in chunks])
    return np.asarray((by_row * weights(rows, number)).sum(axis=1))


@lru_cache(maxsize=32)
def _counts(name: str, size: int) -> NDArray[np.uint16]:
    """How often each draw takes each thing; the first row, of no draw, takes each once."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = rng.multinomial(size, np.full(size, 1 / size), size=DRAWS)
    return np.vstack([np.ones((1, size)), drawn]).astype(np.uint16)


def interval(replicates: Replicates) -> Estimate:
    """The figure with the 2.5th and the 97.5th percentile of its draws."""
    low, high = np.percentile(replicates[1:], [2.5, 97.5])
    return Estimate(float(replicates[0]), float(low), float(high))


def fraction_of(part: Replicates, whole: Replicates) -> Replicates:
    """A part of a whole, draw by draw; endless in the few draws where the whole is nothing."""
    endless = np.full_like(part, np.inf)
    return np.divide(part, whole, out=endless, where=whole > 0)
