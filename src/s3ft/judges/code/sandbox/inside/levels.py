"""Finds the level of confinement that works here: each layer is tried, then attacked."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable
from typing import NamedTuple

from . import canaries, confine
from .seccomp import Filter

LEVELS = ("L0", "L1", "L2", "L3")


class Settings(NamedTuple):
    """What every program gets: seconds of processor time, bytes of memory."""

    timeout: float
    memory: int
    level: str | None = None


def establish(settings: Settings) -> tuple[str, Filter | None]:
    """Enter the level that is asked for, or the highest that works here, and try it.

    Raises:
        OSError: the level that is asked for does not work here.
    """
    wanted = LEVELS.index(settings.level) if settings.level else len(LEVELS) - 1
    spaces = wanted >= 3 and _works(confine.namespaces)
    if spaces:
        confine.namespaces()
        _continue_as_first()
        spaces = os.getpid() == 1 and _works(canaries.network)
    files = wanted >= 2 and _works(confine.landlock)
    if files:
        confine.landlock()
    with contextlib.suppress(OSError):
        confine.drop_capabilities()
    system_calls = _filter() if wanted >= 1 else None

    def attacked() -> None:
        restrict(settings, system_calls)
        if not canaries.hold(system_calls=bool(system_calls), files=files):
            raise OSError("a canary attack got through")

    if not _works(attacked):
        files, system_calls = False, None
    level = "L0" if not system_calls else "L1" if not files else "L2" if not spaces else "L3"
    if settings.level and settings.level != level:
        raise OSError(f"{settings.level} does not work on this system, {level} does")
    return level, system_calls


def _filter() -> Filter | None:
    try:
        made = Filter()
    except OSError:
        return None
    return made if _works(made.apply) else None


def _works(layer: Callable[[], object]) -> bool:
    """Whether a child process can do this."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):  # the child must never get out of here
            layer()
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _continue_as_first() -> None:
    """Go on as the first process of the new namespace: when it ends, all in it do."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)
    confine.die_with_parent()


def restrict(
    settings: Settings, system_calls: Filter | None, *, jobs: int = 1, files: int = 64
) -> None:
    """What is set after each fork, for a process of so many jobs and open files."""
    confine.die_with_parent()
    confine.limits(settings.memory, jobs * (math.ceil(settings.timeout) + 1), files)
    if system_calls:
        system_calls.apply()
