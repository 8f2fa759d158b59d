"""What a model's folder holds besides weights, and goes with a model made from it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from ..recipe import Model

KEPT = ("*.json", "*.jinja", "*.model", "*.txt", "*.py", "*.tiktoken", "LICENSE*", "NOTICE*")
"""Tokenizer, processors, templates, generation settings, code, terms."""

OWN = (
    "config.json",
    "training.json",
    "trainer_state.json",
    "*_results.json",
    "adapter*",
    "*index*",
)
"""What is about one set of weights, and not about any model of this kind."""

TEMPLATES = "additional_chat_templates"


def kept_of(config: Model) -> Iterator[tuple[Path, Path]]:
    """Of a model that `resolve` found: each file, and its path in the model's folder."""
    folder = Path(config.id)
    return kept_in(folder if folder.is_dir() else snapshot(config))


def kept_in(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Everything in a folder that is not about its weights, as `kept_of` tells it."""
    for path in sorted([*folder.iterdir(), *(folder / TEMPLATES).glob("*.jinja")]):
        kept = any(fnmatch(path.name, pattern) for pattern in KEPT)
        if path.is_file() and kept and not any(fnmatch(path.name, own) for own in OWN):
            yield path, path.relative_to(folder)


def snapshot(config: Model) -> Path:
    """The folder of what was downloaded of a model on the Hub, with all small files that it has."""
    from huggingface_hub import snapshot_download

    patterns = [*KEPT, f"{TEMPLATES}/*"]
    try:
        got = snapshot_download(config.id, revision=config.revision, allow_patterns=patterns)
    except Exception:  # no connection, offline: what is there
        got = snapshot_download(config.id, revision=config.revision, local_files_only=True)
    return Path(got)
