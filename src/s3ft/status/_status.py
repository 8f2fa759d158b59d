"""The stages of a run with what is done of each, and what is known by now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from ..evaluate import BASE, TARGET, on_the_way, other_target, target_split, tuned
from ..ladder import REPLAY, ROUND_SEED, first_round
from ..recipe import Recipe
from ..store import Store, reading
from ..train import CHECKPOINTS, PARTIAL_SUFFIX, kept_models, last_checkpoint
from ._open import STORE, is_at_work, read_recipe
from ._rows import Verdicts, read_ladders, read_verdicts


class Stage(NamedTuple):
    """A stage: how many of its units are done, of how many."""

    stage: str
    done: int
    total: int
    unit: str


@dataclass(frozen=True, slots=True)
class Status:
    """A run at the moment.

    Args:
        at_work: whether a process works on it.
        stopped: the split on whose answers it stopped itself, or None.
        rows: examples by split, general rows as ``replay``.
        stages: in their order.
        waiting: prompts by the rung that is to be asked or judged next.
        solved: prompts with a verified answer by rung.
        verdicts: on the answers of each source.
        mixture: rows by source, of every method whose mixture is written; with ``replay``.
        models: of each that is to be trained, first rounds included, its name, and its ``step`` of
            ``steps`` at the last checkpoint while it is in training; ``trained`` when it is whole,
            with the steps at which models were ``kept`` on the way, if any were.
        measured: the tasks that each model has scores in.
        missing: those that it is still to have.
        seconds: spent, by kind of work.
    """

    run: str
    at_work: bool
    stopped: str | None
    rows: dict[str, int]
    stages: list[Stage]
    waiting: dict[str, int]
    solved: dict[str, int]
    verdicts: list[Verdicts]
    mixture: dict[str, dict[str, int]]
    models: dict[str, dict[str, Any]]
    measured: dict[str, list[str]]
    missing: dict[str, list[str]]
    seconds: dict[str, float]

    @property
    def stage(self) -> str | None:
        """The first stage that is not done; None where all are."""
        return next((one.stage for one in self.stages if one.done < one.total), None)

    def to_dict(self) -> dict[str, Any]:
        """The state as JSON has it, with ``stage``, the first that is not done."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told["stages"] = [one._asdict() for one in self.stages]
        told["verdicts"] = [asdict(one) for one in self.verdicts]
        return {**told, "stage": self.stage}


def status(run: Path) -> Status:
    """The state of a run, from what it has stored.

    Raises:
        InputError: there is no run.
        RunError: its file cannot be read.
    """
    recipe = read_recipe(run)
    with reading(run / STORE) as store:
        return _status(run, recipe, store)


def _status(run: Path, recipe: Recipe, store: Store) -> Status:
    tasks = {
        **({TARGET: "test"} if recipe.evaluate.target else {}),
        **{
            other_target(name): target_split(other_target(name)) for name in recipe.evaluate.targets
        },
    }
    rows = {
        split: store.size(split)
        for split in dict.fromkeys(["train", REPLAY, "test", *tasks.values()])
    }
    tasks = {task: split for task, split in tasks.items() if rows[split]}
    labels = [tuned(method, seed) for method, seed in product(recipe.methods, recipe.seeds)]
    models = {label: _model(run / "models" / label) for label in labels}
    measured = [BASE, *_measured(recipe, models)]
    firsts = [tuned(first_round(name), ROUND_SEED) for name in recipe.asked_twice]
    models = {label: _model(run / "models" / label) for label in firsts} | models
    ladders, verdicts = read_ladders(store, recipe)
    for split in tasks.values():
        verdicts += read_verdicts(store, split, measured)
    wanted = [*tasks, *recipe.evaluate.benchmarks]
    scored = {
        model: [task for task in wanted if store.has_scores(model, task)] for model in measured
    }
    written = [method for method in recipe.methods if (run / "mixture" / method).is_dir()]
    asks, trains = bool(recipe.rungs_to_ask()), bool(recipe.methods and recipe.model)
    prompts = rows["train"]
    stages = [
        Stage("generate", ladders.begun, prompts if asks else 0, "prompts"),
        Stage("judge", ladders.ended, prompts if asks else 0, "prompts"),
        Stage("select", len(written), len(recipe.methods), "mixtures"),
        Stage("sweep", (run / "sweep.json").exists(), bool(recipe.sweep), "choices"),
        Stage(
            "train",
            sum(model["trained"] for model in models.values()),
            len(models) if trains else 0,
            "models",
        ),
        Stage(
            "evaluate",
            sum(map(len, scored.values())),
            len(scored) * len(wanted) if recipe.model else 0,
            "scores of a model in a task",
        ),
        Stage("report", (run / "report.json").exists(), recipe.model is not None, "report"),
    ]
    seconds: dict[str, float] = {}
    for spent in store.spent():
        seconds[spent.stage] = seconds.get(spent.stage, 0.0) + spent.seconds
    return Status(
        run=str(run),
        at_work=is_at_work(run),
        stopped=store.metadata("stopped"),
        rows={split: count for split, count in rows.items() if count},
        stages=[one for one in stages if one.total],
        waiting=dict(ladders.waiting),
        solved={rung.name: ladders.solved[rung.name] for rung in recipe.rungs_to_ask()},
        verdicts=verdicts,
        mixture={method: _mixture(store, recipe, method) for method in written},
        models=models if trains else {},
        measured={model: done for model, done in scored.items() if done},
        missing={
            model: [task for task in wanted if task not in done]
            for model, done in scored.items()
            if recipe.model and len(done) < len(wanted)
        },
        seconds=seconds,
    )


def _measured(recipe: Recipe, models: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The names under which models are scored; those kept on the way as soon as they are there."""
    for label, model in models.items():
        if recipe.evaluate.checkpoints:
            yield from (on_the_way(label, step) for step in model.get("kept", ()))
        yield label


def _mixture(store: Store, recipe: Recipe, method: str) -> dict[str, int]:
    """A mixture's rows by source, in the order of the ladder, and then what is on none."""
    counts = store.composition(method)
    order = [name for name in recipe.ladder(method) if name in counts]
    found = {name: counts[name] for name in (*order, *sorted(counts.keys() - order))}
    return {**found, REPLAY: general} if (general := store.size(REPLAY)) else found


def _model(folder: Path) -> dict[str, Any]:
    """Whether a model is trained, else how far its training is by its last checkpoint."""
    if folder.is_dir():
        kept = list(kept_models(folder / CHECKPOINTS))
        return {"trained": True, **({"kept": kept} if kept else {})}
    partial = folder.with_name(folder.name + PARTIAL_SUFFIX)
    steps = {}
    for place in partial.glob("*/checkpoints"):
        if (checkpoint := last_checkpoint(place)) is not None:
            state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
            steps = {"step": state["global_step"], "steps": state["max_steps"]}
    return {"trained": False, **steps}
