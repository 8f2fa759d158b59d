"""Trackers that transformers reports to: trackio, wandb, mlflow, tensorboard and others.

`train.args.report_to` names them. Every training is a record of its own, and so is what a run found
(`report_figures`). What a tracker is to be told by environment variables stays the user's to say.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..quiet import quiet
from ..recipe import Model, Train
from ._args import sft_config

if TYPE_CHECKING:
    from trl import SFTConfig


def reports(config: Train) -> bool:
    """Whether trainings are told to any tracker."""
    return config.args.get("report_to", "none") not in ("none", [])


@contextmanager
def tracked(args: SFTConfig, logs: Path) -> Iterator[None]:
    """Give trackers the name of a record and where to keep it, and end it afterwards.

    Args:
        args: whose ``run_name`` is the record's.
        logs: folder of what TensorBoard reads, in a folder of the record's name.
    """
    if not args.report_to:
        yield
        return
    given = os.environ.get("TENSORBOARD_LOGGING_DIR")
    told = {
        "WANDB_PROJECT": os.environ.get("WANDB_PROJECT", args.project),
        "MLFLOW_EXPERIMENT_NAME": os.environ.get("MLFLOW_EXPERIMENT_NAME", args.project),
        # One folder for all would draw their curves as one.
        "TENSORBOARD_LOGGING_DIR": str(Path(given or logs) / args.run_name),
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if "wandb" in args.report_to and (wandb := sys.modules.get("wandb")) is not None:
            wandb.finish()  # else the next training would be written into this record


def record_name(name: str, folder: Path) -> str:
    """The name of a training's record, the same when it goes on after it was stopped.

    Args:
        folder: where the training keeps what it needs to go on; made if it is not there.
    """
    path = folder / "record"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(uuid.uuid4().hex[:6], encoding="utf-8")
    return f"{name}-{path.read_text(encoding='utf-8')}"


def report_figures(
    figures: Mapping[str, float], name: str, model: Model, config: Train, logs: Path
) -> None:
    """Write what a run found to the trackers of its trainings, as a record of its own.

    Args:
        figures: by name, such as ``s3ft/target``; trackers show them under ``test/``.
        name: of the record.
        logs: see `tracked`.

    Raises:
        InputError: ``config.args`` are wrong.
    """
    from transformers.integrations.integration_utils import get_reporting_integration_callbacks
    from transformers.trainer_callback import CallbackHandler, TrainerControl, TrainerState

    with quiet():
        args = sft_config(config, model, max_steps=1, seed=0, out=logs, silent=True, name=name)
        with tracked(args, logs):
            reporters = [kind() for kind in get_reporting_integration_callbacks(args.report_to)]
            handler = CallbackHandler(reporters, None, None, None, None)
            state, control = TrainerState(is_world_process_zero=True), TrainerControl()
            handler.on_train_begin(args, state, control)
            handler.on_log(args, state, control, {f"test_{k}": v for k, v in figures.items()})
            handler.on_train_end(args, state, control)
