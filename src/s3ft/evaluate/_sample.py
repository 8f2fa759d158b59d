"""Which items of a benchmark are asked, where not all of them are."""

from __future__ import annotations

import random

from ..recipe import Evaluate
from ._tasks import Benchmark


def sample(benchmark: Benchmark, config: Evaluate) -> dict[str, list[int]]:
    """The items to ask, by task: at most ``limit`` of the whole benchmark, all without a limit.

    Of the part ``dev`` these are as many of those that the limit leaves, and none without one.

    The tasks of a group, such as MMLU's subjects, give equally many, or all they have. The items of
    a task are drawn at random rather than its first, since many files are sorted by source or
    topic; the draw depends on the task and its size only, so every model and run is asked the same,
    and a smaller limit takes part of what a larger one takes.

    Returns:
        Positions in the task's data, ascending; tasks that give none are left out.
    """
    sizes = {name: len(task.eval_docs) for name, task in benchmark.tasks.items()}
    limit = sum(sizes.values()) if config.limit is None else config.limit
    counts, starts = _shares(sizes, limit), dict.fromkeys(sizes, 0)
    if config.part == "dev":
        starts = counts
        counts = _shares({name: sizes[name] - counts[name] for name in sizes}, limit)
    drawn = {name: _draw(name, sizes[name], starts[name], count) for name, count in counts.items()}
    return {name: items for name, items in drawn.items() if items}


def _shares(sizes: dict[str, int], limit: int) -> dict[str, int]:
    """What each task gives; whoever is drawn first gives the one more that does not divide."""
    order = sorted(sizes, key=lambda name: random.Random(name).random())
    counts = dict.fromkeys(sizes, 0)
    left = min(limit, sum(sizes.values()))
    while left:
        for name in order:
            if left and counts[name] < sizes[name]:
                counts[name], left = counts[name] + 1, left - 1
    return counts


def _draw(name: str, size: int, start: int, count: int) -> list[int]:
    order = list(range(size))
    random.Random(f"{name} {size}").shuffle(order)
    return sorted(order[start : start + count])
