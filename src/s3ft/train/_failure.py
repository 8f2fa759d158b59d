"""What TRL, PEFT, accelerate and torch raise while a model is trained, as one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import RunError
from ..models import is_out_of_memory
from ..recipe import Train

if TYPE_CHECKING:
    from trl import SFTTrainer

GOES_ON = "the same command goes on from the last checkpoint"


def failure(error: Exception, trainer: SFTTrainer, config: Train) -> RunError:
    """The message for an error that ended a training."""
    state, at_once = trainer.state, trainer.args.per_device_train_batch_size
    where = f"at step {state.global_step} of {state.max_steps}"
    if is_out_of_memory(error):
        remedy = (
            f"Set train.args.per_device_train_batch_size below {at_once}, which leaves the result "
            f"as it is; {GOES_ON}."
            if at_once > 1
            else "One row at a time is too much: set train.args.gradient_checkpointing=true, or "
            "take a smaller model or shorter rows."
        )
        return RunError(f"training does not fit into memory {where}\n  {remedy}")
    reason = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}".rstrip(": ")
    if "CUDA" in str(error) or "NCCL" in str(error):
        remedy = f"Look at the device (nvidia-smi); {GOES_ON}."
        return RunError(f"the device failed {where}: {reason}\n  {remedy}")
    keys = ", ".join(f"train.args.{key}" for key in sorted(config.args))
    remedy = f"Change {keys} if one of them is behind it; {GOES_ON}." if keys else f"{GOES_ON}."
    return RunError(f"training failed {where}: {reason}\n  {remedy[0].upper()}{remedy[1:]}")
