"""A configuration for Axolotl: ``axolotl train axolotl.yaml``."""

from __future__ import annotations

from typing import Any

from ._rows import ROWS, TRAINED, Format
from ._training import (
    ACCUMULATION,
    OUTPUT,
    PER_DEVICE,
    TEMPLATE,
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
    template_kwargs,
    without_place,
)

FILE = "axolotl.yaml"

_LORA = {
    "r": "lora_r",
    "alpha": "lora_alpha",
    "dropout": "lora_dropout",
    "target_modules": "lora_target_modules",
    "target_parameters": "lora_target_parameters",
    "modules_to_save": "lora_modules_to_save",
    "rank_pattern": "lora_rank_pattern",
    "alpha_pattern": "lora_alpha_pattern",
    "use_rslora": "peft_use_rslora",
    "use_dora": "peft_use_dora",
}

_ARGS = {
    "lr_scheduler_type": "lr_scheduler",
    "lr_scheduler_kwargs": "lr_scheduler_kwargs",
    "warmup_steps": "warmup_steps",
    "warmup_ratio": "warmup_ratio",
    "weight_decay": "weight_decay",
    "max_grad_norm": "max_grad_norm",
    "adam_beta1": "adam_beta1",
    "adam_beta2": "adam_beta2",
    "adam_epsilon": "adam_epsilon",
    "optim": "optimizer",
    "optim_args": "optim_args",
    "neftune_noise_alpha": "neftune_noise_alpha",
    "gradient_checkpointing": "gradient_checkpointing",
    "gradient_checkpointing_kwargs": "gradient_checkpointing_kwargs",
    "logging_steps": "logging_steps",
    "save_steps": "save_steps",
    "save_strategy": "save_strategy",
    "save_total_limit": "save_total_limit",
}

_DEFAULTS = {
    "optimizer": "adamw_torch_fused",
    "lr_scheduler": "linear",
    "warmup_steps": 0,
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    "gradient_checkpointing": True,
    "logging_steps": 1,
}
"""What TRL does where it is told nothing, and Axolotl does not."""


def configuration(training: Training, rows: Rows, format: Format) -> str:
    """The file's text, for rows in one of the formats that are lists of turns."""
    train = training.train
    written = Written(differs=same_for_all(training, rows))
    args, unknown = renamed(
        {key: value for key, value in train.args.items() if key not in (PER_DEVICE, ACCUMULATION)},
        _ARGS,
    )
    if "warmup_ratio" in args:
        args["warmup_steps"] = None
    split = batches(train)
    written.settings = {
        "base_model": training.model,
        **({"revision_of_model": training.revision} if training.revision else {}),
        **({"trust_remote_code": True} if training.settings.trust_remote_code else {}),
        **({"attn_implementation": named} if (named := attention(training)) else {}),
        "datasets": [{**_dataset(format, rows), **_template(training)}],
        **_template(training),
        **({"chat_template_kwargs": kwargs} if (kwargs := template_kwargs(training)) else {}),
        **({"eot_tokens": [training.chat.stop]} if training.chat else {}),
        "train_on_inputs": False,
        "sequence_len": train.max_length or UNCUT,
        "excess_length_strategy": "raise",
        "sample_packing": False,
        "pad_to_sequence_len": False,
        "val_set_size": 0,
        "output_dir": OUTPUT,
        "learning_rate": train.learning_rate,
        "max_steps": training.steps,
        "micro_batch_size": split[PER_DEVICE],
        ACCUMULATION: split[ACCUMULATION],
        **_adapter(training, written),
        **precision(training),
        "seed": training.seed,
        **{key: value for key, value in {**_DEFAULTS, **args}.items() if value is not None},
    }
    written.differs += [
        *without_place("train.args", unknown),
        "Rows come in an order of Axolotl's own, and with it other batches.",
        "What the template writes before the first word of an answer, or of its reasoning, is not"
        " trained: a space, a mark, an empty block of reasoning.",
    ]
    if train.lora is None:
        written.differs.append(
            "All weights are trained in bf16; s3ft keeps them in float32 while it trains."
        )
    if training.chat is None:
        written.differs.append(
            "The model's template could not be looked at: where its turns end with another token"
            " than the end of text, name it as eot_tokens, or the end is not trained."
        )
    return written.text(f"In this folder: axolotl train {FILE}")


def _dataset(format: Format, rows: Rows) -> dict[str, Any]:
    settings: dict[str, Any] = {"path": ROWS, "ds_type": "json", "type": "chat_template"}
    if format == "sharegpt":
        settings |= {
            "field_messages": "conversations",
            "message_property_mappings": {"role": "from", "content": "value"},
            **({"split_thinking": True} if rows.thinking else {}),
        }
    else:
        settings["field_messages"] = "messages"
    settings |= {"roles_to_train": ["assistant"], "train_on_eos": "turn"}
    if rows.dialogues:  # of a conversation the last answer alone is trained
        settings["message_field_training"] = "weight" if format == "openai" else TRAINED
    return settings


def _template(training: Training) -> dict[str, Any]:
    """The template, of a data set as of all."""
    if training.chat is None or training.chat.template is None:
        return {"chat_template": "tokenizer_default"}
    return {"chat_template": "jinja", "chat_template_jinja": TEMPLATE}


def _adapter(training: Training, written: Written) -> dict[str, Any]:
    settings, unknown = renamed(lora_options(training.train), _LORA)
    written.differs += without_place("train.lora", unknown)
    if not settings:
        return {}
    if settings.get("lora_target_modules") == "all-linear":
        del settings["lora_target_modules"]
        settings["lora_target_linear"] = True
    packed = quantization(training)
    if packed is None:
        return {"adapter": "lora", **settings}
    written.differs += kept_modules(training)
    if packed["bits"] == 8:
        return {"adapter": "lora", "load_in_8bit": True, **settings}
    kind = {
        "bnb_4bit_quant_type": packed["type"],
        "bnb_4bit_use_double_quant": packed["double_quant"],
    }
    return {"adapter": "qlora", "load_in_4bit": True, "bnb_config_kwargs": kind, **settings}
