"""Training every method of a run, and measuring the base and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import product

from ..evaluate import run_benchmarks, target_scores
from ..progress import console, progress
from ..records import content_hash
from ..store import Spent
from ..train import MEMORY, Trained, budget, length_limit, rows, train
from ._answerer import Answerer
from .rundir._run import Run, label
from .selection._fill import answer, judge
from .selection._guard import Guard
from .selection._loop import judge_name, judge_of
from .selection._mixture import read_mixture

OnStep = Callable[[int, int, float], None]
"""Told the step, the number of steps, and the loss."""

BASE = "base"
"""The label of the untuned model."""


def train_all(run: Run, base: Answerer) -> None:
    """Train one model for every method and seed that has none yet.

    All take the optimiser steps that the whole training split needs: a method that drops prompts
    sees its rows more often, not fewer updates.
    """
    base.free()
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        if not run.model(method, seed).exists():
            _train_one(run, base, method, seed)


def _train_one(run: Run, base: Answerer, method: str, seed: int) -> None:
    name = label(method, seed)
    with progress(f"train: {name}", _steps(run)) as tick:
        done = 0

        def on_step(step: int, _: int, loss: float) -> None:
            nonlocal done
            # The first step that is told may be one after a checkpoint: time is counted from it.
            new = {"rows": step - done} if done else {"rows": 0, "before": step}
            tick(**new, note=f"loss {loss:.3f}")
            done = step

        trained = fine_tune(run, base, method, seed, on_step)
    run.store.add_spent(Spent("train", name, trained.rows, trained.tokens, trained.seconds))
    console.print(f"{name}: trained, {trained.steps} steps in {trained.seconds:.0f} s")


def fine_tune(run: Run, base: Answerer, method: str, seed: int, on_step: OnStep) -> Trained:
    """Train one model on a mixture of the run; under a launcher, in all of its processes."""
    config, mixture, steps = run.recipe.train, run.mixture(method), _steps(run)
    digest = sha256((mixture / "train.parquet").read_bytes()).hexdigest()
    limit = length_limit(base.model, base.chat, config.max_length)
    settings = config.model_dump()
    settings["args"] = {key: v for key, v in config.args.items() if key not in MEMORY}
    return train(
        rows(read_mixture(mixture), base.chat, limit, config.reasoning),
        model=base.model,
        config=config,
        seed=seed,
        out=run.model(method, seed),
        fingerprint=content_hash(base.fingerprint, digest, settings, seed, steps),
        steps=steps,
        on_step=on_step,
    )


def _steps(run: Run) -> int:
    return budget(run.store.count("train"), run.recipe.train)


def evaluate_all(run: Run, base: Answerer) -> None:
    """Measure the base once, and every tuned model: the target's test split and the benchmarks.

    Where the weights that answer are in other processes (in vLLM the adapters share one), these
    have ended before weights are loaded here.
    """
    answerers = list(_answerers(run, base))
    if base.apart:
        for name, answerer in answerers:
            measure_target(run, answerer, name)
            answerer.free()
        base.free()
    for name, answerer in answerers:
        measure_target(run, answerer, name)
        _measure_benchmarks(run, answerer, name)
        answerer.free()


def _answerers(run: Run, base: Answerer) -> Iterator[tuple[str, Answerer]]:
    yield BASE, base
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        folder, served = run.model(method, seed), None
        if base.vllm is not None and run.recipe.train.lora is not None:
            served = base.vllm.with_adapter(folder / "adapter")
        # The tuned model's folder holds the chat template that it was trained with.
        own = {"id": str(folder), "revision": None, "chat_template": None}
        model = base.model.model_copy(update=own)
        yield label(method, seed), Answerer(model, run.recipe, served)


def measure_target(run: Run, answerer: Answerer, name: str) -> None:
    store, target = run.store, run.recipe.evaluate.target
    if target is None or not store.count("test") or store.has_scores(name, "target"):
        return
    sampling = run.recipe.measured
    question = answerer.question("test", name, lambda _: sampling, lambda example: example.prompt)
    total = store.count("test")
    there = sum(not entry.lacking(name, 1) for entry in store.entries("test", [name]))
    guard = Guard(store, run.recipe, "test", name, answers=False)
    wanted = ((entry, 1) for entry in store.entries("test", [name]))
    answer(store, question, wanted, total, there, guard=guard)
    config = target.judge or run.recipe.judge
    judge(store, "test", name, judge_of(run, config), judge_name(config), guard=guard)
    if note := guard.note():
        console.print(note)
    scores = target_scores(name, store.entries("test", [name]))
    store.add_scores(scores, Spent("score", name, total, 0, 0.0))


def _measure_benchmarks(run: Run, answerer: Answerer, name: str) -> None:
    evaluate = run.recipe.evaluate
    scored = {task for task in evaluate.benchmarks if run.store.has_scores(name, task)}
    if scored == set(evaluate.benchmarks):
        return
    results = run_benchmarks(answerer.weights, answerer.chat, evaluate, label=name, skip=scored)
    for scores, spent in results:
        run.store.add_scores(scores, spent)
