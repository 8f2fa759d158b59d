"""What weights between base and tuned model know of both: a rival of how rows are chosen.

    python benchmarks/interpolate.py RUN [--methods sft s3ft] [--parts 0.25 0.5 0.75] [--average]
                                         [--json FILE]

Of every tuned model of a finished run (its first seed) the weights are taken part of the way from
the base, as WiSE-FT does (arXiv 2109.01903); with LoRA that is the adapter at a part of its scale.
`--average`: also the mean of the weights that `train.keep_checkpoints` kept and the last ones, as
LAWA does (arXiv 2209.14981). The models are measured as the run's own are, and compared with its
base item by item: accuracy on the target, and mean drop. Nothing is trained. It goes on where it
was stopped. To be started where the run was, if its recipe names files by relative paths.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from _other_models import measure, of_folder, write
from headline.scores import Scores, drop, mean

from s3ft.evaluate import BASE, TARGET, tuned
from s3ft.models import load_model
from s3ft.recipe import Model, Recipe, load
from s3ft.stats.bootstrap import interval
from s3ft.store import Store
from s3ft.train import CHECKPOINTS

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("run", type=Path)
    add("--methods", nargs="+", help="default: the run's")
    add("--parts", nargs="+", type=float, default=[0.25, 0.5, 0.75])
    add("--average", action="store_true", help="also the mean of what was kept on the way")
    add("--json", type=Path)
    arguments = parser.parse_args()
    recipe = load(arguments.run / "recipe.yaml")
    whole, found = scores(arguments.run), []
    for method in arguments.methods or recipe.methods:
        label = tuned(method, recipe.seeds[0])
        mixes = ["average"] if arguments.average else []
        for mix in [*(f"{part:g}" for part in arguments.parts), *mixes, "1"]:
            merged = whole
            if mix != "1":
                out = measured(arguments.run, recipe, label, mix)
                merged = beside(whole, scores(out), label)
            row = {"method": method, "part": mix, **figures(merged, label)}
            found.append(row)
            accuracy, lost = (row[key]["value"] for key in ("accuracy", "drop"))
            print(f"{method} at {mix}: accuracy {accuracy:.1f}, mean drop {lost:.2f}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measured(run: Path, recipe: Recipe, label: str, mix: str) -> Path:
    """The run of a model on the way, which measures it and trains nothing."""
    folder = run / "interpolated" / f"{label}-{mix}"
    if not (folder / "model").exists():
        assert recipe.model is not None
        shares = list(_shares(recipe.model, run / "models" / label, mix))
        write(_mixed(shares), recipe.model, folder / "model")
    measure(recipe, folder / "run", folder / "model")
    return folder / "run"


def _shares(base: Model, model: Path, mix: str) -> Iterator[tuple[Model, float]]:
    """The models whose weights are mixed, and how much each counts."""
    if mix != "average":
        yield base, 1 - float(mix)
        yield of_folder(base, model), float(mix)
        return
    kept = [*sorted((model / CHECKPOINTS).glob("step-*")), model]
    for folder in kept:
        yield of_folder(base, folder), 1 / len(kept)


def _mixed(shares: Sequence[tuple[Model, float]]) -> PreTrainedModel:
    """A model with the weighted sum of weights, in float32."""
    import torch

    (first, share), *others = shares
    mixed = load_model(first.model_copy(update={"dtype": "float32"}))
    weights = dict(mixed.named_parameters())  # each once, also those that two layers share
    with torch.no_grad():
        for weight in weights.values():
            weight.mul_(share)
        for other, share in others:
            theirs = load_model(other.model_copy(update={"dtype": "float32"}))
            for name, weight in theirs.named_parameters():
                weights[name].add_(weight, alpha=share)
    return mixed


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
