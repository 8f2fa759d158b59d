"""Attacks that the sandbox makes on itself at start: a layer counts only if they fail."""

from __future__ import annotations

import os
from collections.abc import Callable


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _connect(family: str) -> None:
    import socket  # here: the process that forks the programs is to stay small

    socket.socket(getattr(socket, family))


_SYSTEM_CALLS: tuple[Callable[[], object], ...] = (
    _fork,
    lambda: os.open(f"/dev/shm/canary-{os.getpid()}", os.O_CREAT | os.O_WRONLY),
    lambda: os.open("/dev/null", os.O_WRONLY),
    lambda: os.execv("/bin/false", ["false"]),  # whose exit code is a failure
    lambda: os.kill(os.getppid(), 0),
    lambda: os.chmod("/dev/null", 0o666),
    lambda: os.memfd_create("canary"),
    lambda: _connect("AF_INET"),
    lambda: _connect("AF_UNIX"),
)
_FILES: tuple[Callable[[], object], ...] = (
    lambda: os.listdir("/"),
    lambda: os.open("/etc/passwd", os.O_RDONLY),
    lambda: os.open("/proc/self/environ", os.O_RDONLY),
    lambda: os.open(f"/proc/{os.getppid()}/maps", os.O_RDONLY),
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


def network() -> None:
    """See that there is no network but the namespace's own.

    Raises:
        OSError: there is.
    """
    import socket

    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        raise OSError("another network can be seen")
