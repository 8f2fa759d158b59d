"""A run's directory as somebody else sees it: locked for no longer than a look."""

from __future__ import annotations

import fcntl
from pathlib import Path

from ..errors import InputError
from ..recipe import Recipe, load

RECIPE = "recipe.yaml"
"""Written when a beginning came to its end: a folder without it holds no run."""

LOCK = ".lock"
"""Held by the process that works on the run."""

STORE = "run.sqlite"


def read_recipe(run: Path) -> Recipe:
    """The recipe that a run keeps.

    Raises:
        InputError: there is no run, or none yet.
    """
    if (run / RECIPE).is_file() and (run / STORE).is_file():
        return load(run / RECIPE)
    if is_at_work(run):
        problem = "a run is beginning here: its data are being read and checked"
        raise InputError(str(run), problem, "Look again when that is done.")
    raise InputError(str(run), "there is no run here", "Name a run's directory.")


def is_at_work(run: Path) -> bool:
    """Whether a process works on the run: it holds the lock, which is tried for an instant.

    The operating system frees the lock when that process ends, however it does. Others that look at
    the same time do not count.
    """
    try:
        with open(run / LOCK) as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is no lock: nobody ever worked here, or a beginning was taken back
        return False
    return False
