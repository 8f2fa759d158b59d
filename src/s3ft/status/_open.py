"""A run's directory as somebody else sees it: read, never written, locked for no longer than a
look."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..errors import InputError, RunError
from ..recipe import Recipe, load
from ..store import Store

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


@contextmanager
def reading(file: Path) -> Iterator[Store]:
    """A run's file, to be read.

    What a killed process left of a transaction is taken back by writing, and so is a file of an
    earlier version brought up to date: that is done in a copy.

    Raises:
        RunError: it is no run's file, or one of a later version.
    """
    with ExitStack() as stack:
        try:
            store = Store(file, read_only=True)
        except RunError as error:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3ft-")))
            for part in (file, file.with_name(f"{file.name}-journal")):
                if part.exists():
                    shutil.copyfile(part, scratch / part.name)
            try:
                store = Store(scratch / file.name)
            except RunError:
                raise error from None
        yield stack.enter_context(store)
