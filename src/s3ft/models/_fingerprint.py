"""The identity of a model by content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ..recipe import Model
from ._resolve import explained, resolve

_WHOLE = 64 * 2**20
"""Bytes up to which a file is hashed whole; of a larger one, samples are."""
_BLOCK, _BLOCKS = 64 * 2**10, 256


def fingerprint(config: Model) -> str:
    """The identity of a model by content, found without loading its weights.

    Of a model on the Hub, the commit. Of a folder, a hash of its configuration, tokenizer, template
    and code files and of its weights: files up to 64 MiB are hashed whole, of larger ones the
    size, the first and last block, and blocks of 64 KiB spread evenly between, 256 in all.

    Raises:
        InputError: there is no such model.
    """
    config = resolve(config)
    folder = Path(config.id)
    if not folder.is_dir():
        return _commit(config)
    digest = hashlib.sha256()
    for path in sorted(_content(folder)):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
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
