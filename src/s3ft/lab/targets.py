"""The target task's data: problems longer than those which the assistant was taught."""

from __future__ import annotations

import random
from typing import Any

from ..errors import InputError
from .problems import make_problem
from .splits import part
from .styles import gold

SIZES = {"train": 1000, "dev": 150, "test": 150}
"""How many rows a split has unless told otherwise."""

STEPS = (5, 4, 6, 5, 3, 5, 4, 5, 6, 5)
"""How many equations the rows take, over and over. Set on the base model's own accuracy
by number of steps (97, 79, 30 and 6 % of 3 to 6), so that it solves about 40 % in all."""


def rows(task: str, split: str, *, seed: int = 0, size: int | None = None) -> list[dict[str, Any]]:
    """The rows of a split: `id`, `prompt`, `completion` (the gold) and `answer` (a number).

    Equal arguments give equal rows; a larger `size` gives the same rows and more. No problem is
    in two splits, whatever their seeds, nor in what any base model has read.

    Raises:
        InputError: for an unknown task or split.
    """
    if task != "math":
        raise InputError("lab task", f"there is no task {task!r}", "the lab's task is math")
    if split not in SIZES:
        raise InputError("lab split", f"there is no split {split!r}", f"choose of {list(SIZES)}")
    rng = random.Random(f"{task} {split} {seed}")
    wanted, seen = SIZES[split] if size is None else size, set[str]()
    found: list[dict[str, Any]] = []
    while len(found) < wanted:
        problem = make_problem(STEPS[len(found) % len(STEPS)], rng)
        if part(problem.content) != split or problem.content in seen:
            continue
        seen.add(problem.content)
        found.append(
            {
                "id": f"{task}-{split}-{seed}-{len(found):05d}",
                "prompt": problem.question,
                "completion": gold(problem),
                "answer": str(problem.answer),
            }
        )
    return found
