"""The identity of the data's sources by content, to notice that one has changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from ..embedded import is_embedded
from ..recipe import Data
from ._files import is_file, matches
from ._flatten import documents
from ._hub import files
from ._replay import replay_data

_COMMIT = re.compile(r"[0-9a-f]{40}")
_TIMEOUT = 10.0
"""Seconds that the Hub has to tell a data set's commit."""


def fingerprints(data: Data) -> dict[str, str]:
    """What each source of the data holds now, by the name that the recipe gives it.

    The content of a file, of those that a pattern means or that `datasets` reads of a folder, as a
    SHA-256; the commit of a data set on the Hub. A source that cannot be looked at, gone or out of
    reach, is not among them; nor is an embedded world, whose rows are made.
    """
    sources = [] if is_embedded(data.path) else [data.path]
    if data.test is not None and is_file(data.test):
        sources.append(data.test)
    if data.layout == "multidoc2dial" and documents(data).is_file():
        sources.append(str(documents(data)))
    found = {source: _fingerprint(source, data) for source in sources}
    known = {source: known for source, known in found.items() if known is not None}
    return known if data.replay is None else fingerprints(replay_data(data.replay)) | known


def _fingerprint(source: str, data: Data) -> str | None:
    try:
        if Path(source).is_dir():
            return _folder(data)
        if found := matches(source):
            return _files(found, found[0].parent)
        return _file(Path(source)) if is_file(source) else _commit(source, data.revision)
    except Exception:  # gone, offline, gated: of what type, differs by whose error it is
        return None


def _file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(data: Data) -> str:
    return _files(files(data), Path(os.path.realpath(data.path)))  # it may be a link


def _files(paths: Iterable[Path], folder: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        name = os.path.relpath(path, folder)
        digest.update(f"{name}\0{_file(path)}\n".encode())
    return digest.hexdigest()


def _commit(dataset: str, revision: str | None) -> str | None:
    """The commit that a branch or tag of a data set on the Hub is at."""
    if revision is not None and _COMMIT.fullmatch(revision):
        return revision
    from huggingface_hub import HfApi

    return HfApi().dataset_info(dataset, revision=revision, timeout=_TIMEOUT).sha
