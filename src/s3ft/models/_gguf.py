"""A model in a GGUF file, as llama.cpp and Ollama keep them, made into an ordinary folder."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..quiet import quiet
from ..recipe import Model
from ._explained import explained
from ._rope import set_rope

if TYPE_CHECKING:
    import torch
    from gguf import GGUFReader
    from transformers import PreTrainedModel

_BESIDE = ("rope_freqs", "rope_factors")
"""How tensors begin that are no weights: they stretch positions, see `set_rope`."""

_ENDS = ("eos_token_id", "eot_token_id", "eom_token_id")
"""Tokens at which llama.cpp stops: of the text, the turn, the message."""


def the_gguf(folder: Path, name: str | None) -> Path | None:
    """The GGUF file that is meant in a folder; None where there is none.

    Raises:
        InputError: there are several and none is named, or that which is named is not there.
    """
    if name is not None:
        if not (folder / name).is_file():
            raise InputError("model.gguf_file", f"there is no file {folder / name}", "Correct it.")
        return folder / name
    found = sorted(path.name for path in folder.glob("*.gguf"))
    if len(found) > 1:
        problem = f"{folder} holds several GGUF files: {', '.join(found)}"
        raise InputError("model.id", problem, "Set model.gguf_file to one of them.")
    return folder / found[0] if found else None


def convert(file: Path, out: Path) -> None:
    """Write the model in a GGUF file to ``out``, as transformers saves one: dequantised.

    Weights are kept as they are in the file where they are plain numbers there, and in bf16 where
    they are quantised: it is finer than any quantisation's own error, and what most models had
    before. Tokenizer, chat template and the tokens that end a text come from the file, and the
    name and the license that it states go to the model's card.

    Raises:
        InputError: it is no whole GGUF file, one of several parts, or of a model that transformers
            cannot read from such a file, or not wholly.
        RunError: it does not fit into memory.
    """
    from transformers import AutoConfig, AutoModelForCausalLM, GgufConfig, PreTrainedTokenizerFast

    reader = _read(file)
    architecture = _value(reader, "general.architecture")
    remedy = (
        f"Its architecture is {architecture!r}; if transformers reads no GGUF files of it, give "
        "the model's ordinary folder or its Hub id."
    )
    place: dict[str, Any] = {
        "pretrained_model_name_or_path": str(file.parent),
        "gguf_file": file.name,
    }
    bars = redirect_stderr(StringIO())
    with explained(Model(id=str(file)), "a GGUF file", remedy), quiet(), bars:
        # The class of tokenizer that is plain: those of single models split texts in a way of their
        # own, whatever the file says.
        tokenizer = PreTrainedTokenizerFast.from_pretrained(**place)
        config = AutoConfig.from_pretrained(**place)
        if (head := _value(reader, f"{architecture}.attention.key_length")) is not None:
            config.head_dim = head  # transformers has its class's default in some architectures
        set_rope(file, reader, config)
        model, report = AutoModelForCausalLM.from_pretrained(
            **place,
            config=config,
            quantization_config=GgufConfig(dequantize=True),
            dtype=_dtype(reader),
            output_loading_info=True,
        )
        _check_complete(file, reader, model, sorted(report["missing_keys"]))
        _set_ends(reader, model)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    _drop_tokens_over(config.get_text_config().vocab_size, out / "tokenizer.json")
    _write_card(reader, out)


def _read(file: Path) -> GGUFReader:
    """What a file states, and where its tensors are.

    Raises:
        InputError: it is not whole.
    """
    from gguf import GGUFReader

    try:
        reader = GGUFReader(file)
    except (OSError, ValueError, LookupError, TypeError, OverflowError, MemoryError) as error:
        problem = f"{file} is no whole GGUF file: {error}"
        raise InputError("model.id", problem, "Download the file again.") from None
    if (parts := _value(reader, "split.count") or 1) > 1:
        problem = f"{file} is one of {parts} parts of a model"
        raise InputError("model.id", problem, "Join them: llama-gguf-split --merge FIRST OUT.")
    return reader


def _value(reader: GGUFReader, key: str) -> Any:
    """What a file states under a key; None if nothing."""
    field = reader.get_field(key)
    return None if field is None else field.contents()


def _dtype(reader: GGUFReader) -> torch.dtype:
    """The precision of a file's weights. Norms are in float32 in any file, and say nothing."""
    import torch

    kinds = {tensor.tensor_type.name for tensor in reader.tensors}
    if kinds <= {"F32"}:
        return torch.float32
    return torch.float16 if kinds <= {"F32", "F16"} else torch.bfloat16


def _check_complete(
    file: Path, reader: GGUFReader, model: PreTrainedModel, missing: list[str]
) -> None:
    """See that each of the model's weights is from the file, and each of the file's in the model.

    They are counted in numbers: experts are one tensor here and many there. transformers would pass
    over what its class of the architecture has no place for, such as a bias, and go on.

    Raises:
        InputError: they are not.
    """
    weights = {tensor.data_ptr(): tensor.numel() for tensor in model.state_dict().values()}
    stated = sum(
        int(tensor.n_elements) for tensor in reader.tensors if not tensor.name.startswith(_BESIDE)
    )
    architecture = _value(reader, "general.architecture")
    drafts = _value(reader, f"{architecture}.nextn_predict_layers")  # that no one here asks for
    if missing or (stated != sum(weights.values()) and not drafts):
        lacks = f"lacks {missing[0]}" if missing else f"has {stated:,} weights"
        problem = (
            f"{file} {lacks}, and the {architecture} model that transformers makes of it has "
            f"{sum(weights.values()):,}"
        )
        raise InputError("model.id", problem, "Give the model's ordinary folder or its Hub id.")


def _set_ends(reader: GGUFReader, model: PreTrainedModel) -> None:
    """Keep all tokens that end a text where generation looks for them."""
    from transformers import GenerationConfig

    known = model.config.eos_token_id
    ends = list(known) if isinstance(known, list) else []
    ends += [_value(reader, f"tokenizer.ggml.{name}") for name in _ENDS]
    unique = list(dict.fromkeys(end for end in ends if end is not None))
    model.generation_config = GenerationConfig(
        bos_token_id=model.config.bos_token_id,
        eos_token_id=unique[0] if len(unique) == 1 else unique or None,
        pad_token_id=model.config.pad_token_id,
    )


def _drop_tokens_over(count: int, file: Path) -> None:
    """Leave out what transformers' class of a tokenizer adds of its own to what a file names."""
    core = json.loads(file.read_text(encoding="utf-8"))
    core["added_tokens"] = [token for token in core["added_tokens"] if token["id"] < count]
    file.write_text(json.dumps(core, ensure_ascii=False), encoding="utf-8")


def _write_card(reader: GGUFReader, out: Path) -> None:
    from huggingface_hub import ModelCardData

    name, license = (_value(reader, f"general.{key}") for key in ("name", "license"))
    card = ModelCardData(license=license, model_name=name)
    text = f"---\n{card.to_yaml()}\n---\n\nMade from a GGUF file, dequantised.\n"
    (out / "README.md").write_text(text, encoding="utf-8")
