"""Loading what a recipe names: tokenizer, chat format, weights."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..chat import Chat
from ..errors import InputError
from ..recipe import Model
from ._explained import explained
from ._form import attention, check_form, packed
from ._resolve import resolve

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase


def load_tokenizer(config: Model) -> PreTrainedTokenizerBase:
    """Load a model's tokenizer, which pads on the left.

    Raises:
        InputError: there is none, or it needs code of its own.
    """
    from transformers import AutoTokenizer

    config = resolve(config)
    with explained(config, "the tokenizer", "Save it there: tokenizer.save_pretrained(folder)."):
        tokenizer = AutoTokenizer.from_pretrained(
            config.id,
            revision=config.revision,
            trust_remote_code=config.trust_remote_code,
            padding_side="left",
        )
    if not len(tokenizer):
        raise InputError("model.id", f"{config.id} has an empty tokenizer", "Save one there.")
    return tokenizer


def load_chat(config: Model) -> Chat:
    """Load what renders conversations: tokenizer, template, and the model's end-of-text ids.

    Raises:
        InputError: there is no tokenizer, no such template file, or the template is broken.
    """
    from transformers import GenerationConfig

    resolved = resolve(config)
    tokenizer, template = load_tokenizer(config), None
    if config.chat_template is not None:
        try:
            template = Path(config.chat_template).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                "model.chat_template",
                f"{config.chat_template} cannot be read: {error}",
                "Give a file with a Jinja template.",
            ) from None
    try:
        generation = GenerationConfig.from_pretrained(resolved.id, revision=resolved.revision)
    except OSError:  # it has none, so its configuration names the end of text
        generation = GenerationConfig.from_model_config(load_config(resolved))
    return Chat(
        tokenizer,
        template=template,
        kwargs=config.chat_template_kwargs,
        generation_config=generation,
        date=None if config.date is None else _date(config.date),
    )


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise InputError("model.date", f"{text!r}: {error}", "Give a day that there is.") from None


def load_model(config: Model) -> PreTrainedModel:
    """Load a causal language model in evaluation mode, from safetensors only, packed where asked.

    Returns:
        The model, all weights on one device (`pick_device`) and in one precision (`pick_dtype`),
        but for what its class keeps in float32 or its quantisation packs. Under DeepSpeed's ZeRO-3
        each process gets its share of the weights.

    Raises:
        InputError: there is no such model, it has no safetensors, or it needs code of its own.
        RunError: it does not fit into memory.
    """
    from transformers import AutoModelForCausalLM
    from transformers.integrations.deepspeed import is_deepspeed_zero3_enabled

    config = resolve(config)
    device = pick_device(config.device)
    dtype = pick_dtype(config.dtype, device)
    if config.quantization is not None or config.attn_implementation is not None:
        check_form(config, load_config(config), device)
    placed = {} if is_deepspeed_zero3_enabled() else {"device_map": {"": device}}
    remedy = "Convert it: AutoModelForCausalLM.from_pretrained(...).save_pretrained(folder)."
    with explained(config, "safetensors weights", remedy):
        model, report = AutoModelForCausalLM.from_pretrained(
            config.id,
            revision=config.revision,
            trust_remote_code=config.trust_remote_code,
            use_safetensors=True,
            dtype=dtype,
            output_loading_info=True,
            **placed,
            **attention(config),
            **packed(config, dtype),
        )
    if missing := sorted(report["missing_keys"]):  # transformers would go on with random numbers
        shown = ", ".join(missing[:3])
        problem = f"{config.id} lacks {len(missing)} of its weights: {shown}"
        raise InputError("model.id", problem, "Save or download the model again.")
    return model.eval()


def pick_device(name: str) -> torch.device:
    """The device of that name; ``auto``: the GPU where there is one, else the CPU.

    Args:
        name: ``auto``, or as torch takes it: ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises:
        InputError: torch knows no such device, or the machine has none.
    """
    import torch

    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        problem = f"{name!r} cannot be used: {str(error).splitlines()[0]}"
        raise InputError("model.device", problem, "Use auto, cpu, cuda, cuda:1 or mps.") from None
    return device


def pick_dtype(name: str, device: torch.device) -> torch.dtype:
    """The precision of that name; ``auto``: bf16 where the processor multiplies it, else fp32.

    Args:
        name: ``auto``, ``bfloat16``, ``float16`` or ``float32``.
        device: which is to compute in it.
    """
    import torch

    if name != "auto":
        dtype: torch.dtype = getattr(torch, name)
        return dtype
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        # torch's own question says yes to any AVX-512, where bf16 is emulated and slow.
        fast = device.type == "cpu" and (
            torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        )
    return torch.bfloat16 if fast else torch.float32


def max_positions(config: PretrainedConfig) -> int | None:
    """The most tokens of prompt and answer that a model has positions for, None if unlimited."""
    text = config.get_text_config()
    limit = getattr(text, "max_position_embeddings", None) or getattr(text, "n_positions", None)
    return limit if isinstance(limit, int) and limit > 0 else None


def load_config(config: Model) -> PretrainedConfig:
    """Load a model's configuration, without its weights.

    Raises:
        InputError: there is no such model.
    """
    from transformers import AutoConfig

    config = resolve(config)
    with explained(config, "config.json", "Give the folder or Hub id of a whole model."):
        return AutoConfig.from_pretrained(
            config.id, revision=config.revision, trust_remote_code=config.trust_remote_code
        )
