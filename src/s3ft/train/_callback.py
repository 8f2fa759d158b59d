"""What is watched, and kept, while the trainer runs."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ..atomic import atomic_folder
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


class KeepCallback(TrainerCallback):  # type: ignore[misc]
    """Keeps what was trained until some steps, out of checkpoints, of which the trainer keeps two.

    Args:
        steps: at which a checkpoint is written, whatever else the trainer's settings say.
        kept: folder of what is kept, in ``step-<number>``.
    """

    def __init__(self, steps: Collection[int], kept: Path) -> None:
        self._steps, self._kept = steps, kept

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._keep(args, state)  # killed between a checkpoint and its copy

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        control.should_save |= state.global_step in self._steps

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._keep(args, state)

    def _keep(self, args: TrainingArguments, state: TrainerState) -> None:
        place = self._kept / f"step-{state.global_step}"
        written = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if state.global_step not in self._steps or place.exists() or not args.should_save:
            return
        with atomic_folder(place) as partial:
            for pattern in ("*.safetensors", "*.safetensors.index.json", "*config.json"):
                for path in written.glob(pattern):
                    shutil.copy2(path, partial / path.name)
