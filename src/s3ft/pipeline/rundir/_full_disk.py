"""A full disk: whatever it makes of the work becomes one message."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import InputError, RunError, disk_is_full

LITTLE = 2**16
"""Bytes: with fewer left a disk is full. PyTorch does not say what kept it from writing."""


@contextmanager
def reporting_full_disk(where: Path) -> Iterator[None]:
    """Turn whatever a full disk makes of the work inside into one message.

    A request that is wrong stays so, however full the disk.

    Raises:
        RunError: there was no room left to write.
    """
    try:
        yield
    except Exception as error:
        unclear = not isinstance(error, InputError) and shutil.disk_usage(where).free < LITTLE
        if not disk_is_full(error) and not unclear:
            raise
        raise RunError(
            f"{where}: no room is left on its disk, or in a quota ({error})\n"
            "  Make room; the same command goes on after what it stored."
        ) from error
