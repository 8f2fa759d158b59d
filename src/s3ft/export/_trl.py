"""A configuration for TRL's command line: ``trl sft --config trl.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._rows import ROWS
from ._training import (
    OUTPUT,
    TEMPLATE,
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
    template_kwargs,
    without_place,
)

FILE = "trl.yaml"

_LORA = {
    "r": "lora_r",
    "alpha": "lora_alpha",
    "dropout": "lora_dropout",
    "target_modules": "lora_target_modules",
    "target_parameters": "lora_target_parameters",
    "modules_to_save": "lora_modules_to_save",
    "use_rslora": "use_rslora",
    "use_dora": "use_dora",
}


def configuration(training: Training, rows: Rows, *, ids: bool = False) -> str:
    """The file's text. It trains prompt and completion as `s3ft.train` does, with the same steps
    of the same batches.

    Args:
        ids: the rows are token ids with labels, which no template is needed for.
    """
    train, model = training.train, training.settings
    written = Written(differs=same_for_all(training, rows))
    lora, unknown = renamed(lora_options(train), _LORA)
    if lora:
        if targets := lora.pop("lora_target_modules", None):
            lora["lora_target_modules"] = _targets(targets)
        lora = {"use_peft": True, **lora}
    written.settings = {
        "model_name_or_path": training.model,
        **({"model_revision": training.revision} if training.revision else {}),
        **({"trust_remote_code": True} if model.trust_remote_code else {}),
        # Without LoRA weights are float32: updates at usual rates are below bf16's resolution.
        "dtype": ("bfloat16" if model.dtype == "auto" else model.dtype) if lora else "float32",
        **({"attn_implementation": named} if (named := attention(training)) else {}),
        **_packed(quantization(training)),
        "datasets": [{"path": "json", "data_files": ROWS}],
        "output_dir": OUTPUT,
        **({} if ids else {"completion_only_loss": True}),
        "max_length": train.max_length,
        "learning_rate": train.learning_rate,
        "max_steps": training.steps,
        **batches(train),
        **lora,
        **precision(training),
        "seed": training.seed,
        "logging_steps": 1,
        "report_to": "none",
        **{key: value for key, value in train.args.items() if key not in batches(train)},
    }
    written.differs += [*without_place("train.lora", unknown), *kept_modules(training)]
    if train.max_length is not None:
        written.differs.append("Rows longer than max_length are cut; s3ft refuses them.")
    chat = training.chat
    if ids:
        return written.text(f"In this folder: trl sft --config {FILE}")
    if chat is None:
        written.differs.append(
            "The model's template could not be looked at: what it writes after the stop token, such"
            " as a line feed, is trained too."
        )
    elif chat.template is not None:
        written.settings["chat_template_path"] = TEMPLATE
    return written.text(f"In this folder: trl sft --config {FILE}")


def _packed(packed: Mapping[str, Any] | None) -> dict[str, Any]:
    if packed is None:
        return {}
    if packed["bits"] == 8:
        return {"load_in_8bit": True}
    kind, nested = packed["type"], packed["double_quant"]
    return {"load_in_4bit": True, "bnb_4bit_quant_type": kind, "use_bnb_nested_quant": nested}


def _targets(targets: str | list[str]) -> list[str]:
    """The adapted modules as TRL takes them: a list of one is given to PEFT as a pattern."""
    if isinstance(targets, str):
        return [targets]
    return [rf"(.*\.)?{targets[0]}"] if len(targets) == 1 else list(targets)


def row_extras(training: Training) -> dict[str, Any]:
    """What each row says beside its turns: TRL gives a template's arguments by the row."""
    kwargs = template_kwargs(training)
    return {"chat_template_kwargs": kwargs} if kwargs else {}
