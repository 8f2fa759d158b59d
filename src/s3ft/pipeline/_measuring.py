"""Measuring the base model and every tuned one: the target's test split and the benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from ..evaluate import (
    BASE,
    TARGET,
    other_target,
    run_benchmarks,
    target_scores,
    target_split,
    tuned,
)
from ..progress import console
from ..recipe import JudgeConfig, Recipe
from ..store import Spent
from ..train import CHECKPOINTS, kept_models
from ._analyses import keep_base, measure_drift, measure_likelihoods
from ._model import RunModel
from .rundir import Run
from .selection import Guard, answer, judge, measured_source


def evaluate_all(run: Run) -> None:
    """Measure the base once, and every tuned model.

    Where the weights that answer are in other processes (in vLLM the adapters share one), these
    have ended before weights are loaded here.
    """
    models = list(_models(run))
    if run.base.elsewhere:
        for name, model in models:
            measure_targets(run, model, name)
            model.free()
        run.base.free()
    for name, model in models:
        measure_targets(run, model, name)
        _measure_benchmarks(run, model, name)
        if name == BASE and model.exists:
            measure_likelihoods(run, model)
            keep_base(run, model)
        elif name != BASE:
            measure_drift(run, model, name)
        model.free()


def _models(run: Run) -> Iterator[tuple[str, RunModel]]:
    yield BASE, run.base
    for name, folder in _tuned(run):
        yield name, run.base.tuned(folder)


def _tuned(run: Run) -> Iterator[tuple[str, Path]]:
    """The tuned models, each after those on its way that are measured."""
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        folder = run.model(method, seed)
        if run.recipe.evaluate.checkpoints:
            for step, earlier in kept_models(folder / CHECKPOINTS).items():
                yield tuned(method, seed, step), earlier
        yield tuned(method, seed), folder


class Measured(NamedTuple):
    """What models are asked about: its task, and who judges."""

    task: str
    judge: JudgeConfig
    where: str
    """The judge's key in the recipe."""

    @property
    def split(self) -> str:
        return target_split(self.task)


def targets(recipe: Recipe) -> Iterator[Measured]:
    """The target, and the other data sets that are measured as it is."""
    target = recipe.evaluate.target
    judge = (target and target.judge) or recipe.judge
    if target is not None:
        yield Measured(TARGET, judge, "evaluate.target.judge")
    for name, other in recipe.evaluate.targets.items():
        where = f"evaluate.targets.{name}.judge"
        yield Measured(other_target(name), other.judge or judge, where)


def measure_targets(run: Run, model: RunModel, name: str) -> None:
    """Score a model on the target and the other data sets, as far as it is not scored yet."""
    store = run.store
    for one in targets(run.recipe):
        task, split, config = one.task, one.split, one.judge
        if not store.count(split) or store.has_scores(name, task):
            continue
        source, total = measured_source(run, model, name, split), store.count(split)
        stored = sum(not entry.lacking(name, 1) for entry in store.entries(split, [name]))
        guard = Guard(store, run.recipe, split, name, answers=False)
        wanted = ((entry, 1) for entry in store.entries(split, [name]))
        answer(store, source, wanted, total, stored, guard=guard)
        judge(store, split, name, run.judge(config), run.judge_name(config), guard=guard)
        if note := guard.note():
            console.print(note)
        scores = target_scores(name, store.entries(split, [name]), task)
        store.add_scores(scores, Spent("score", name, total, 0, 0.0))


def _measure_benchmarks(run: Run, model: RunModel, name: str) -> None:
    evaluate = run.recipe.evaluate
    scored = {task for task in evaluate.benchmarks if run.store.has_scores(name, task)}
    if scored == set(evaluate.benchmarks):
        return
    results = run_benchmarks(model.weights, model.chat, evaluate, label=name, skip=scored)
    for found in results:
        run.store.add_scores(found.scores, found.spent, found.items, found.answers)
