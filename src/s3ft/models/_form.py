"""How a model's weights are held and its attention computed, beside their precision."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..recipe import Model

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig

ATTENTION = "model.attn_implementation"
QUANTISATION = "model.quantization"

_ON_GPUS = ("flash", "flex")
"""What attention that a CPU does not compute, or not both ways, is called by."""


def check_form(config: Model, found: PretrainedConfig, device: torch.device) -> None:
    """See that a model can be held, and its attention computed, as the recipe says.

    Raises:
        InputError: a package is missing, the model is quantised already, or it is attention that
            this device cannot compute or whose code would come from the Hub.
    """
    if config.quantization is not None:
        if getattr(found, "quantization_config", None) is not None:
            remedy = f"Leave {QUANTISATION} out, or give the model that is not quantised."
            raise InputError(QUANTISATION, f"{config.id} is quantised already", remedy)
        if find_spec("bitsandbytes") is None:
            remedy = "Run `pip install 's3ft[qlora]'`, or leave it out."
            raise InputError(QUANTISATION, "bitsandbytes is not installed", remedy)
    name = config.attn_implementation or ""
    if "/" in name and not config.trust_remote_code:
        problem = f"{name} is code that is downloaded from the Hub"
        remedy = "Read that code; if you trust it, set model.trust_remote_code: true."
        raise InputError(ATTENTION, problem, remedy)
    if device.type == "cpu" and name.startswith(_ON_GPUS):
        raise InputError(ATTENTION, f"{name} needs a GPU", "Use sdpa or eager, or leave it out.")


def attention(config: Model) -> dict[str, Any]:
    """What transformers is told about attention: nothing, where the recipe says nothing."""
    name = config.attn_implementation
    return {} if name is None else {"attn_implementation": name}


def packed(config: Model, dtype: torch.dtype) -> dict[str, Any]:
    """What transformers is told to pack the weights as the recipe says (QLoRA, arXiv 2305.14314).

    Args:
        dtype: in which the unpacked weights are multiplied.
    """
    from transformers import BitsAndBytesConfig

    wanted = config.quantization
    if wanted is None:
        return {}
    kind: dict[str, Any] = {"load_in_8bit": True}
    if wanted.bits == 4:
        kind = {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": wanted.type,
            "bnb_4bit_use_double_quant": wanted.double_quant,
            "bnb_4bit_compute_dtype": dtype,
            # FSDP shares out tensors of one dtype.
            "bnb_4bit_quant_storage": dtype,
        }
    return {
        "quantization_config": BitsAndBytesConfig(llm_int8_skip_modules=wanted.skip_modules, **kind)
    }
