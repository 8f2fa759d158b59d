"""Which processes this one has started."""

from __future__ import annotations

from pathlib import Path


def children() -> set[int]:
    """The ids of those that it has not reaped yet."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}
