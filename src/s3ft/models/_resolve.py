"""Where a model is, and its identity: the one place that knows in which forms one may be given."""

from __future__ import annotations

import json
import re
from functools import cache, partial
from pathlib import Path

from ..embedded import embedded
from ..errors import InputError
from ..recipe import Model
from . import _adapter, _gguf
from ._explained import explained
from ._fingerprint import fingerprint_of, of_adapter, of_gguf
from ._ordinary import ordinary


def resolve(config: Model) -> Model:
    """Replace an embedded world's name by its model's folder, and a local path by its full form.

    A branch or tag of the Hub, and what is in a folder of the Hub's cache, becomes a commit: what
    is loaded later is then the same, though the branch has moved. A GGUF file, and an adapter with
    its base, become the ordinary folder that is made of them (see `ordinary`), the first time in
    as long as it takes to load them.

    Raises:
        InputError: a path is given where there is no model, or one that cannot be read.
        RunError: it does not fit into memory, or its ordinary folder on the disk.
    """
    if (world := embedded(config.id)) is not None:
        return config.model_copy(update={"id": str(world.MODEL), "revision": None})
    path = Path(config.id).expanduser()
    if path.is_dir():
        return _in_folder(config, path)
    if path.suffix == ".gguf":
        return _of_gguf(config, path)
    if path.exists():
        raise InputError("model.id", f"{config.id} is a file", "Give the folder that holds it.")
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", config.id):
        raise InputError("model.id", f"there is no folder {config.id}", "Give a folder or Hub id.")
    if config.gguf_file is not None:
        return _of_gguf(config, _downloaded(config))
    commit = _commit(config.id, config.revision)
    if commit is None and (adapter := _adapter_of(config.id, config.revision)) is not None:
        return _of_adapter(config, adapter)
    return config if commit is None else config.model_copy(update={"revision": commit})


def fingerprint(config: Model) -> str:
    """The identity of a model by content, found without loading its weights.

    Of a model on the Hub, the commit. Of a folder, a hash of its configuration, tokenizer, template
    and code files and of its weights: files up to 64 MiB are hashed whole, of larger ones the
    size, the first and last block, and blocks of 64 KiB spread evenly between, 256 in all. Of a
    GGUF file, the same of the file; of an adapter, of its folder and its base's fingerprint.

    Raises:
        InputError: there is no such model.
    """
    return fingerprint_of(resolve(config))


def _in_folder(config: Model, folder: Path) -> Model:
    weights = any(folder.glob("model*.safetensors*"))
    if config.gguf_file is not None or not weights:
        file = _gguf.the_gguf(folder, config.gguf_file)
        if file is not None:
            return _of_gguf(config, file)
    if not weights and (folder / _adapter.SETTINGS).exists():
        return _of_adapter(config, folder)
    _check_folder(folder)
    return config.model_copy(
        update={"id": str(folder), "revision": _commit_of(folder / "config.json")}
    )


def _of_gguf(config: Model, file: Path) -> Model:
    if not file.is_file():
        raise InputError("model.id", f"there is no file {file}", "Correct the path.")
    folder = ordinary(of_gguf(file), str(file), partial(_gguf.convert, file))
    return _at(config, folder, _commit_of(file))


def _of_adapter(config: Model, adapter: Path) -> Model:
    named = _adapter.adapter_base(adapter, config)
    what, base = f"{adapter} over {named.id}", resolve(named)
    folder = ordinary(of_adapter(adapter, base), what, partial(_adapter.merge, adapter, base))
    return _at(config, folder, _commit_of(adapter / _adapter.SETTINGS))


def _at(config: Model, folder: Path, commit: str | None) -> Model:
    return config.model_copy(update={"id": str(folder), "revision": commit, "gguf_file": None})


def _downloaded(config: Model) -> Path:
    """A GGUF file of a repository on the Hub, in the Hub's cache."""
    from transformers.utils.hub import cached_file

    with explained(config, f"{config.gguf_file}", ""):
        return Path(cached_file(config.id, config.gguf_file, revision=config.revision))


@cache
def _commit(repository: str, revision: str | None) -> str | None:
    """The commit that a branch or tag is at; None where it cannot be told."""
    from transformers.utils.hub import cached_file

    try:
        return _commit_of(Path(cached_file(repository, "config.json", revision=revision)))
    except Exception:  # it is said when the model is loaded, with the reason
        return None


@cache
def _adapter_of(repository: str, revision: str | None) -> Path | None:
    """The folder, in the Hub's cache, of a repository that holds an adapter and no model."""
    from huggingface_hub import snapshot_download
    from transformers.utils.hub import cached_file

    try:
        cached_file(repository, _adapter.SETTINGS, revision=revision)
        wanted = ["adapter_*", "*.json", "*.jinja", "tokenizer*"]
        return Path(snapshot_download(repository, revision=revision, allow_patterns=wanted))
    except Exception:  # it is none, or cannot be had: that is said when the model is loaded
        return None


def _commit_of(file: Path) -> str | None:
    from transformers.utils.hub import extract_commit_hash

    commit: str | None = extract_commit_hash(str(file.absolute()), None)
    return commit


def _check_folder(folder: Path) -> None:
    """Say plainly what transformers would say in many ways."""
    path = folder / "config.json"
    if not path.exists():
        remedy = "Give the folder of a whole model, of an adapter, or with a GGUF file."
        raise InputError("model.id", f"{folder} has no config.json", remedy)
    try:
        parsed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = "Save or download the model again."
        raise InputError("model.id", f"{path} is broken: {error}", remedy) from None
    if not isinstance(parsed, dict):
        raise InputError("model.id", f"{path} is no JSON object", "Save the model again.")
