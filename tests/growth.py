"""How the time that work takes grows with the size of what it is given."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

FACTOR = 8
LIMIT = 24.0
"""Times as long for `FACTOR` times the size: 8 is linear, 64 quadratic."""

NOTHING = 0.05
"""Seconds below which it does not matter how the time grew."""

TRIES = 3


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Fail where the time of ``work(size)`` grows much faster than the size.

    The time is the processor's, which does not run while others do, and must be too long in each
    of `TRIES` tries. No two calls have the same size, so that nothing is answered from a cache.
    """
    ratios = []
    for number in range(0, 2 * TRIES, 2):
        part = min(_seconds(work, size // FACTOR - n) for n in (number, number + 1))
        whole = _seconds(work, size - number)
        if whole < max(NOTHING, LIMIT * part):
            return
        ratios.append(whole / part)
    pytest.fail(f"{FACTOR} times the size takes {min(ratios):.0f} times as long")


def _seconds(work: Callable[[int], object], size: int) -> float:
    start = time.process_time()
    work(size)
    return time.process_time() - start
