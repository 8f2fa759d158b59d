"""The identity of a model by content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from ..recipe import Model
from ._explained import explained
from ._ordinary import is_ordinary_copy

_WHOLE = 64 * 2**20
"""Bytes up to which a file is hashed whole; of a larger one, samples are."""
_BLOCK, _BLOCKS = 64 * 2**10, 256


def fingerprint_of(config: Model) -> str:
    """The identity of a model that `resolve` found; see `fingerprint`."""
    folder = Path(config.id)
    if not folder.is_dir():
        return _commit(config)
    if is_ordinary_copy(folder):
        return folder.name
    return of_files(_content(folder))


def of_gguf(file: Path) -> str:
    """The identity of a GGUF file, wherever it is and whatever its name.

    It is asked for whenever the model is, so once for a file that stays as it is.
    """
    stat = file.stat()
    return _of_unchanged(str(file.absolute()), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=8)
def _of_unchanged(file: str, size: int, changed: int) -> str:
    return of_files([Path(file)], named=False)


def of_adapter(folder: Path, base: Model) -> str:
    """The identity of an adapter over its base, which `resolve` found."""
    return of_files(_content(folder), beside=fingerprint_of(base))


def of_files(paths: Iterable[Path], *, named: bool = True, beside: str = "") -> str:
    """A hash of files, of their names too unless told otherwise, and of what is ``beside`` them."""
    digest = hashlib.sha256(beside.encode())
    for path in sorted(paths):
        digest.update(f"{path.name if named else ''}\0{path.stat().st_size}\0".encode())
        for block in _sampled(path):
            digest.update(block)
    return digest.hexdigest()[:32]


def _commit(config: Model) -> str:
    """The commit of a model on the Hub, as its configuration is found in the cache."""
    from transformers.utils.hub import cached_file, extract_commit_hash

    with explained(config, "config.json", ""):
        path = cached_file(config.id, "config.json", revision=config.revision)
        commit = extract_commit_hash(path, None)
        if commit is None:
            raise OSError(f"{path} does not tell its commit")
        return str(commit)


def _content(folder: Path) -> Iterator[Path]:
    """The files that decide what a model says: not its cards, logs and optimiser states."""
    for pattern in ("*.safetensors", "*.json", "*.jinja", "*.model", "*.txt", "*.py"):
        for path in folder.glob(pattern):
            if path.name not in ("trainer_state.json", "all_results.json", "train_results.json"):
                yield path


def _sampled(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _WHOLE:
            while block := file.read(_BLOCK):
                yield block
            return
        for number in range(_BLOCKS):
            file.seek((size - _BLOCK) * number // (_BLOCKS - 1))
            yield file.read(_BLOCK)
