"""The recipe's training settings as an SFTConfig, and the steps that all methods share."""

from __future__ import annotations

import math
import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..models import pick_device, pick_dtype
from ..quiet import quiet
from ..recipe import Model, Train
from ..suggest import did_you_mean
from ._micro_batch import split_batch

if TYPE_CHECKING:
    from trl import SFTConfig

_FOLDER = "the run decides where models are kept"
_RESUME = "a killed run continues from its checkpoints, and they must be whole"
_TOKENS = "rows come with their token ids and loss mask"
_SAME_STEPS = "all methods of a run take the same steps of the same batches"
_MODEL = "the model is loaded as the recipe's `model` says"

RESERVED_ARGS: dict[str, str] = {
    "output_dir": _FOLDER,
    "seed": "set `seeds`",
    "data_seed": "set `seeds`",
    "learning_rate": "set train.learning_rate",
    "num_train_epochs": "set train.epochs",
    "max_steps": "set train.epochs",
    "max_length": "set train.max_length",
    "run_name": "each training is a record of its own",
    "resume_from_checkpoint": _RESUME,
    "save_only_model": _RESUME,
    "ignore_data_skip": _RESUME,
    "packing": _SAME_STEPS,
    "auto_find_batch_size": _SAME_STEPS,
    "logging_nan_inf_filter": "a loss that is not a number must be seen",
    "completion_only_loss": _TOKENS,
    "assistant_only_loss": _TOKENS,
    "dataset_kwargs": _TOKENS,
    "dataset_text_field": _TOKENS,
    "truncation_mode": "rows are never cut",
    "include_num_input_tokens_seen": "the tokens spent are always counted",
    "model_init_kwargs": _MODEL,
    "trust_remote_code": _MODEL,
    "chat_template_path": "set model.chat_template",
    "eos_token": _MODEL,
    "pad_token": _MODEL,
    "eval_strategy": "models are measured after training, by `evaluate`",
    "do_eval": "models are measured after training, by `evaluate`",
    "load_best_model_at_end": "models are measured after training, by `evaluate`",
    "hub_token": "it would be kept in the run; set HF_TOKEN",
}
"""What `train.args` may not set, and why."""


def max_steps(rows: int, config: Train) -> int:
    """Optimiser steps for ``config.epochs`` over ``rows`` rows, as the trainer counts them.

    The pipeline calls it once, with all examples, and gives the result to every method. A method
    that drops prompts (rft) then passes over its fewer rows more often, and ends after as many
    steps, on the same learning-rate schedule, as the others.
    """
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    return max(1, math.ceil(config.epochs * math.ceil(rows / (config.batch_size * processes))))


def check_config(config: Train, model: Model) -> None:
    """See that a training with these settings can be started at all.

    Raises:
        InputError: see `sft_config`.
    """
    with quiet(True):
        sft_config(config, model, max_steps=1, seed=0, out=Path("unused"), silent=True)


def sft_config(
    config: Train,
    model: Model,
    *,
    max_steps: int,
    seed: int,
    out: Path,
    silent: bool,
    micro_batch_size: int | None = None,
    name: str | None = None,
) -> SFTConfig:
    """TRL's configuration for one training run. What is not set here has TRL's default.

    ``config.batch_size`` is the batch of one optimiser step in one process. `micro_batch_size`,
    or what ``config.args`` says by `per_device_train_batch_size` or `gradient_accumulation_steps`,
    splits it without changing what is learned.

    Args:
        model: its device; its dtype, bfloat16 and float16 meaning mixed precision.
        silent: no bars of the trainer's own.
        micro_batch_size: rows that go through the model at once, where ``config.args`` does not
            tell; default: the batch.
        name: of the training in trackers.

    Raises:
        InputError: ``config.args`` has an unknown key, one that is the run's to set, or a value
            that SFTConfig refuses.
    """
    import torch
    from trl import SFTConfig

    _check_args(config.args, [field.name for field in fields(SFTConfig) if field.init])
    device = pick_device(model.device)
    dtype, on_cpu = pick_dtype(model.dtype, device), device.type == "cpu"
    settings: dict[str, Any] = {
        "output_dir": str(out),
        "seed": seed,
        "learning_rate": config.learning_rate,
        "max_steps": max_steps,
        # Rows are measured before training, so that none is cut here without a word.
        "max_length": None,
        # Left at None, TRL would look for text columns, not find them, and train on the prompt.
        "completion_only_loss": True,
        "bf16": dtype == torch.bfloat16,
        "fp16": dtype == torch.float16,
        "use_cpu": on_cpu,
        # Recomputing activations buys memory with a fifth of the speed: a CPU has the memory.
        "gradient_checkpointing": not on_cpu,
        "dataloader_pin_memory": not on_cpu,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "include_num_input_tokens_seen": "non_padding",
        "save_strategy": "steps",
        "save_steps": max(1, math.ceil(max_steps / 10)),
        "save_total_limit": 2,
        "report_to": "none",
        "project": "s3ft",
        "run_name": name,
        "disable_tqdm": silent,
        **config.args,
        **split_batch(config, micro_batch_size),
    }
    try:
        args = SFTConfig(**settings)
    except (TypeError, ValueError, ImportError) as error:
        problem = f"TRL's SFTConfig refuses them: {error}"
        raise InputError(key_at_fault(config, error), problem, "Change or remove it.") from error
    # A process trains on one GPU. Where it sees several, the Trainer would go for DataParallel,
    # which SFTTrainer refuses; more of them take a launcher, and a process each.
    args._n_gpu = min(args.n_gpu, 1)
    return args


def _check_args(args: dict[str, Any], known: list[str]) -> None:
    for key in args:
        if key in RESERVED_ARGS:
            raise InputError(
                f"train.args.{key}", f"cannot be set here: {RESERVED_ARGS[key]}", "Remove it."
            )
        if key not in known:
            hint = did_you_mean(key, (name for name in known if name not in RESERVED_ARGS))
            remedy = hint or "See TRL's SFTConfig for what is."
            raise InputError(f"train.args.{key}", "is not an option of TRL's SFTConfig", remedy)


def key_at_fault(config: Train, error: Exception) -> str:
    """Where the recipe says what a library refuses: the key of ``train.args`` that it names, or
    whose value."""
    text = str(error)
    named = (
        key
        for key, value in config.args.items()
        if key in text or (isinstance(value, str) and value and value in text)
    )
    return next((f"train.args.{key}" for key in named), "train.args" if config.args else "train")
