"""The folder of a run: locked while it is open, and as it was found where a start is refused."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ...atomic import partial_path
from ...errors import InputError
from ...judges import REPLIES
from ...status import LOCK, RECIPE, STORE
from ._full_disk import reporting_full_disk

PATIENCE = 0.5
"""Seconds within which a lock must be free: who looks at a run's state tries it for an instant."""

DRIFT_FILES = ("drift.json", "drift.safetensors")
"""What the base says to test rows and general prompts, and its distributions there."""

FIRST_FILES = (
    STORE,
    f"{STORE}-journal",
    REPLIES,
    f"{REPLIES}-journal",
    *DRIFT_FILES,
    partial_path(Path(RECIPE)).name,
)
"""All that a beginning makes, and a killed one leaves."""


class LockedFolder:
    """The folder of a run while one start of it works there.

    ``resumes`` tells whether a run was there before. What a beginning makes is removed again
    unless it came to `keep`.
    """

    def __init__(self, out: Path) -> None:
        self.resumes = self.kept = (out / RECIPE).exists()

    def keep(self) -> None:
        """From here on, what is in the folder stays."""
        self.kept = True


@contextmanager
def lock_folder(out: Path) -> Iterator[LockedFolder]:
    """Lock the folder of a run, which is made if it is not there.

    Raises:
        InputError: it cannot be made, is something else, or is in use.
    """
    if out.exists() and not out.is_dir():
        raise InputError(str(out), "is not a folder", "Choose another --out.")
    _check_free(out)
    made = _make(out)
    try:
        with _locked(out):
            folder = LockedFolder(out)
            try:
                if not folder.resumes:
                    # A killed beginning; the replies, which may have been paid for, are of use.
                    _remove(out, (STORE, f"{STORE}-journal"))
                yield folder
            finally:
                if not folder.kept:  # under the lock, so that nothing of another run is touched
                    _remove(out, (*FIRST_FILES, LOCK))
    finally:
        for path in made:
            with suppress(OSError):  # it is not empty
                path.rmdir()


def _check_free(out: Path) -> None:
    if not out.is_dir() or (out / RECIPE).exists():
        return
    if {path.name for path in out.iterdir()} - {*FIRST_FILES, LOCK}:
        remedy = "Choose another --out, or empty it."
        raise InputError(str(out), "is not empty, and not a run of s3ft", remedy)


def _make(out: Path) -> list[Path]:
    """Make the folder and its parents; what was made, the innermost first."""
    missing = [path for path in (out, *out.parents) if not path.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(str(out), f"cannot be made: {error}", "Choose another --out.") from None
    return missing


def _remove(out: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (out / name).unlink(missing_ok=True)


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the run's lock; the operating system frees it when the process ends, however."""
    while True:
        handle = _open(out)
        with handle:
            if not _lock(handle):
                remedy = "Wait for it or stop it; two processes cannot share a run."
                raise InputError(str(out), "is in use by another process", remedy)
            # A start that was refused removes its lock: this may be that file, open but gone.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle.fileno()), (out / LOCK).stat()):
                    yield
                    return


def _lock(handle: IO[str]) -> bool:
    begin = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if time.monotonic() - begin > PATIENCE:
                return False
            time.sleep(PATIENCE / 10)


def _open(out: Path) -> IO[str]:
    while True:
        try:
            with reporting_full_disk(out):
                return open(out / LOCK, "w")
        except FileNotFoundError:  # a start that was refused has just removed its folder
            _make(out)
        except PermissionError as error:
            remedy = "Choose another --out."
            raise InputError(str(out), f"cannot be written: {error.strerror}", remedy) from None
