"""What TRL, PEFT, accelerate and torch raise while a model is trained, as one message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RunError
from ..models import is_out_of_memory
from ..recipe import Train

if TYPE_CHECKING:
    from trl import SFTTrainer

RESUME_HINT = "the same command goes on from the last checkpoint"


def training_error(error: Exception, trainer: SFTTrainer, config: Train) -> RunError:
    """The message for an error that ended a training."""
    state, rows = trainer.state, trainer.args.per_device_train_batch_size
    where = f"at step {state.global_step} of {state.max_steps}"
    if is_out_of_memory(error):
        remedy = (
            f"Set train.args.per_device_train_batch_size below {rows}, which leaves the "
            f"result as it is; {RESUME_HINT}."
            if rows > 1
            else "One row at a time is too much: set train.args.gradient_checkpointing=true, or "
            "take a smaller model or shorter rows."
        )
        return RunError(f"training does not fit into memory {where}\n  {remedy}")
    reason = _reason(error)
    if "CUDA" in str(error) or "NCCL" in str(error):
        remedy = f"Look at the device (nvidia-smi); {RESUME_HINT}."
        return RunError(f"the device failed {where}: {reason}\n  {remedy}")
    keys = ", ".join(f"train.args.{key}" for key in sorted(config.args))
    remedy = (
        f"Change {keys} if one of them is behind it; {RESUME_HINT}." if keys else f"{RESUME_HINT}."
    )
    return RunError(f"training failed {where}: {reason}\n  {remedy[0].upper()}{remedy[1:]}")


def saving_error(error: Exception, trained: Path) -> RunError:
    """The message for an error after the last step."""
    what = "does not fit into memory" if is_out_of_memory(error) else f"fails: {_reason(error)}"
    return RunError(
        f"saving the trained model {what}\n  What was trained is kept in {trained}; {RESUME_HINT}."
    )


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}".rstrip(": ")
