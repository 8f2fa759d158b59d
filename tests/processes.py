"""Which processes this one has started, and how they start."""

from __future__ import annotations

import signal
from pathlib import Path


def children() -> set[int]:
    """The ids of those that it has not reaped yet."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def heeds_ctrl_c() -> None:
    """As in a terminal, for ``preexec_fn``: what a shell starts in the background does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
