"""A model without its weights: what can be known of it in seconds, however large it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import InputError
from ..recipe import Model
from ._explained import explained
from ._files import check_weights
from ._form import ATTENTION, check_form
from ._load import load_config, load_tokenizer, pick_device
from ._resolve import resolve

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig, PreTrainedModel

_SENSES = re.compile(r"(vision|visual|image|audio|speech|video|vq)\w*_config")
"""How the configurations of a multimodal model's other parts are named."""


def empty_model(config: Model, dtype: torch.dtype) -> PreTrainedModel:
    """Build a model on torch's meta device: every module and shape, no numbers.

    Args:
        dtype: of the parameters, which hold no memory.

    Raises:
        InputError: there is no such model, the library of its quantisation is missing, or it
            cannot be held or its attention computed as the recipe says.
    """
    import torch
    from transformers import AutoModelForCausalLM

    found = load_config(config)
    _check_quantisation(config, found)
    check_form(config, found, pick_device(config.device))
    remedy = "Choose a causal language model that this version of transformers knows."
    what = "the model that its config.json describes"
    with explained(resolve(config), what, remedy), torch.device("meta"):
        made = AutoModelForCausalLM.from_config(
            found, dtype=dtype, trust_remote_code=config.trust_remote_code
        )
        if config.attn_implementation is not None:
            try:
                made.set_attn_implementation(config.attn_implementation)
            except (ValueError, ImportError) as error:
                reason = str(error).splitlines()[0]
                raise InputError(ATTENTION, reason, "Use another, or leave it out.") from error
        return made


def check_model(config: Model, dtype: torch.dtype) -> PreTrainedModel:
    """See that a model can be loaded: its weights, its architecture, its tokenizer.

    Returns:
        The model, as `empty_model` builds it.

    Raises:
        InputError: what would keep it from being loaded, or from reading every text.
    """
    check_weights(config)
    model = empty_model(config, dtype)
    _check_vocabulary(config, model)
    return model


def quantised(config: PretrainedConfig) -> str | None:
    """By which method a model's weights are quantised, None if they are not."""
    settings = getattr(config, "quantization_config", None)
    if settings is None:
        return None
    told = settings if isinstance(settings, dict) else settings.to_dict()
    return str(getattr(told.get("quant_method"), "value", told.get("quant_method", "unknown")))


def other_senses(config: PretrainedConfig) -> list[str]:
    """The parts of a multimodal model that are not text: ``vision``, ``audio``."""
    named = (name for name, value in vars(config).items() if value is not None)
    return [name.removesuffix("_config") for name in named if _SENSES.fullmatch(name)]


def _check_vocabulary(config: Model, model: PreTrainedModel) -> None:
    """See that the model has an embedding for every token that can come up in a text.

    A tokenizer that is shared with a multimodal model has placeholders of images and sounds, which
    the text model of that family has no embedding for: they are named in it, and do not count.

    Raises:
        InputError: the tokenizer has tokens without an embedding.
    """
    from transformers import PreTrainedTokenizerBase

    tokenizer, rows = load_tokenizer(config), len(model.get_input_embeddings().weight)
    ordinary = set(PreTrainedTokenizerBase.SPECIAL_TOKENS_ATTRIBUTES)
    placeholders = {
        str(token) for name, token in tokenizer.special_tokens_map.items() if name not in ordinary
    }
    over = sorted(
        (number, token)
        for token, number in tokenizer.get_vocab().items()
        if number >= rows and token not in placeholders
    )
    if over:
        raise InputError(
            "model.id",
            f"{config.id}: its tokenizer has {len(over)} tokens more than the {rows} for which the "
            f"model has an embedding, the first {over[0][1]!r}",
            f"Save it with model.resize_token_embeddings({over[-1][0] + 1}), or with the tokenizer "
            "that belongs to it.",
        )


def _check_quantisation(config: Model, found: PretrainedConfig) -> None:
    from transformers.quantizers import AutoHfQuantizer

    method = quantised(found)
    if method is None:
        return
    try:
        quantizer = AutoHfQuantizer.from_config(found.quantization_config, pre_quantized=True)
        quantizer.validate_environment(device_map=None, weights_only=True)
    except Exception as error:  # every method looks for its own libraries, devices and versions
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            "model.id",
            f"{config.id} is quantised with {method}, which cannot be used here: {reason}",
            f"Install the library of {method}, or give the model that is not quantised.",
        ) from error
