"""A training set up as it will be, on a model without weights: what it would refuse, and take."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..models import (
    check_model,
    empty_model,
    load_config,
    other_senses,
    pick_device,
    pick_dtype,
    quantised,
)
from ..quiet import quiet
from ..recipe import Model, Train
from ._args import is_split, sft_config
from ._lora import check_targets
from ._trainer import make_trainer, refused

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig
    from trl import SFTConfig, SFTTrainer

GIB = 2**30

GRAIN = 64
"""Lengths are rounded up to a multiple of so many tokens."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a batch goes through the model: ``at_once`` of ``batch_size`` rows, in the ``needed``
    of the ``free`` bytes of memory. None where that is not known."""

    batch_size: int
    at_once: int
    needed: int | None = None
    free: int | None = None

    def __str__(self) -> str:
        rows = "row" if self.at_once == 1 else "rows"
        split = f"{self.at_once} {rows} at once, {self.batch_size} a step"
        if self.needed is None or self.free is None:
            return split
        return f"{split}, about {self.needed / GIB:.1f} of {self.free / GIB:.1f} GiB free"


def rehearse(model: Model, config: Train, longest: int) -> Step:
    """Set a training up without weights, and choose how many rows go through the model at once.

    Model, adapter, trainer and optimiser are made as `train` makes them, on torch's meta device:
    seconds for a model of any size. Started by a launcher, the trainer is not made and the memory
    not counted: both depend on how the processes share the model.

    Args:
        longest: tokens of the longest row.

    Raises:
        InputError: it would be refused later: weights that are not there, a tokenizer that does
            not fit, an adapter that cannot be, a package or a token that is missing, settings that
            TRL refuses; or not even one row fits into the memory of this machine.
    """
    from ._memory import free_and_total, room, rows_within

    length = -(-longest // GRAIN) * GRAIN
    at_once, needed = _set_up(model.model_dump_json(), config.model_dump_json(), length)
    if needed is None:
        return Step(config.batch_size, at_once)
    device = pick_device(model.device)
    free, total = free_and_total(device)
    if is_split(config):
        taken = needed(at_once)
    else:
        at_once, taken = rows_within(needed, config.batch_size, room(device))
    if device.type == "cpu" and at_once == 1 and taken > total:
        raise InputError(
            "model.id",
            f"training {model.id} on a row of {longest} tokens takes about "
            f"{taken / GIB:.1f} GiB, and this machine has {total / GIB:.1f}",
            "Use LoRA, train.args.gradient_checkpointing=true, shorter rows, or a smaller model.",
        )
    return Step(config.batch_size, at_once, taken, free)


@lru_cache(maxsize=1)
def _set_up(
    model_json: str, config_json: str, length: int
) -> tuple[int, Callable[[int], int] | None]:
    """The rows at once that the settings say, and how many bytes a step takes by them.

    Once for all trainings of a process: they differ in their rows and in what memory is free.
    """
    from transformers.integrations.deepspeed import is_deepspeed_zero3_enabled

    model, config = Model.model_validate_json(model_json), Train.model_validate_json(config_json)
    found = load_config(model)
    _check_trainable(model, config, found)
    with quiet(True), tempfile.TemporaryDirectory(prefix="s3ft-") as scratch:
        args = sft_config(config, model, max_steps=10, seed=0, out=Path(scratch), silent=True)
        at_once = args.per_device_train_batch_size
        check_packages(config, args)
        if is_deepspeed_zero3_enabled():  # it would share out the tensors without numbers too
            return at_once, None
        empty = check_model(model, trained_dtype(model, config))
        if config.lora is not None:
            check_targets(config.lora, empty)
        if int(os.environ.get("WORLD_SIZE", "1")) > 1 or quantised(found):
            return at_once, None
        trainer = _empty_trainer(model, config, args)
        return at_once, _memory_of(trainer, length, at_once)


def _memory_of(trainer: SFTTrainer, length: int, at_once: int) -> Callable[[int], int] | None:
    from ._memory import step_memory

    needed = step_memory(trainer, length)
    try:
        needed(at_once)
    except Exception:  # the model's own code, and how torch counts: without them it trains as well
        return None
    return needed


def check_packages(config: Train, args: SFTConfig) -> None:
    """See that what the settings name is installed, and that there is a token where one is needed.

    Raises:
        InputError: something is missing.
    """
    from huggingface_hub import constants, get_token
    from transformers.integrations.integration_utils import get_reporting_integration_callbacks
    from transformers.utils import is_liger_kernel_available

    try:
        for reporter in get_reporting_integration_callbacks(args.report_to):
            reporter()
    except (ValueError, RuntimeError, ImportError) as error:
        remedy = "Install that package, or set train.args.report_to: none."
        raise InputError("train.args.report_to", str(error), remedy) from error
    if args.use_liger_kernel and not is_liger_kernel_available():
        remedy = "Run `pip install liger-kernel`, or leave it out."
        raise InputError("train.args.use_liger_kernel", "liger-kernel is not installed", remedy)
    if args.push_to_hub and (constants.HF_HUB_OFFLINE or get_token() is None):
        problem = "HF_HUB_OFFLINE is set" if get_token() else "there is no token of the Hub"
        remedy = "Run `hf auth login` or set HF_TOKEN, or leave it out and push the model later."
        raise InputError("train.args.push_to_hub", problem, remedy)


def trained_dtype(model: Model, config: Train) -> torch.dtype:
    """The precision of the base's weights while training: full training keeps float32."""
    import torch

    if config.lora is None:
        return torch.float32
    return pick_dtype(model.dtype, pick_device(model.device))


def _check_trainable(model: Model, config: Train, found: PretrainedConfig) -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    senses = other_senses(found)
    if senses:
        name = (found.architectures or [found.model_type])[0]
        text = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(found.model_type)
        remedy = "Choose a model of text alone."
        if text not in (None, name):
            remedy += (
                f" Or make one of its {text}: AutoModelForCausalLM.from_pretrained(id)"
                ".save_pretrained(folder), its tokenizer too."
            )
        problem = f"{model.id} is multimodal ({name}, with {', '.join(senses)}), and only text"
        raise InputError("model.id", f"{problem} models can be trained here", remedy)
    method = quantised(found)
    if method is not None and config.lora is None:
        problem = f"trains all weights, and those of {model.id} are quantised ({method})"
        raise InputError("train.lora", problem, "Use LoRA, or the model that is not quantised.")


def _empty_trainer(model: Model, config: Train, args: SFTConfig) -> SFTTrainer:
    """TRL's trainer of a model on the meta device, its optimiser made as well."""
    from datasets import Dataset
    from trl import SFTTrainer

    class Trainer(SFTTrainer):  # type: ignore[misc]
        def _move_model_to_device(self, *_: Any) -> None:
            """There is nothing to move."""

    row = {"input_ids": [[0, 0]], "completion_mask": [[0, 1]]}
    args.push_to_hub = False  # it would make the repository
    weights = empty_model(model, trained_dtype(model, config))
    trainer = make_trainer(Trainer, weights, model, config, args, Dataset.from_dict(row), [])
    try:
        trainer.create_optimizer_and_scheduler(num_training_steps=10)
    except (ValueError, TypeError, ImportError, RuntimeError, NotImplementedError) as error:
        raise refused(config, error) from error
    return trainer
