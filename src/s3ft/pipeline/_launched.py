"""A run under a launcher (`accelerate launch`, `torchrun`): its processes, and what each does.

The main process owns the run directory and does all stages. The others take part in its trainings,
and in nothing else. They learn from the directory what to train: a mixture appears whole.
"""

from __future__ import annotations

import os
import time
from itertools import product
from pathlib import Path

from ..judges import ReplyCache
from ..recipe import Recipe
from ..store import Store
from ..train import check_config
from ._answerer import Answerer
from ._measure import fine_tune
from .rundir import Run

POLL = 1.0
"""Seconds between looks whether the main process is ready to train."""


def launched() -> bool:
    """Whether a launcher started this process beside others."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def is_main() -> bool:
    """Whether this process is the first of a launcher's."""
    return int(os.environ.get("RANK", "0")) == 0


def join(recipe: Recipe, base: Answerer) -> None:
    """Wait for the launcher's other processes, so that they can train together.

    Done before anything else: the trainer would otherwise do it when its settings are first
    looked at, and wait there for processes that wait for the mixture.
    """
    check_config(recipe.train, base.model)


def take_part(recipe: Recipe, base: Answerer, out: Path) -> None:
    """Train what the main process trains, together with it.

    Returns when all is trained, or the launcher is gone.
    """
    launcher = os.getppid()
    mixtures = [out / "mixture" / method for method in recipe.methods]
    while not all(mixture.exists() for mixture in mixtures):
        time.sleep(POLL)
        if os.getppid() != launcher:
            return
    with Store(out / "run.sqlite") as store, ReplyCache() as cache:
        run = Run(out, recipe, store, cache)
        for method, seed in product(recipe.methods, recipe.seeds):
            if not run.model(method, seed).exists():
                fine_tune(run, base, method, seed, on_step=lambda step, steps, loss: None)
