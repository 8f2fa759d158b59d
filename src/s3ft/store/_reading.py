"""A run's file for those who only look: nothing of it is changed, not even its version."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..errors import RunError
from ._store import Store


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
