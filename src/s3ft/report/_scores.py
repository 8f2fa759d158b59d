"""From items' results to the figures of the headline table. Pure arithmetic.

All scores are in percent, all differences in points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from ..errors import RunError
from ..evaluate import BASE, DRIFT, LIKELIHOOD, TARGET, is_target, step_of
from ..stats import standard_error
from ..store import Score


class Results:
    """All scores of a run, by task and model.

    A benchmark's score is the mean over all its items, whichever task of a group they are from.

    Raises:
        RunError: two models were scored on different items of a task, or by different metrics.
    """

    def __init__(self, scores: Iterable[Score]) -> None:
        self._items: dict[tuple[str, str], dict[str, float]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self.metrics: dict[str, str] = {}
        self._analyses: dict[tuple[str, str, str], dict[str, float]] = {}
        metrics: dict[tuple[str, str], set[str]] = {}
        for model, task, metric, item, value in scores:
            if task in (LIKELIHOOD, DRIFT):
                self._analyses.setdefault((task, model, metric), {})[item] = value
                continue
            if is_target(task) and metric != "accuracy":
                if task == TARGET:
                    count = self._counts.get((model, metric), 0)
                    self._counts[model, metric] = count + round(value)
                continue
            self._items.setdefault((task, model), {})[item] = 100 * value
            metrics.setdefault((task, model), set()).add(metric)
        first: dict[str, str] = {}
        for task, model in self._items:
            other = first.setdefault(task, model)
            same = self._items[task, model].keys() == self._items[task, other].keys()
            if not same or metrics[task, model] != metrics[task, other]:
                problem = (
                    f"{task}: {other!r} and {model!r} were scored on different items or metrics"
                )
                raise RunError(f"{problem}; their scores cannot be compared")
            self.metrics[task] = ", ".join(sorted(metrics[task, model]))

    def likelihoods(self) -> dict[str, list[float]]:
        """Nats a token of what can be trained on under the base, by source."""
        return {
            source: list(values.values())
            for (name, _, source), values in self._analyses.items()
            if name == LIKELIHOOD
        }

    def drift(self, model: str, kind: str, solved: bool | None = None) -> list[float]:
        """Nats a token from the base to a model, by prompt of a kind.

        Args:
            solved: only prompts of the target that the base solved, or only those it failed.
        """
        values = self._analyses.get((DRIFT, model, kind), {})
        if solved is None:
            return list(values.values())
        right = {item: value > 0 for item, value in self._items.get((TARGET, BASE), {}).items()}
        return [value for item, value in values.items() if right.get(item) is solved]

    def steps(self, model: str) -> list[int]:
        """The steps at which models on the way to this one were measured."""
        steps = {step_of(name, model) for _, name in self._items}
        return sorted(step for step in steps if step is not None)

    def count(self, task: str) -> int:
        """The items of a task."""
        return next((len(items) for (name, _), items in self._items.items() if name == task), 0)

    def flagged(self, metric: str, models: Iterable[str]) -> float:
        """Target items that are ``unknown`` or ``cut``, the mean over the models measured."""
        measured = [model for model in models if (TARGET, model) in self._items]
        return fmean(self._counts.get((model, metric), 0) for model in measured)

    def score(self, task: str, models: Mapping[str, str]) -> dict[str, Any] | None:
        """A method's score in a task: mean over its seeds, each one's, standard error over items.

        Args:
            models: the method's models by seed; those that have no scores yet are left out.
        """
        found = {
            seed: self._items[task, model]
            for seed, model in models.items()
            if (task, model) in self._items
        }
        if not found:
            return None
        base = self._items.get((task, BASE))
        seeds = {seed: fmean(items.values()) for seed, items in found.items()}
        mean = fmean(seeds.values())
        first, *_ = found.values()
        by_item = [fmean(items[item] for items in found.values()) for item in first]
        return {
            "score": mean,
            "stderr": standard_error(by_item),  # an item's value is its mean over the seeds
            "seeds": seeds,
            "change": None if base is None else mean - fmean(base.values()),
        }

    def drops(self, tasks: Sequence[str], models: Mapping[str, str]) -> dict[str, float]:
        """Mean drop against the base over the tasks, by seed; only seeds that have all of them."""
        drops: dict[str, float] = {}
        for seed, model in models.items():
            pairs = [(self._items.get((t, BASE)), self._items.get((t, model))) for t in tasks]
            by_task = [
                fmean(base.values()) - fmean(tuned.values())
                for base, tuned in pairs
                if base is not None and tuned is not None
            ]
            if by_task and len(by_task) == len(tasks):
                drops[seed] = fmean(by_task)
        return drops
