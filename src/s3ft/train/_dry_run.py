"""A training set up as it will be, on a model without weights: what it would refuse, and take."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..models import (
    check_model,
    empty_model,
    load_config,
    pick_device,
    pick_dtype,
)
from ..quiet import quiet
from ..recipe import Model, Train
from ._args import sft_config
from ._lora import check_targets
from ._micro_batch import largest_micro_batch, sets_micro_batch
from ._requirements import check_packages, check_trainable
from ._trainer import make_trainer, trainer_error

if TYPE_CHECKING:
    import torch
    from trl import SFTConfig, SFTTrainer

GIB = 2**30

PAD_TO_MULTIPLE = 64
"""Lengths are rounded up to a multiple of so many tokens."""

ENOUGH_ON_A_CPU = 2 * GIB
"""What more rows at once may take beside the first. A processor is busy with less, so that more of
them make no step faster, and what does not go through at once is padded less."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """How a batch will go through the model: ``micro_batch_size`` of its ``batch_size`` rows at
    once, in ``needed_bytes`` of the ``free_bytes`` of memory. None where that is not known."""

    batch_size: int
    micro_batch_size: int
    needed_bytes: int | None = None
    free_bytes: int | None = None

    def __str__(self) -> str:
        rows = "row" if self.micro_batch_size == 1 else "rows"
        split = f"{self.micro_batch_size} {rows} at once, {self.batch_size} a step"
        if self.needed_bytes is None or self.free_bytes is None:
            return split
        needed, free = self.needed_bytes / GIB, self.free_bytes / GIB
        return f"{split}, about {needed:.1f} of {free:.1f} GiB free"


def dry_run(
    model: Model, config: Train, longest_row: int, most_trained: int | None = None
) -> DryRun:
    """Set a training up without weights, and choose how many rows go through the model at once.

    Model, adapter, trainer and optimiser are made as `train` makes them, on torch's meta device:
    seconds for a model of any size. Started by a launcher, the trainer is not made and the memory
    not counted: both depend on how the processes share the model.

    Args:
        longest_row: tokens of the longest row.
        most_trained: the most tokens that are trained of a row; default: all of them.

    Raises:
        InputError: it would be refused later: weights that are not there, a tokenizer that does
            not fit, an adapter that cannot be, a package or a token that is missing, settings that
            TRL refuses; or not even one row fits into the memory of this machine.
    """
    from ._free_memory import free_and_total, usable

    length, trained = (
        -(-tokens // PAD_TO_MULTIPLE) * PAD_TO_MULTIPLE
        for tokens in (longest_row, most_trained or longest_row)
    )
    rows, counting = _set_up(model.model_dump_json(), config.model_dump_json())
    if counting is None:
        return DryRun(config.batch_size, rows)
    step_bytes = partial(counting, length, trained)
    if not _can_count(step_bytes, rows):
        return DryRun(config.batch_size, rows)
    device = pick_device(model.device)
    free, total = free_and_total(device)
    if sets_micro_batch(config):
        needed = step_bytes(rows)
    else:
        limit = usable(device, free)
        # Where the whole batch takes no more than that, the first row need not be counted.
        if device.type == "cpu" and step_bytes(config.batch_size) > ENOUGH_ON_A_CPU:
            limit = min(limit, step_bytes(1) + ENOUGH_ON_A_CPU)
        rows, needed = largest_micro_batch(step_bytes, config.batch_size, limit)
    if device.type == "cpu" and rows == 1 and needed > total:
        raise InputError(
            "model.id",
            f"training {model.id} on a row of {longest_row} tokens takes about "
            f"{needed / GIB:.1f} GiB, and this machine has {total / GIB:.1f}",
            "Use LoRA, train.args.gradient_checkpointing=true, shorter rows, or a smaller model.",
        )
    return DryRun(config.batch_size, rows, needed, free)


@lru_cache(maxsize=1)
def _set_up(model_json: str, config_json: str) -> tuple[int, Callable[[int, int, int], int] | None]:
    """The rows at once that the settings say, and how many bytes a step takes (`step_memory`).

    Once for all trainings of a process: they differ in their rows and in what memory is free.
    """
    from transformers.integrations.deepspeed import is_deepspeed_zero3_enabled

    model, config = Model.model_validate_json(model_json), Train.model_validate_json(config_json)
    check_trainable(model, config, load_config(model))
    with quiet(True), tempfile.TemporaryDirectory(prefix="s3ft-") as scratch:
        args = sft_config(config, model, max_steps=10, seed=0, out=Path(scratch), silent=True)
        rows = args.per_device_train_batch_size
        check_packages(args)
        if is_deepspeed_zero3_enabled():  # it would share out the tensors without numbers too
            return rows, None
        empty = check_model(model, training_dtype(model, config))
        if config.lora is not None:
            check_targets(config.lora, empty)
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            return rows, None
        from ._step_memory import step_memory

        return rows, step_memory(_empty_trainer(model, config, args), model.quantization)


def _can_count(step_bytes: Callable[[int], int], rows: int) -> bool:
    """Whether the memory of a step can be found; it is known for these rows afterwards."""
    log = logging.getLogger("torch._subclasses.fake_tensor")
    level = log.level
    log.setLevel(logging.CRITICAL)  # it prints the whole trace of what is caught here
    try:
        with quiet(True):
            step_bytes(rows)
    except Exception:  # the model's own code, and how torch counts: without them it trains as well
        return False
    finally:
        log.setLevel(level)
    return True


def training_dtype(model: Model, config: Train) -> torch.dtype:
    """The precision of the base's weights in training: float32 where they are trained."""
    import torch

    if config.lora is None:
        return torch.float32
    return pick_dtype(model.dtype, pick_device(model.device))


def _empty_trainer(model: Model, config: Train, args: SFTConfig) -> SFTTrainer:
    """TRL's trainer of a model on the meta device, its optimiser made as well."""
    from datasets import Dataset
    from trl import SFTTrainer

    class Trainer(SFTTrainer):  # type: ignore[misc]
        def _move_model_to_device(self, *_: Any) -> None:
            """There is nothing to move."""

    row = {"input_ids": [[0, 0]], "completion_mask": [[0, 1]]}
    args.push_to_hub = False  # it would make the repository
    weights = empty_model(model, training_dtype(model, config))
    trainer = make_trainer(Trainer, weights, model, config, args, Dataset.from_dict(row), [])
    try:
        trainer.create_optimizer_and_scheduler(num_training_steps=10)
    except (ValueError, TypeError, ImportError, RuntimeError, NotImplementedError) as error:
        raise trainer_error(config, error) from error
    return trainer
