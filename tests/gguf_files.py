"""Small GGUF files, written from a model's folder with the package of llama.cpp's own converter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np

ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
}


def write_gguf(
    folder: Path,
    file: Path,
    kind: str = "F32",
    *,
    more: Mapping[str, np.ndarray[Any, Any]] | None = None,
    leave_out: str = "",
    state: Mapping[str, Any] | None = None,
) -> Path:
    """Write the model in ``folder`` to ``file``, which is returned.

    Args:
        kind: how matrices are stored: F32, F16, BF16, or quantised, as Q8_0.
        more: tensors besides the model's, by their names in the file.
        leave_out: the beginning of names of tensors that are not written.
        state: metadata besides, or in place of, what is written: texts and unsigned numbers.
    """
    config = json.loads((folder / "config.json").read_text())
    arch = ARCHITECTURES[config["model_type"]]
    writer = gguf.GGUFWriter(file, gguf.MODEL_ARCH_NAMES[arch])
    writer.add_name("Small")
    writer.add_license("apache-2.0")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    head = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    writer.add_rope_dimension_count(head)
    writer.add_key_length(head)
    writer.add_value_length(head)
    _add_tokenizer(writer, folder)
    for key, value in (state or {}).items():
        if isinstance(value, str):
            writer.add_string(key, value)
        else:
            writer.add_float32(key, value) if isinstance(value, float) else writer.add_uint32(
                key, value
            )
    tensors = dict(_tensors(folder, config, arch))
    for name, numbers in {**tensors, **(more or {})}.items():
        if leave_out and name.startswith(leave_out):
            continue
        stored = kind if numbers.ndim == 2 else "F32"
        to = gguf.GGMLQuantizationType[stored]
        if stored in ("F32", "F16"):
            writer.add_tensor(name, numbers.astype("float32" if stored == "F32" else "float16"))
        else:
            writer.add_tensor(name, gguf.quantize(numbers, to), raw_dtype=to)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _tensors(folder: Path, config: dict[str, Any], arch: Any) -> Any:
    """Each weight by its name in the file, in float32; Llama's queries and keys are interleaved."""
    from safetensors.torch import load_file

    names = gguf.get_tensor_name_map(arch, config["num_hidden_layers"])
    for name, weight in load_file(folder / "model.safetensors").items():
        numbers = weight.float().numpy()
        if arch is gguf.MODEL_ARCH.LLAMA and name.endswith(("q_proj.weight", "k_proj.weight")):
            kind = "num_attention_heads" if "q_proj" in name else "num_key_value_heads"
            heads = config[kind]
            halves = numbers.reshape(heads, 2, len(numbers) // heads // 2, -1)
            numbers = halves.swapaxes(1, 2).reshape(numbers.shape)
        yield names.get_name(name, try_suffixes=(".weight", ".bias")), numbers


def _add_tokenizer(writer: gguf.GGUFWriter, folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    core = json.loads((folder / "tokenizer.json").read_text())
    tokens = [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda it: it[1])]
    special = {token["content"]: 3 if token["special"] else 4 for token in core["added_tokens"]}
    kinds = [special.get(t, 6 if t.startswith("<0x") else 1) for t in tokens]
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    merges = [
        " ".join(pair) if isinstance(pair, list) else pair for pair in core["model"]["merges"]
    ]
    writer.add_token_merges(merges)
    if core["model"].get("byte_fallback"):
        writer.add_tokenizer_model("llama")
        writer.add_token_scores([-float(number) for number in range(len(tokens))])
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("default")
    for name in ("bos", "eos", "unk", "pad"):
        if (number := getattr(tokenizer, f"{name}_token_id")) is not None:
            getattr(writer, f"add_{name}_token_id")(number)
    if (ends := json.loads((folder / "generation_config.json").read_text())["eos_token_id"])[1:]:
        [other] = [end for end in ends if end != tokenizer.eos_token_id]
        writer.add_eot_token_id(other)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)
