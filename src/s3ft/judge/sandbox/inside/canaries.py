"""Attacks that the sandbox makes on itself at start: a layer counts only if they fail."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _write() -> None:
    Path(f"/dev/shm/canary-{os.getpid()}").touch()


_SYSTEM_CALLS: tuple[Callable[[], object], ...] = (
    _fork,
    _write,
    lambda: os.open("/dev/null", os.O_WRONLY),
    lambda: os.execv("/bin/false", ["false"]),  # whose exit code is a failure
    lambda: os.kill(os.getppid(), 0),
    lambda: os.chmod("/dev/null", 0o666),
    lambda: os.memfd_create("canary"),
    lambda: socket.socket(socket.AF_INET),
    lambda: socket.socket(socket.AF_UNIX),
)
_FILES: tuple[Callable[[], object], ...] = (
    lambda: os.listdir("/"),
    lambda: Path("/etc/passwd").read_bytes(),
    lambda: Path("/proc/self/environ").read_bytes(),
    lambda: Path(f"/proc/{os.getppid()}/maps").read_bytes(),
)


def hold(*, system_calls: bool, files: bool) -> bool:
    """Whether every attack on these layers fails; to be run in a process of their kind."""
    attacks = (_SYSTEM_CALLS if system_calls else ()) + (_FILES if files else ())
    return all(_fails(attack) for attack in attacks)


def _fails(attack: Callable[[], object]) -> bool:
    try:
        attack()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def alone() -> bool:
    """Whether this process is the first of its namespace, with no network but its own."""
    return os.getpid() == 1 and [name for _, name in socket.if_nameindex()] == ["lo"]
