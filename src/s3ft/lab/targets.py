"""The target tasks' data: questions harder than those which the assistant was taught."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ..errors import InputError
from .exercise import Maker
from .functions import make_function
from .passages import make_passage
from .splits import Part
from .styles import make_math

TASKS: dict[str, Maker] = {
    "math": make_math,
    "code": make_function,
    "reading": make_passage,
    "reading-across": partial(make_passage, kind="harbour"),
}
"""Who makes each task's exercises. `reading-across` asks about the other kind of passages."""

SIZES: dict[Part, int] = {"train": 1000, "dev": 150, "test": 150}
"""How many rows a split has unless told otherwise."""

LEVELS: dict[str, tuple[int, ...]] = {
    "math": (5, 4, 5, 8, 4, 5, 6, 4, 7, 5),
    "code": (6, 4, 5, 6, 6, 5, 4, 6, 5, 6, 6, 4, 5, 6, 4, 6, 5, 6, 4, 5),
    "reading": (2, 3, 2, 3, 4),
    "reading-across": (2, 3, 2, 3, 4),
}
"""The levels that the rows take, over and over: set by the base model's own accuracy by level,
so that it solves about as many rows as the papers' model did."""


def messages(turns: Sequence[str]) -> list[dict[str, str]]:
    """A conversation as chat templates take it; the user speaks first."""
    return [{"role": ("user", "assistant")[i % 2], "content": turn} for i, turn in enumerate(turns)]


def rows(
    task: str | None,
    split: str,
    *,
    seed: int = 0,
    size: int | None = None,
    levels: Sequence[int] | None = None,
) -> list[dict[str, Any]]:
    """The rows of a split: `id`, `prompt`, `completion` (the gold), `level`, and for the judge:

    math has `answer`; code has `tests` and `entry_point`; reading has `answers` and `answerable`.
    Equal arguments give equal rows; a larger `size` gives the same rows and more. No question is
    in two splits, whatever their seeds, nor in what any base model has read.

    Args:
        task: one of `TASKS`, by default the first.
        levels: other levels than the calibrated ones, taken over and over.

    Raises:
        InputError: for an unknown task or split.
    """
    return list(_made(task, split, seed, size, levels))


def each_row(task: str | None, split: str) -> Iterator[dict[str, Any]]:
    """The rows of `rows`, made as they are asked for: who needs few does not wait for all.

    Raises:
        InputError: for an unknown task or split, with the first.
    """
    return _made(task, split, 0, None, None)


def _made(
    task: str | None, split: str, seed: int, size: int | None, levels: Sequence[int] | None
) -> Iterator[dict[str, Any]]:
    task = task or next(iter(TASKS))
    if task not in TASKS:
        raise InputError("lab task", f"there is no task {task!r}", f"choose of {list(TASKS)}")
    if split not in SIZES:
        raise InputError("lab split", f"there is no split {split!r}", f"choose of {list(SIZES)}")
    rng = random.Random(f"{task} {split} {seed}")
    wanted, seen = SIZES[split] if size is None else size, set[str]()
    levels = levels or LEVELS[task]
    while len(seen) < wanted:
        level = levels[len(seen) % len(levels)]
        exercise = TASKS[task](level, split, rng)
        if exercise.content in seen:
            continue
        yield {
            "id": f"{task}-{split}-{seed}-{len(seen):05d}",
            "prompt": messages(exercise.turns),
            "completion": exercise.gold,
            "level": level,
            **exercise.fields,
        }
        seen.add(exercise.content)
