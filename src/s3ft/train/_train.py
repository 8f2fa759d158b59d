"""One training run, from rows to a saved model that was proved to differ from its base."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, S3FTError
from ..models import resolve
from ..quiet import quiet
from ..recipe import Model, Train
from ._args import max_steps, sft_config
from ._checkpoints import PARTIAL_SUFFIX, kept_models, last_micro_batch_size, partial_folder
from ._dry_run import dry_run
from ._failure import saving_error
from ._fit import KEPT, fit, longest
from ._probe import Probe, probe
from ._save import save
from ._trackers import record_name, reports, tracked

if TYPE_CHECKING:
    from datasets import Dataset

    from ._callback import OnStep

RECORD_FILE = "training.json"

CHECKPOINTS = "checkpoints"
"""Folder beside a trained model of those that were kept on the way, in ``step-<number>``."""

_LIBRARIES = ("s3ft", "torch", "transformers", "trl", "peft", "accelerate", "datasets")


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A trained model and what it took. Written to ``training.json`` beside it.

    ``losses`` are the mean losses in nats a token, with their steps. ``tokens`` are those read,
    prompts included and padding not. ``seconds`` are those of the steps, also before a resume.
    ``parameters`` are those trained.
    """

    path: Path
    losses: tuple[tuple[int, float], ...]
    steps: int
    epochs: float
    rows: int
    tokens: int
    seconds: float
    parameters: int
    probe: Probe


def train(
    dataset: Dataset,
    *,
    model: Model,
    config: Train,
    seed: int,
    out: Path,
    fingerprint: str,
    steps: int | None = None,
    on_step: OnStep | None = None,
    tracked_as: str | None = None,
    logs: Path | None = None,
) -> TrainedModel:
    """Fine-tune a model with TRL's SFTTrainer, and save it.

    LoRA trains float32 adapters on the base in the model's dtype. Without LoRA the weights are
    float32, because updates at usual learning rates are below bf16's resolution and would be
    lost. Either way the arithmetic is in mixed precision where ``model.dtype`` is not float32.

    S3FT (arXiv 2502.08130) and SSR (arXiv 2409.04787) train so, by plain supervised fine-tuning on
    their mixtures: the method is in the rows alone.

    As many rows go through the model at once as fit into memory; what is learned is that of the
    whole batch. A process that was killed goes on from its last checkpoint, in ``<out>.partial``,
    to the model that it would have made. ``out`` appears when it is whole; the models on the way
    that ``config.keep_checkpoints`` asks for are in its `CHECKPOINTS`.

    Args:
        dataset: what `tokenize` made: ``input_ids`` (int32) and ``completion_mask`` (int8), lists
            of equal length.
        seed: of the order of rows, the adapter's initial weights and dropout.
        out: folder of the new model; the merged one, of LoRA with ``adapter`` in it.
        fingerprint: identity of rows, model and settings. An ``out`` with the same is returned.
        steps: optimiser steps, which `max_steps` tells; default: those of ``dataset``. Give all
            methods that are compared the same.
        on_step: told (step, steps, loss) in the place of the trainer's own output.
        tracked_as: how the names of the training's records in trackers begin; default: ``out``'s.
        logs: folder of what TensorBoard reads, if it is asked to; default: beside ``out``.

    Raises:
        InputError: ``train.args`` or ``train.lora`` do not fit, or ``out`` is something else.
        RunError: out of memory, a loss that is not a number, a model equal to its base, or a saved
            model that is not the trained one.
    """
    partial = partial_folder(out, fingerprint)
    if out.exists():
        trained = _load_trained(out, fingerprint)
        _remove_partial(out)  # a process killed at the very end left it
        return trained
    micro_batch_size = last_micro_batch_size(partial / "checkpoints")
    if micro_batch_size is None:
        micro_batch_size = dry_run(model, config, *longest(dataset)).micro_batch_size
    with quiet(on_step is not None):
        args = sft_config(
            config,
            model,
            max_steps=steps or max_steps(len(dataset), config),
            seed=seed,
            out=partial / "checkpoints",
            silent=on_step is not None,
            micro_batch_size=micro_batch_size,
            name=record_name(tracked_as or out.name, partial) if reports(config) else None,
        )
        with tracked(args, logs or out.parent / "tensorboard"):
            summary = fit(dataset, model, config, args, partial, on_step)
        gc.collect()  # the trainer's memory, before two more models are loaded
        if args.process_index == 0:
            try:
                _save_and_probe(partial, out, dataset, model, config, summary, fingerprint, seed)
            except S3FTError:
                raise
            except Exception as error:  # libraries, memory and the disk
                raise saving_error(error, partial / "trained") from error
    args.distributed_state.wait_for_everyone()
    return _load_trained(out, fingerprint)


def _save_and_probe(
    partial: Path,
    out: Path,
    dataset: Dataset,
    model: Model,
    config: Train,
    summary: Mapping[str, Any],
    fingerprint: str,
    seed: int,
) -> None:
    """Save, prove, and only then put the model where it belongs."""
    made, trained = partial / "model", partial / "trained"
    shutil.rmtree(made, ignore_errors=True)
    lora = config.lora is not None
    save(trained, model, made, lora=lora)
    for step, folder in kept_models(partial / KEPT).items():
        save(folder, model, made / CHECKPOINTS / f"step-{step}", lora=lora)
    record = {
        **summary,
        "probe": asdict(probe(made, trained, model, dataset, lora=lora)),
        "fingerprint": fingerprint,
        "model": {**model.model_dump(), "revision": resolve(model).revision},
        "train": config.model_dump(),
        "seed": seed,
        "versions": {name: version(name) for name in _LIBRARIES},
    }
    (made / RECORD_FILE).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    made.rename(out)
    _remove_partial(out)


def _remove_partial(out: Path) -> None:
    """Remove what trainings of this model left on the way, also those with other settings."""
    shutil.rmtree(out.with_name(out.name + PARTIAL_SUFFIX), ignore_errors=True)


def _load_trained(out: Path, fingerprint: str) -> TrainedModel:
    try:
        record = json.loads((out / RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {}
    if record.get("fingerprint") != fingerprint:
        what = (
            "holds a model of another training" if record else "is in the way, and no model of ours"
        )
        raise InputError(str(out), what, "Remove it, or choose another place for the new model.")
    return TrainedModel(
        path=out,
        losses=tuple((step, loss) for step, loss in record["losses"]),
        probe=Probe(**record["probe"]),
        **{
            key: record[key]
            for key in ("steps", "epochs", "rows", "tokens", "seconds", "parameters")
        },
    )
