"""A sweep: every method at every point of a grid, and the best point for each, by dev items.

Each point is a run of its own in ``sweep/<point>``, begun with the answers and mixtures of the run
that sweeps, trained with its first seed, and measured on the dev rows and on items of the
benchmarks that are not reported. So nothing is chosen by what is reported afterwards, and whatever
makes a run durable makes a sweep durable.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

from ..atomic import atomic_folder, atomic_text
from ..evaluate import BASE, DRIFT, LIKELIHOOD, TARGET, tuned
from ..progress import console
from ..recipe import Recipe, load, point_name, points
from ..store import Store
from ._stages import Stage
from .rundir import SWEEP, Run, read_sweep

Begin = Callable[[dict[str, Any], Path, Stage, Path], Path]
"""Brings the run of a recipe in a folder up to a stage, begun with another run."""


def sweep(run: Run, begin: Begin) -> None:
    """Choose each method's point, and take its models of the first seed over into the run.

    Raises:
        InputError, RunError: as the runs of the points; the same call goes on from there.
    """
    grid, known = points(run.recipe.sweep), read_sweep(run.path)
    before, seed = (known["chosen"], known["seed"]) if known else ({}, run.recipe.seeds[0])
    if not set(run.recipe.methods) <= set(before):
        run.base.free()
        origin, tried = run.path, list[dict[str, Any]]()
        for point in grid:
            out = run.path / "sweep" / point_name(point)
            console.print(f"sweep: {point_name(point)}", markup=False)
            begin(point_recipe(run.recipe, point, seed), out, "evaluate", origin)
            origin = run.path / "sweep" / point_name(grid[0])  # it has measured the base
            tried += [{"point": point, **found} for found in figures(out, run.recipe, seed)]
        chosen = {
            method: max(
                (one for one in tried if one["method"] == method),
                key=lambda one: one["accuracy_minus_drop"],
            )["point"]
            for method in run.recipe.methods
        }
        chosen |= before  # their models are there: a method that comes later changes nothing
        found = {"seed": seed, "tried": tried, "chosen": chosen}
        atomic_text(run.path / SWEEP, json.dumps(found, indent=1) + "\n")
        for method, point in chosen.items():
            console.print(f"sweep: {method} takes {point_name(point)}", markup=False)
    _take_models(run)


def point_recipe(recipe: Recipe, point: dict[str, Any], seed: int) -> dict[str, Any]:
    """The recipe of a point's run: measured on what is chosen by."""
    changes = {
        **point,
        "sweep": {},
        "seeds": [seed],
        "data.test": recipe.data.dev,
        "data.max_test": recipe.data.max_dev,
        "data.dev": None,
        "data.max_dev": None,
        "evaluate.part": "dev",
        "evaluate.targets": {},
        "evaluate.checkpoints": False,
    }
    return load(recipe.model_dump(mode="json"), changes).model_dump(mode="json")


def figures(path: Path, recipe: Recipe, seed: int) -> list[dict[str, Any]]:
    """What each method is chosen by at a point: accuracy on the dev rows, in percent, minus the
    mean drop in points. Without a benchmark there is no drop, without a target no accuracy."""
    values: dict[tuple[str, str], list[float]] = {}
    distances: dict[str, list[float]] = {}
    with Store(path / "run.sqlite") as store:
        for model, task, metric, _, value in store.scores():
            if task == DRIFT:
                distances.setdefault(model, []).append(value)
            elif task != LIKELIHOOD and (task != TARGET or metric == "accuracy"):
                values.setdefault((model, task), []).append(100 * value)
    means = {key: fmean(some) for key, some in values.items()}
    found = []
    for method in recipe.methods:
        name = tuned(method, seed)
        accuracy = means.get((name, TARGET), 0.0)
        drops = [means[BASE, task] - means[name, task] for task in recipe.evaluate.benchmarks]
        drop = fmean(drops) if drops else 0.0
        found.append(
            {
                "method": method,
                "accuracy": accuracy,
                "drop": drop,
                "accuracy_minus_drop": accuracy - drop,
                "drift": fmean(distances[name]) if name in distances else None,
            }
        )
    return found


def _take_models(run: Run) -> None:
    """Link the chosen points' models into the run: they are what it would train itself."""
    found = read_sweep(run.path)
    assert found is not None
    seed = found["seed"]
    for method, point in found["chosen"].items():
        source = run.path / "sweep" / point_name(point) / "models" / tuned(method, seed)
        if run.model(method, seed).exists():
            continue
        run.model(method, seed).parent.mkdir(exist_ok=True)
        with atomic_folder(run.model(method, seed)) as partial:
            shutil.copytree(source, partial, dirs_exist_ok=True, copy_function=_link)
        with Store(source.parents[1] / "run.sqlite") as store:
            for spent in store.spent():
                if spent.stage == "train" and spent.source == tuned(method, seed):
                    run.store.add_spent(spent)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # the file system has no links
        shutil.copy2(source, target)
