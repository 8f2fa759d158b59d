"""Training every method of a run, and measuring the base and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from pathlib import Path

from ..evaluate import run_benchmarks, target_scores
from ..judge import registry
from ..progress import progress
from ..recipe import Model
from ..records import content_hash
from ..store import Spent
from ..train import rows, train
from ._answerer import Answerer
from ._collect import answer, judge
from ._mixture import read_mixture
from ._rundir import Run, label
from ._walk import judge_name

BASE = "base"
"""The label of the untuned model."""


def train_all(run: Run, base: Answerer) -> None:
    """Train one model for every method and seed that has none yet.

    All get the same number of optimiser steps, that of the whole training split: a method that
    drops prompts sees its rows more often, not fewer updates.
    """
    base.free()
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        train_one(run, base, method, seed)


def train_one(run: Run, base: Answerer, method: str, seed: int) -> None:
    """Train one method with one seed; nothing is done where that model is complete."""
    config, folder = run.recipe.train, run.model(method, seed)
    examples = run.store.count("train")
    steps = math.ceil(math.ceil(examples / config.batch_size) * config.epochs)
    mixture = run.mixture(method)
    digest = sha256((mixture / "train.parquet").read_bytes()).hexdigest()
    made_of = content_hash(base.fingerprint, digest, config.model_dump(mode="json"), seed, steps)
    if (folder / "training.json").exists():
        return
    dataset = rows(read_mixture(mixture), base.chat, config.max_length)
    with progress(f"train: {label(method, seed)}", steps) as tick:
        trained = train(
            dataset,
            model=base.model,
            config=config,
            seed=seed,
            out=folder,
            steps=steps,
            fingerprint=made_of,
            on_step=lambda loss: tick(1, 0, f"loss {loss:.3f}"),
        )
    print(trained)


def evaluate_all(run: Run, base: Answerer) -> None:
    """Measure the base once, and every tuned model: the target's test split and the benchmarks."""
    for name, model in models(run, base.model):
        answerer = base if name == BASE else Answerer(model, run.recipe)
        evaluate_one(run, answerer, name)
        answerer.free()


def models(run: Run, base: Model) -> Iterator[tuple[str, Model]]:
    """The base, then the tuned models of the run, each with its label."""
    yield BASE, base
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        tuned = {"id": str(run.model(method, seed)), "revision": None, "chat_template": None}
        yield label(method, seed), base.model_copy(update=tuned)


def evaluate_one(run: Run, answerer: Answerer, name: str) -> None:
    """Measure one model; what is measured already is not measured again."""
    evaluate, store = run.recipe.evaluate, run.store
    if evaluate.target is not None and run.recipe.data.test and not store.has_scores(name, "target"):
        judge_config = evaluate.target.judge or run.recipe.judge
        sampling = run.recipe.generate.test_sampling(evaluate.target)
        question = answerer.question("test", name, sampling, lambda example: example.prompt)
        total = store.count("test")
        answer(store, question, store.entries("test", [name]), total)
        decide = registry.make(judge_config.name, judge_config.options)
        judge(store, "test", name, decide, judge_name(judge_config), total)
        scores = target_scores(name, store.entries("test", [name]))
        store.add_scores(scores, Spent("score", name, len(scores), 0, 0.0))
