"""Which items of a benchmark are asked, where not all of them are."""

from __future__ import annotations

import random

from ._tasks import Benchmark


def sample(benchmark: Benchmark, limit: int | None) -> dict[str, list[int]]:
    """The items to ask, by task: at most ``limit`` of the whole benchmark, all without a limit.

    The tasks of a group, such as MMLU's subjects, give equally many, or all they have. The items of
    a task are drawn at random rather than its first, since many files are sorted by source or
    topic; the draw depends on the task and its size only, so every model and run is asked the same,
    and a smaller limit takes part of what a larger one takes.

    Returns:
        Positions in the task's data, ascending; tasks that give none are left out.
    """
    sizes = {name: len(task.eval_docs) for name, task in benchmark.tasks.items()}
    counts = _shares(sizes, sum(sizes.values()) if limit is None else limit)
    return {name: _draw(name, sizes[name], count) for name, count in counts.items() if count}


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


def _draw(name: str, size: int, count: int) -> list[int]:
    order = list(range(size))
    random.Random(f"{name} {size}").shuffle(order)
    return sorted(order[:count])
