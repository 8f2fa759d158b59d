"""Files and folders that are there whole or not at all.

They are written beside their place, under a name of their own, and take it by a rename, which the
file system does at once. Where the writing fails, what was written stays under that name, and the
next attempt begins anew: `partial_path` tells it to those who clear up.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def partial_path(path: Path) -> Path:
    """Where a file or folder is written before it takes its place: hidden, beside it."""
    return path.with_name(f".{path.name}.partial")


@contextmanager
def atomic_file(path: Path, partial: Path | None = None) -> Iterator[Path]:
    """Where to write a file, which takes its place, and that of an older one, after the block.

    Args:
        partial: another place to write it, on the same file system.

    Raises:
        OSError: it cannot take its place.
    """
    partial = partial or partial_path(path)
    yield partial
    partial.replace(path)


def atomic_text(path: Path, text: str, *, errors: str = "strict") -> None:
    """Write a text as UTF-8.

    Raises:
        OSError: it cannot be written.
    """
    with atomic_file(path) as partial:
        partial.write_text(text, encoding="utf-8", errors=errors)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes its place after the block; by then it must be free.

    Raises:
        OSError: it cannot be made, or its place is taken.
    """
    partial = partial_path(path)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    partial.rename(path)
