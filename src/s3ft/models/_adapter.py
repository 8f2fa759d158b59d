"""A PEFT adapter over its base, merged into an ordinary model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..quiet import quiet
from ..recipe import Model
from ._explained import explained
from ._kept import kept_in, kept_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SETTINGS, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def adapter_base(folder: Path, config: Model) -> Model:
    """The model that an adapter's settings name as its base.

    Args:
        config: which names the adapter; all but the place holds for the base as well.

    Raises:
        InputError: they name none, or the adapter's weights are no safetensors.
    """
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        base, revision = settings["base_model_name_or_path"], settings.get("revision")
        if not isinstance(base, str) or not base:
            raise ValueError("base_model_name_or_path names no model")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        problem = f"{folder / SETTINGS} does not tell the adapter's base: {error}"
        raise InputError("model.id", problem, "Save the adapter again with PEFT.") from None
    if not (folder / WEIGHTS).is_file():
        problem = f"{folder} is an adapter without {WEIGHTS}"
        raise InputError("model.id", problem, "Save it again: PeftModel.save_pretrained(folder).")
    return config.model_copy(update={"id": base, "revision": revision, "gguf_file": None})


def load_merged(base: Model, adapter: Path) -> PreTrainedModel:
    """The model of an adapter and its base, which `resolve` found.

    It is merged into the base's weights as they are stored: the product is added in float32 and the
    sum rounded once.
    """
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    trust: dict[str, Any] = {"trust_remote_code": base.trust_remote_code, "use_safetensors": True}
    model = AutoModelForCausalLM.from_pretrained(
        base.id, revision=base.revision, dtype="auto", **trust
    )
    return PeftModel.from_pretrained(model, adapter).merge_and_unload()


def _check_base(adapter: Path, base: Model) -> None:
    from transformers import AutoConfig

    with explained(base, f"the base of {adapter}", f"Correct {adapter / SETTINGS}."):
        config = AutoConfig.from_pretrained(
            base.id, revision=base.revision, trust_remote_code=base.trust_remote_code
        )
    if getattr(config, "quantization_config", None) is not None:
        problem = f"the base of {adapter}, {base.id}, is quantised: nothing can be merged into it"
        remedy = f"Name the model that is not quantised in {adapter / SETTINGS}."
        raise InputError("model.id", problem, remedy)


def merge(adapter: Path, base: Model, out: Path) -> None:
    """Write the model of an adapter and its base, which `resolve` found, to ``out``.

    With it goes what the base's folder holds beside weights, and in its place what the adapter's
    holds of the same name: its tokenizer, its template.

    Raises:
        InputError: the adapter does not fit its base, or that is quantised.
        RunError: they do not fit into memory.
    """
    _check_base(adapter, base)
    remedy = f"See that {SETTINGS} names the base that it was trained on."
    with explained(Model(id=str(adapter)), f"the adapter over {base.id}", remedy), quiet():
        load_merged(base, adapter).save_pretrained(out)
    for source, place in (*kept_of(base), *kept_in(adapter)):
        (out / place).parent.mkdir(exist_ok=True)
        shutil.copyfile(source, out / place)
