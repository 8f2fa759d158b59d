"""What the tests with real vLLM share."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from typing import Any

import pytest

needs_vllm = pytest.mark.skipif(find_spec("vllm") is None, reason="vLLM is not installed")

ARGS: dict[str, Any] = {"enforce_eager": True, "kv_cache_memory_bytes": 2**29}
"""Nothing is compiled, and half a GiB is for keys and values: it starts faster so."""


def processes(group: int) -> list[int]:
    """Who lives in a group of processes."""
    told = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True)
    lines = [line.split() for line in told.stdout.splitlines()]
    return [int(pid) for pid, pgid, stat in lines if int(pgid) == group and stat[0] != "Z"]
