"""The memory that a device has free for a training step."""

from __future__ import annotations

from pathlib import Path

import psutil  # type: ignore[import-untyped]
import torch

USABLE_SHARE = {"cuda": 0.8}
"""The share of what is free that a step may take by our count, 0.5 where none is named. A GPU is
ours alone; what a CPU has is for all programs, and a process that takes too much there is killed
without a word."""

CGROUP = Path("/sys/fs/cgroup")


def free_and_total(device: torch.device) -> tuple[int, int]:
    """The bytes of memory that are free on a device, and all that it has."""
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return free, total
    if device.type == "mps":
        total = torch.mps.recommended_max_memory()
        return total - torch.mps.driver_allocated_memory(), total
    memory = psutil.virtual_memory()
    free, total = memory.available, memory.total + psutil.swap_memory().total
    try:  # in a container, whose limit the machine's own figures do not know
        limit = int((CGROUP / "memory.max").read_text())
        stat = (line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
        cached = next(int(value) for name, value in stat if name == "inactive_file")
        used = int((CGROUP / "memory.current").read_text()) - cached
    except (OSError, ValueError, StopIteration):
        return free, total
    return min(free, max(limit - used, 0)), min(total, limit)


def usable(device: torch.device, free: int) -> int:
    """The bytes of the free ones that a step on a device may take."""
    return int(USABLE_SHARE.get(device.type, 0.5) * free)
