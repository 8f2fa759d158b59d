"""What a run measured: its scores by item, and its figures with their replicates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from s3ft.stats.bootstrap import Replicates, crossed_mean
from s3ft.store import Store

from .jobs import Job

Scores = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Values in percent by task, model and item."""


def labels(method: str, seeds: Iterable[int]) -> list[str]:
    return ["base"] if method == "base" else [f"{method}-seed{seed}" for seed in seeds]


class Measured:
    """The figures of a target at a rate, over the seeds of each method, of one run or several.

    The base is that of the first.

    Draws of items hang on the task's name alone, so that all models are compared on the same
    items; those of seeds on the target, so that methods are compared seed by seed.
    """

    def __init__(self, jobs: Sequence[Job], seeds: Sequence[int]) -> None:
        first, *others = jobs
        self.target = first.target
        self._seeds = seeds
        self._scores = {task: dict(models) for task, models in scores(first).items()}
        for job in others:
            for task, models in scores(job).items():
                self._scores[task] = {**models, **self._scores[task]}
        self._suite = list(first.recipe.evaluate.benchmarks)

    @property
    def parts(self) -> list[str]:
        """``test``, and ``across`` where rows of another kind were answered too."""
        return [task.split()[1] for task in self._scores if task.startswith(f"{self.target} ")]

    def accuracy(self, method: str, part: str) -> Replicates:
        models = labels(method, self._seeds)
        return mean(self._scores, f"{self.target} {part}", models, self.target)

    def learned(self, method: str) -> Replicates:
        """Of the test items that the base fails, those that are right."""
        task = f"{self.target} test"
        failed = {item for item, value in self._scores[task]["base"].items() if value < 50}
        models = labels(method, self._seeds)
        kept = {m: {i: v for i, v in self._scores[task][m].items() if i in failed} for m in models}
        return mean({f"{task}, failed": kept}, f"{task}, failed", models, self.target)

    def score(self, method: str, task: str) -> Replicates:
        """In one benchmark."""
        return mean(self._scores, task, labels(method, self._seeds), self.target)

    def drop(self, method: str) -> Replicates:
        return drop(self._scores, self._suite, labels(method, self._seeds), self.target)


def scores(job: Job) -> Scores:
    """What a run measured, in percent, by task, model and item.

    The target's tasks are ``<target> test`` and, where the test split ends in rows of another kind,
    ``<target> across``.
    """
    assert job.recipe.data.test is not None
    with open(job.recipe.data.test, encoding="utf-8") as lines:
        parts = {row["id"]: row["part"] for row in map(json.loads, lines)}
    found: dict[str, dict[str, dict[str, float]]] = {}
    with Store(job.path / "run.sqlite") as store:
        for model, task, metric, item, value in store.scores():
            if task == "target":
                if metric != "accuracy":
                    continue
                task = f"{job.target} {parts[item]}"
            method, dash, seed = model.rpartition("-seed")
            model = f"{job.names.get(method, method)}{dash}{seed}"
            found.setdefault(task, {}).setdefault(model, {})[item] = 100 * value
    return found


def mean(scores: Scores, task: str, models: Sequence[str], target: str) -> Replicates:
    """The mean score in a task of a method's models, one a seed; of the base, its one model."""
    items = list(scores[task][models[0]])
    values = np.array([[scores[task][model][item] for item in items] for model in models])
    return crossed_mean(values, rows=f"seeds {target}", columns=f"items {task}")


def drop(scores: Scores, tasks: Sequence[str], models: Sequence[str], target: str) -> Replicates:
    """Base minus tuned, in points, the mean over the tasks: what was forgotten."""
    drops = [
        mean(scores, task, ["base"], target) - mean(scores, task, models, target) for task in tasks
    ]
    return np.asarray(np.mean(drops, axis=0))
