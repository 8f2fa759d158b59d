"""Where a model is, and one message for all that can be wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ..embedded import embedded
from ..errors import InputError, RunError
from ..quiet import only_errors
from ..recipe import Model
from ._memory import is_out_of_memory


def resolve(config: Model) -> Model:
    """Replace an embedded world's name by its model's folder, and a local path by its full form.

    A branch or tag of the Hub, and what is in a folder of the Hub's cache, becomes a commit: what
    is loaded later is then the same, though the branch has moved.

    Raises:
        InputError: a path is given where there is no folder with a model.
    """
    if (world := embedded(config.id)) is not None:
        return config.model_copy(update={"id": str(world.MODEL), "revision": None})
    folder = Path(config.id).expanduser()
    if folder.is_dir():
        _check_folder(folder)
        commit = _commit_of(folder / "config.json")
        return config.model_copy(update={"id": str(folder), "revision": commit})
    if folder.exists():
        raise InputError("model.id", f"{config.id} is a file", "Give the folder that holds it.")
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", config.id):
        raise InputError("model.id", f"there is no folder {config.id}", "Give a folder or Hub id.")
    commit = _commit(config.id, config.revision)
    return config if commit is None else config.model_copy(update={"revision": commit})


@cache
def _commit(repository: str, revision: str | None) -> str | None:
    """The commit that a branch or tag is at; None where it cannot be told."""
    from transformers.utils.hub import cached_file

    try:
        return _commit_of(Path(cached_file(repository, "config.json", revision=revision)))
    except Exception:  # it is said when the model is loaded, with the reason
        return None


def _commit_of(file: Path) -> str | None:
    from transformers.utils.hub import extract_commit_hash

    commit: str | None = extract_commit_hash(str(file.absolute()), None)
    return commit


@contextmanager
def explained(config: Model, what: str, remedy: str) -> Iterator[None]:
    """Turn what transformers raises about a model into one message.

    Raises:
        InputError: the model cannot be loaded.
        RunError: it does not fit into memory.
    """
    from safetensors import SafetensorError

    expected = (OSError, ValueError, LookupError, ImportError, TypeError, AttributeError)
    try:
        with only_errors("transformers", "huggingface_hub"):  # the message says what they would
            yield
    except (*expected, RuntimeError, MemoryError, SafetensorError) as error:
        if is_out_of_memory(error):
            remedy = "Close what else uses it, take a smaller model, or set model.dtype: bfloat16."
            raise RunError(f"{config.id} does not fit into memory ({error})\n  {remedy}") from error
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        if "trust_remote_code" in str(error):
            raise InputError(
                "model.id",
                f"{config.id} needs code that comes with it",
                "Read that code; if you trust it, set model.trust_remote_code: true.",
            ) from error
        if not Path(config.id).is_dir():
            at = f" at revision {config.revision}" if config.revision else ""
            remedy = (
                "Check the id and your connection; private models need HF_TOKEN; offline, only "
                "what was downloaded before is there. Or give a local folder."
            )
            what = f"{what} from the Hub{at}"
        raise InputError(
            "model.id", f"{config.id}: cannot load {what}: {reason}", remedy
        ) from error


def _check_folder(folder: Path) -> None:
    """Say plainly what transformers would say in many ways."""
    path = folder / "config.json"
    if not path.exists():
        if (folder / "adapter_config.json").exists():
            raise InputError(
                "model.id",
                f"{folder} holds only an adapter",
                "Merge it into its base first: PeftModel.merge_and_unload(), then save_pretrained.",
            )
        remedy = "Give the folder of a whole model."
        raise InputError("model.id", f"{folder} has no config.json", remedy)
    try:
        parsed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = "Save or download the model again."
        raise InputError("model.id", f"{path} is broken: {error}", remedy) from None
    if not isinstance(parsed, dict):
        raise InputError("model.id", f"{path} is no JSON object", "Save the model again.")
