"""Training every method of a run."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import product

from ..evaluate import tuned
from ..progress import console, progress
from ..recipe import FREE_ARGS, Train
from ..records import content_hash
from ..store import Spent
from ..train import TrainedModel, length_limit, max_steps, tokenize, train
from .rundir import Run
from .selection import full_size, read_mixture

OnStep = Callable[[int, int, float], None]
"""Told the step, the number of steps, and the loss."""


def train_all(run: Run) -> None:
    """Train one model for every method and seed that has none yet.

    All take the optimiser steps that the whole training split needs, general rows included: a
    method that drops prompts sees its rows more often, not fewer updates.
    """
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        if not run.model(method, seed).exists():
            train_one(run, method, seed)


def train_one(run: Run, method: str, seed: int) -> None:
    """Train one model on a mixture of the run, shown as it goes, and count what it took."""
    run.free_models()
    name = tuned(method, seed)
    with progress(f"train: {name}", _steps(run, run.train(method))) as tick:
        done = 0

        def on_step(step: int, _: int, loss: float) -> None:
            nonlocal done
            # The first step that is told may be one after a checkpoint: time is counted from it.
            new = {"rows": step - done} if done else {"rows": 0, "already_done": step}
            tick(**new, note=f"loss {loss:.3f}")
            done = step

        trained = fine_tune(run, method, seed, on_step)
    run.store.add_spent(Spent("train", name, trained.rows, trained.tokens, trained.seconds))
    console.print(f"{name}: trained, {trained.steps} steps in {trained.seconds:.0f} s")


def fine_tune(run: Run, method: str, seed: int, on_step: OnStep) -> TrainedModel:
    """Train one model on a mixture of the run; under a launcher, in all of its processes."""
    base, config = run.base, run.train(method)
    mixture, steps = run.mixture(method), _steps(run, config)
    digest = sha256((mixture / "train.parquet").read_bytes()).hexdigest()
    limit = length_limit(base.config, base.chat, config.max_length)
    settings = config.model_dump()
    settings["args"] = {key: v for key, v in config.args.items() if key not in FREE_ARGS}
    return train(
        tokenize(read_mixture(mixture), base.chat, limit, config.reasoning),
        model=base.config,
        config=config,
        seed=seed,
        out=run.model(method, seed),
        fingerprint=content_hash(base.fingerprint, digest, settings, seed, steps),
        steps=steps,
        on_step=on_step,
        tracked_as=f"{run.path.name}-{tuned(method, seed)}",
        logs=run.path / "tensorboard",
    )


def _steps(run: Run, config: Train) -> int:
    return max_steps(full_size(run.store), config)
