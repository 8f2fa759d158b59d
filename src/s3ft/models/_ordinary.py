"""Ordinary folders of models that come in another form, made once and kept for all that load them.

A GGUF file takes half a minute and more to read, in every process, and an adapter its base and a
merge. Made into a folder as transformers saves it, such a model is like any other to all that loads
it afterwards: vLLM, the workers of a cluster, the trainer, the harness of benchmarks.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from ..atomic import atomic_folder, partial_path
from ..errors import RunError
from ..progress import console


def ordinary(fingerprint: str, what: str, make: Callable[[Path], None]) -> Path:
    """The folder of a model, which is made unless it was before, here or in another process.

    It is named after what it was made of, in the user's cache directory (``$XDG_CACHE_HOME``, else
    ``~/.cache``), beside others that this version of transformers made: another might read a file
    otherwise. It may be deleted at any time, and is then made again.

    Args:
        fingerprint: of all that it is made of.
        what: how the model is called in the line that says what takes so long.
        make: fills the folder that it is given.

    Raises:
        RunError: the cache cannot be written.
    """
    folder = _parent() / fingerprint
    if folder.exists():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_name(f".{fingerprint}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the operating system frees it, however this ends
            if not folder.exists():
                _make(folder, what, make)
    except OSError as error:
        remedy = "Make room there, or set XDG_CACHE_HOME to another place."
        raise RunError(f"{folder.parent} cannot be written ({error})\n  {remedy}") from error
    return folder


def is_ordinary_copy(folder: Path) -> bool:
    """Whether a folder was made by `ordinary`: its name is then its fingerprint."""
    return folder.parent == _parent()


def _make(folder: Path, what: str, make: Callable[[Path], None]) -> None:
    console.print(f"{what}: being made into an ordinary folder, once ...")
    start = time.monotonic()
    try:
        with atomic_folder(folder) as partial:
            make(partial)
    except BaseException:
        shutil.rmtree(partial_path(folder), ignore_errors=True)
        raise
    console.print(f"{what}: {folder}, in {time.monotonic() - start:.0f} s")


def _parent() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return cache / "s3ft" / "models" / f"transformers-{version('transformers')}"
