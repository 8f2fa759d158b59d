"""TRL's trainer, run from the last checkpoint to the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, S3FTError
from ..models import load_model, pick_device
from ..quiet import quiet
from ..recipe import Model, Train
from ._args import sft_config
from ._checkpoints import kept_steps, last_checkpoint
from ._dry_run import dry_run
from ._failure import training_error
from ._trainer import make_trainer

if TYPE_CHECKING:
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from ._callback import OnStep

KEPT = "kept"
"""Where a training in progress has what it keeps on the way."""


def fit(
    dataset: Dataset,
    model: Model,
    config: Train,
    args: SFTConfig,
    partial: Path,
    on_step: OnStep | None,
) -> dict[str, Any]:
    """Run the trainer, from the last checkpoint if there is one, and save what it trained.

    Args:
        dataset: what `tokenize` made.
        partial: the folder of this training: ``checkpoints`` are in it, ``trained`` is written
            there: an adapter in float32, or all weights in float32; and ``kept/step-<number>``, the
            same on the way.

    Returns:
        What ``training.json`` keeps of it: ``losses`` as (step, mean loss in nats a token),
        ``steps``, ``epochs``, ``rows``, ``tokens``, ``seconds`` and ``parameters``.

    Raises:
        InputError: models on the way cannot be kept where each process has a share of them.
        RunError: whatever TRL, PEFT, accelerate or torch raise on the way.
    """
    trainer = _trainer(dataset, model, config, args, on_step)
    if config.keep_checkpoints:
        _keep(trainer, config, partial / KEPT)
    checkpoint = last_checkpoint(partial / "checkpoints")
    try:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        _save_gathered(trainer, partial / "trained")
    except S3FTError:
        raise
    except Exception as error:  # libraries, drivers and the disk, each with errors of its own
        raise training_error(error, trainer, config) from error
    state = trainer.state
    steps = [entry for entry in state.log_history if "loss" in entry]
    return {
        "losses": [[entry["step"], entry["loss"]] for entry in steps],
        "steps": state.global_step,
        "epochs": state.epoch,
        "rows": len(dataset),
        "tokens": state.num_input_tokens_seen,
        "seconds": steps[-1]["seconds"] if steps else 0.0,
        "parameters": sum(  # of ZeRO-3's, numel is this process's share
            getattr(p, "ds_numel", p.numel()) for p in trainer.model.parameters() if p.requires_grad
        ),
    }


def _keep(trainer: SFTTrainer, config: Train, kept: Path) -> None:
    from ._callback import KeepCallback

    if trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled:
        problem = "models on the way cannot be kept where each process has a share of the weights"
        raise InputError("train.keep_checkpoints", problem, "Leave it out, or train with DDP.")
    steps = kept_steps(trainer.args.max_steps, config.keep_checkpoints)
    trainer.add_callback(KeepCallback(steps, kept))


def _save_gathered(trainer: SFTTrainer, out: Path) -> None:
    """Write the whole model or adapter, also where each process has a share of it."""
    from transformers.integrations.deepspeed import unset_hf_deepspeed_config

    if trainer.is_fsdp_enabled:  # sharded, as checkpoints may be, it would not be written at all
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
    trainer.save_model(str(out))
    unset_hf_deepspeed_config()  # else a model that one process loads waits for the others


def seconds_per_step(dataset: Dataset, model: Model, config: Train, steps: int, out: Path) -> float:
    """Train so many steps, keep nothing, and tell the seconds that one took; the first not counted.

    Args:
        dataset: what `tokenize` made, enough for the steps.
        steps: two or more.
        out: a folder that the trainer may name; it writes nothing there.
    """
    from transformers.trainer_utils import SaveStrategy

    micro_batch_size = dry_run(model, config, *longest(dataset)).micro_batch_size
    with quiet(True):
        args = sft_config(
            config,
            model,
            max_steps=steps,
            seed=0,
            out=out,
            silent=True,
            micro_batch_size=micro_batch_size,
        )
        args.save_strategy = SaveStrategy.NO
        trainer = _trainer(dataset, model, config, args, on_step=None)
        trainer.train()
    seconds = [entry["seconds"] for entry in trainer.state.log_history if "loss" in entry]
    return float(seconds[-1] - seconds[0]) / (steps - 1)


def longest(dataset: Dataset) -> tuple[int, int]:
    """The most tokens of a row of `tokenize`'s, and the most that are trained of one."""
    import pyarrow.compute as pc

    masks = dataset.data.column("completion_mask")
    trained = pc.filter(pc.list_parent_indices(masks), pc.equal(pc.list_flatten(masks), 1))
    most = pc.max(pc.struct_field(pc.value_counts(trained), "counts"))
    return int(pc.max(pc.list_value_length(masks)).as_py()), int(most.as_py())


def _trainer(
    dataset: Dataset, model: Model, config: Train, args: SFTConfig, on_step: OnStep | None
) -> SFTTrainer:
    from transformers import PrinterCallback
    from transformers.integrations.deepspeed import is_deepspeed_zero3_enabled

    from ._by_length import LengthSortedTrainer
    from ._callback import StepCallback
    from ._lm_head import read_trained_positions

    device = pick_device(model.device)
    # Each process of a distributed launch has a device of its own.
    weights = model.model_copy(
        update={"device": str(device if device.index is not None else args.device)}
    )
    if (
        not config.lora
    ):  # full training keeps its weights in float32; under LoRA the base is only read
        weights = weights.model_copy(update={"dtype": "float32"})
    trainer = make_trainer(
        LengthSortedTrainer,
        load_model(weights),
        model,
        config,
        args,
        dataset,
        [StepCallback(on_step)],
    )
    if args.device.type == "cpu":
        read_trained_positions(trainer.model.get_base_model() if config.lora else trainer.model)
    trainer.remove_callback(PrinterCallback)
    if is_deepspeed_zero3_enabled():  # else it keeps its shares, and no model is saved
        zero = trainer.accelerator.state.deepspeed_plugin.deepspeed_config["zero_optimization"]
        zero["stage3_gather_16bit_weights_on_model_save"] = True
    return trainer
