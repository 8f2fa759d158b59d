"""A configuration for LLaMA-Factory: ``llamafactory-cli train llamafactory.yaml``."""

from __future__ import annotations

import json
from typing import Any

from ._rows import ROWS, Format
from ._training import (
    ACCUMULATION,
    OUTPUT,
    PER_DEVICE,
    UNCUT,
    Rows,
    Training,
    Written,
    attention,
    batches,
    kept_modules,
    lora_options,
    precision,
    quantization,
    renamed,
    same_for_all,
    without_place,
)

FILE = "llamafactory.yaml"
DATASETS = "dataset_info.json"

_LORA = {
    "r": "lora_rank",
    "alpha": "lora_alpha",
    "dropout": "lora_dropout",
    "target_modules": "lora_target",
    "modules_to_save": "additional_target",
    "use_rslora": "use_rslora",
    "use_dora": "use_dora",
}

_OF_TRL = (
    "activation_offloading",
    "loss_type",
    "pad_token",
    "padding_free",
    "pad_to_multiple_of",
    "router_aux_loss_coef",
    "shuffle_dataset",
)
"""Arguments that TRL adds to those of transformers, which are LLaMA-Factory's too."""


_TEMPLATES = {"<start_of_turn>": "gemma", "[INST]": "mistral"}
"""Its names for templates that write the system's words into the user's turn, by a mark in them:
it cannot read these off a model."""


def configuration(training: Training, rows: Rows) -> str:
    """The file's text; `dataset_info` is the file that it looks the data up in."""
    train, model = training.train, training.settings
    written = Written(differs=same_for_all(training, rows))
    args = {
        key: value for key, value in train.args.items() if key not in (PER_DEVICE, ACCUMULATION)
    }
    written.settings = {
        "model_name_or_path": training.model,
        **({"model_revision": training.revision} if training.revision else {}),
        **({"trust_remote_code": True} if model.trust_remote_code else {}),
        "stage": "sft",
        "do_train": True,
        **_adapter(training, written),
        **_attention(training, written),
        "dataset": training.name,
        "dataset_dir": ".",
        **_template(training),
        "cutoff_len": train.max_length or UNCUT,
        **({"mask_history": True} if rows.dialogues else {}),
        **_thinking(training),
        "output_dir": OUTPUT,
        "learning_rate": train.learning_rate,
        "max_steps": training.steps,
        **batches(train),
        "lr_scheduler_type": "linear",
        **precision(training),
        "seed": training.seed,
        "logging_steps": 1,
        "report_to": "none",
        **{key: value for key, value in args.items() if key not in _OF_TRL},
    }
    written.differs += [
        *without_place("train.args", (key for key in args if key in _OF_TRL)),
        "The template is read off the model's own, in pieces, or named: look at the first row that"
        " is printed, and in LLaMA-Factory's list of templates. What it writes after the stop token"
        " is trained too.",
    ]
    if model.chat_template is not None:
        written.differs.append("model.chat_template: the model's own template is taken instead.")
    if train.max_length is not None:
        written.differs.append("Rows longer than cutoff_len are cut; s3ft refuses them.")
    return written.text(f"In this folder: llamafactory-cli train {FILE}")


def dataset_info(training: Training, rows: Rows, format: Format) -> str:
    """The text of ``dataset_info.json``: which column is what."""
    columns = {"messages": "conversations" if format == "sharegpt" else "messages"}
    if format == "alpaca":
        columns = {
            "prompt": "instruction",
            "query": "input",
            "response": "output",
            "system": "system",
            "history": "history",
        }
    if rows.calling:
        columns["tools"] = "tools"
    formatting = "alpaca" if format == "alpaca" else "sharegpt"
    entry: dict[str, Any] = {"file_name": ROWS, "formatting": formatting, "columns": columns}
    if format in ("messages", "openai"):
        # Its formatting "openai" would add a system message of its own, "detailed thinking off".
        entry["tags"] = {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "observation_tag": "tool",
            "function_tag": "function_call",
            "system_tag": "system",
        }
    return json.dumps({training.name: entry}, indent=2, ensure_ascii=False) + "\n"


def _adapter(training: Training, written: Written) -> dict[str, Any]:
    settings, unknown = renamed(lora_options(training.train), _LORA)
    written.differs += without_place("train.lora", unknown)
    if not settings:
        return {"finetuning_type": "full"}
    if settings.get("lora_target") == "all-linear":
        settings["lora_target"] = "all"
    lists = {key: ",".join(value) for key, value in settings.items() if isinstance(value, list)}
    return {"finetuning_type": "lora", **settings, **lists, **_packed(training, written)}


def _packed(training: Training, written: Written) -> dict[str, Any]:
    packed = quantization(training)
    if packed is None:
        return {}
    written.differs += kept_modules(training)
    kind = {"quantization_type": packed["type"], "double_quantization": packed["double_quant"]}
    return {"quantization_bit": packed["bits"], **(kind if packed["bits"] == 4 else {})}


_ATTENTION = {
    "eager": "disabled",
    "sdpa": "sdpa",
    "flash_attention_2": "fa2",
    "flash_attention_3": "fa3",
}


def _attention(training: Training, written: Written) -> dict[str, Any]:
    named = attention(training)
    if named is not None and named not in _ATTENTION:
        written.differs += without_place("model", ["attn_implementation"])
    return {"flash_attn": _ATTENTION[named]} if named in _ATTENTION else {}


def _template(training: Training) -> dict[str, Any]:
    used = training.chat.used if training.chat else ""
    return next(({"template": name} for mark, name in _TEMPLATES.items() if mark in used), {})


def _thinking(training: Training) -> dict[str, Any]:
    thinks = training.settings.chat_template_kwargs.get("enable_thinking")
    return {} if thinks is None else {"enable_thinking": bool(thinks)}
