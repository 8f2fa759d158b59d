"""The files of a model: weights that are whole, and what else a user of the model needs."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from ..errors import InputError
from ..recipe import Model
from ._kept import kept_of, snapshot
from ._resolve import resolve

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"


def check_weights(config: Model) -> None:
    """See that a model's weights are safetensors and all there, by their names and sizes.

    Of a model on the Hub, which is downloaded when it is loaded, only the names.

    Raises:
        InputError: they are pickled, one is missing, or one was cut short.
    """
    config = resolve(config)
    folder = Path(config.id)
    if not folder.is_dir():
        _check_names(config, _on_hub(config))
        return
    _check_names(config, {path.name for path in folder.iterdir()})
    if (folder / WEIGHTS).exists():
        _check_whole(config, folder / WEIGHTS)
        return
    try:
        shards = sorted(set(json.loads((folder / INDEX).read_text())["weight_map"].values()))
    except (OSError, ValueError, LookupError, AttributeError) as error:
        raise _broken(config, f"{INDEX} is broken: {error}") from None
    missing = [name for name in shards if not (folder / name).exists()]
    if missing:
        raise _broken(config, f"{missing[0]} of {len(shards)} files of weights is missing")
    for name in shards:
        _check_whole(config, folder / name)


def _check_names(config: Model, names: set[str]) -> None:
    if not names or names & {WEIGHTS, INDEX}:
        return
    pickled = sorted(name for name in names if fnmatch(name, "*.bin") or fnmatch(name, "*.pt*"))
    if not pickled:
        raise _broken(config, f"there are no weights, neither {WEIGHTS} nor {INDEX}")
    problem = f"{config.id} has its weights as {pickled[0]} only, and a pickle can run any code"
    remedy = (
        "If you trust it, convert it once: AutoModelForCausalLM.from_pretrained(id)"
        ".save_pretrained(folder), its tokenizer too, and give that folder."
    )
    raise InputError("model.id", problem, remedy)


def _check_whole(config: Model, path: Path) -> None:
    """A safetensors file begins with the length of its header, which tells where each tensor is."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > path.stat().st_size:
                raise ValueError("it is cut short")
            header = json.loads(file.read(length))
        ends = [
            tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"
        ]
        if path.stat().st_size < 8 + length + max(ends, default=0):
            raise ValueError("it is cut short")
    except (OSError, ValueError, LookupError, AttributeError, TypeError, struct.error) as error:
        raise _broken(config, f"{path.name} is no whole safetensors file: {error}") from None


def _broken(config: Model, problem: str) -> InputError:
    return InputError("model.id", f"{config.id}: {problem}", "Save or download the model again.")


def _on_hub(config: Model) -> set[str]:
    """The names of a repository's files; none where the Hub cannot be asked."""
    from huggingface_hub import HfApi

    try:
        return set(HfApi().list_repo_files(config.id, revision=config.revision))
    except Exception:  # no connection, no right, offline: it shows when the weights are loaded
        return {path.name for path in snapshot(config).iterdir()} & {WEIGHTS, INDEX}


def kept_files(config: Model) -> Iterator[tuple[Path, Path]]:
    """What a model tuned from this one needs beside its weights: each file, and its relative path.

    Everything in the base's folder that is not about its weights.
    """
    return kept_of(resolve(config))
