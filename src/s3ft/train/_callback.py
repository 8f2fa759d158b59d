"""What is watched while the trainer runs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ..errors import RunError

OnStep = Callable[[int, int, float], None]
"""Told the step, the number of steps, and the loss."""


class StepCallback(TrainerCallback):  # type: ignore[misc]
    """Stops at a loss that is not a number, counts the seconds, and tells of every step.

    The seconds go into the trainer's log, which checkpoints keep, so that those of a run that was
    killed count too.
    """

    def __init__(self, on_step: OnStep | None) -> None:
        self._on_step = on_step
        self._start = 0.0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        before = state.log_history[-1].get("seconds", 0.0) if state.log_history else 0.0
        self._start = time.monotonic() - before

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        entry = state.log_history[-1]
        entry["seconds"] = time.monotonic() - self._start
        if "loss" not in entry:
            return
        if not math.isfinite(entry["loss"]):
            raise RunError(
                f"the loss is {entry['loss']} at step {state.global_step} of {state.max_steps}: "
                "try a lower train.learning_rate, or model.dtype=float32"
            )
        if self._on_step is not None and state.is_world_process_zero:
            self._on_step(state.global_step, state.max_steps, entry["loss"])
