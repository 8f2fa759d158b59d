"""What weights between base and tuned model know of both: a rival of how rows are chosen.

    python benchmarks/interpolate.py RUN [--methods sft s3ft] [--parts 0.25 0.5 0.75] [--json FILE]

Of every tuned model of a finished run (its first seed) the weights are taken part of the way from
the base, as WiSE-FT does (arXiv 2109.01903); with LoRA that is the adapter at a part of its scale.
The models on the way are measured as the run's own are, and compared with its base item by item:
accuracy on the target, and mean drop. Nothing is trained. It goes on where it was stopped. To be
started where the run was, if its recipe names files by relative paths.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from headline.scores import Scores, drop, mean

import s3ft
from s3ft.atomic import atomic_folder
from s3ft.evaluate import BASE, TARGET, tuned
from s3ft.models import load_model
from s3ft.recipe import Model, Recipe, load
from s3ft.stats.bootstrap import interval
from s3ft.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("run", type=Path)
    add("--methods", nargs="+", help="default: the run's")
    add("--parts", nargs="+", type=float, default=[0.25, 0.5, 0.75])
    add("--json", type=Path)
    arguments = parser.parse_args()
    recipe = load(arguments.run / "recipe.yaml")
    whole, found = scores(arguments.run), []
    for method in arguments.methods or recipe.methods:
        label = tuned(method, recipe.seeds[0])
        for part in [*arguments.parts, 1.0]:
            merged = whole
            if part < 1:
                out = measured(arguments.run, recipe, label, part)
                merged = beside(whole, scores(out), label)
            row = {"method": method, "part": part, **figures(merged, label)}
            found.append(row)
            accuracy, lost = (row[key]["value"] for key in ("accuracy", "drop"))
            print(
                f"{method} at {part:g}: accuracy {accuracy:.1f}, mean drop {lost:.2f}", flush=True
            )
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measured(run: Path, recipe: Recipe, label: str, part: float) -> Path:
    """The run of a model on the way, which measures it and trains nothing."""
    folder = run / "interpolated" / f"{label}-{part:g}"
    if not (folder / "model").exists():
        folder.mkdir(parents=True, exist_ok=True)
        assert recipe.model is not None
        _interpolate(recipe.model, run / "models" / label, part, folder / "model")
    changes: dict[str, Any] = {
        "model.id": str((folder / "model").resolve()),
        "methods": [],
        "sweep": {},
        "evaluate.likelihoods": 0,
        "evaluate.drift": 0,
    }
    s3ft.run(load(run / "recipe.yaml", changes).model_dump(mode="json"), out=folder / "run")
    return folder / "run"


def _interpolate(base: Model, model: Path, part: float, out: Path) -> None:
    """Write the weights that are ``part`` of the way from the base to a tuned model."""
    import torch

    begin = load_model(base.model_copy(update={"dtype": "float32"})).state_dict()
    end = load_model(base.model_copy(update={"id": str(model), "dtype": "float32"}))
    with torch.no_grad():
        for name, weight in end.state_dict().items():
            if weight.is_floating_point():
                weight.lerp_(begin[name], 1 - part)
    with atomic_folder(out) as partial:
        shutil.copytree(
            model,
            partial,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("*.safetensors*", "adapter", "checkpoints"),
        )
        end.save_pretrained(partial)


def scores(run: Path) -> Scores:
    """What a run measured, in percent."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    recipe = load(run / "recipe.yaml")
    with Store(run / "run.sqlite") as store:
        for model, task, metric, item, value in store.scores():
            if task in recipe.evaluate.benchmarks or (task == TARGET and metric == "accuracy"):
                found.setdefault(task, {}).setdefault(model, {})[item] = 100 * value
    return found


def beside(whole: Scores, other: Scores, label: str) -> Scores:
    """The base of one run, and beside it what the other measured as its base."""
    return {task: {BASE: whole[task][BASE], label: other[task][BASE]} for task in whole}


def figures(found: Scores, label: str) -> dict[str, Any]:
    """Accuracy and mean drop, with intervals over items."""
    tasks = [task for task in found if task != TARGET]
    accuracy = mean(found, TARGET, [label], TARGET)
    before = mean(found, TARGET, [BASE], TARGET)
    lost = drop(found, tasks, [label], TARGET)
    told = {"accuracy": accuracy, "over_base": np.asarray(accuracy - before), "drop": lost}
    return {key: asdict(interval(values)) for key, values in told.items()}


if __name__ == "__main__":
    main()
