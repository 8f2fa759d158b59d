"""The statistics of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluate import is_target
from ..stats import Estimate
from ..stats.bootstrap import Replicates, crossed_mean, fraction_of, interval
from ..stats.paired import Paired, holm, paired
from ..suggest import did_you_mean
from ._contenders import Contender
from ._match import common_tasks

FORMAT = 1
"""Raised whenever a key of the JSON changes its meaning."""


@dataclass(frozen=True, slots=True)
class Against:
    """How one contender does against a reference in one task.

    Attributes:
        p_holm: the exact test's p-value, corrected for all tests against this reference.
    """

    task: str
    contender: str
    reference: str
    paired: Paired
    p_holm: float


@dataclass(frozen=True, slots=True)
class Drop:
    """What a contender lost on the benchmarks against a reference, in points.

    Attributes:
        drop: the reference's score minus its own, the mean over the benchmarks.
        of: what the fraction is of: the drop of this contender (``sft``).
        fraction: of that drop; None where that one's interval holds 0, since a fraction of what may
            be nothing has no meaning.
    """

    contender: str
    reference: str
    drop: Estimate
    of: str | None = None
    fraction: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Contenders compared item by item: scores in percent, differences in points.

    Attributes:
        tasks: their items and metric, by name; the target first, if there is one.
        scores: by task and contender, with intervals.
        against: every contender against every reference, in every task.
        drops: the mean drops over the benchmarks, of two of them or more.
        notes: what was left out.
    """

    contenders: Sequence[Contender]
    references: Sequence[str]
    tasks: Mapping[str, tuple[int, str]]
    scores: Mapping[tuple[str, str], Estimate]
    against: Sequence[Against]
    drops: Sequence[Drop]
    notes: Sequence[str]

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain values; estimates as ``{"value", "low", "high"}``, of which
        an endless one is None."""
        return {
            "format": FORMAT,
            "contenders": [
                {"name": one.name, "source": one.source, "models": len(one.models)}
                for one in self.contenders
            ],
            "references": list(self.references),
            "tasks": [
                {
                    "task": task,
                    "items": items,
                    "metric": metric,
                    "scores": {
                        one.name: _plain(self.scores[task, one.name]) for one in self.contenders
                    },
                    "against": [_against(one) for one in self.against if one.task == task],
                }
                for task, (items, metric) in self.tasks.items()
            ],
            "mean_drop": [
                {
                    "contender": one.contender,
                    "reference": one.reference,
                    "drop": _plain(one.drop),
                    "of": one.of,
                    "fraction": _plain(one.fraction),
                }
                for one in self.drops
            ],
            "notes": list(self.notes),
        }


def compare(contenders: Sequence[Contender], references: Sequence[str] = ()) -> Comparison:
    """Compare every contender with each reference, task by task and over the benchmarks.

    Items are those of all; seeds of a method are pooled (`s3ft.stats.bootstrap`). A task's items
    are drawn alike for all contenders, and so are seeds of one number.

    Args:
        references: names of contenders; by default the first, and ``sft`` if there is one.

    Raises:
        InputError: they were not asked the same, or a reference is no contender.
    """
    names = [one.name for one in contenders]
    chosen = list(references) or list(dict.fromkeys([names[0], *(n for n in names if _is_sft(n))]))
    for name in chosen:
        if name not in names:
            hint = did_you_mean(name, names) or f"There are {', '.join(names)}."
            raise InputError("--against", f"{name!r} is not compared", hint)
    tasks, notes = common_tasks(contenders)
    tables = {(task, one.name): _table(one, task) for task in tasks for one in contenders}
    means = {
        (task, name): crossed_mean(table, "seeds", f"items {task}")
        for (task, name), table in tables.items()
    }
    against = [
        found
        for number, reference in enumerate(chosen)
        for found in _against_reference(tables, _others(names, chosen[:number]), reference)
    ]
    first = next(iter(contenders[0].models.values()))
    return Comparison(
        contenders,
        chosen,
        {task: (len(first[task].values), first[task].metric) for task in tasks},
        {key: interval(mean) for key, mean in means.items()},
        against,
        _drops(means, [task for task in tasks if not is_target(task)], names, chosen),
        notes,
    )


def _is_sft(name: str) -> bool:
    return name.rpartition(":")[2] == "sft"


def _others(names: Sequence[str], done: Sequence[str]) -> list[str]:
    """Who is compared with a reference: whoever is not one of the references before it."""
    return [name for name in names if name not in done]


def _table(contender: Contender, task: str) -> NDArray[np.float64]:
    """Values of its models (rows) on the items, sorted by name."""
    models = [tasks[task].values for tasks in contender.models.values()]
    items = sorted(models[0])
    return np.array([[values[item] for item in items] for values in models])


def _against_reference(
    tables: Mapping[tuple[str, str], NDArray[np.float64]], names: Sequence[str], reference: str
) -> list[Against]:
    found = [
        Against(
            task,
            name,
            reference,
            paired(table, tables[task, reference], items=f"items {task}"),
            1.0,
        )
        for (task, name), table in tables.items()
        if name in names and name != reference
    ]
    corrected = holm([one.paired.p for one in found])
    return [replace(one, p_holm=p) for one, p in zip(found, corrected, strict=True)]


def _drops(
    means: Mapping[tuple[str, str], Replicates],
    benchmarks: Sequence[str],
    names: Sequence[str],
    references: Sequence[str],
) -> list[Drop]:
    if len(benchmarks) < 2:
        return []

    def drop(name: str, reference: str) -> Replicates:
        each = [means[task, reference] - means[task, name] for task in benchmarks]
        return np.asarray(np.mean(each, axis=0))

    found = []
    for number, reference in enumerate(references):
        sft = next((name for name in names if _is_sft(name) and name != reference), None)
        whole = None if sft is None else drop(sft, reference)
        for name in _others(names, references[: number + 1]):
            ours = drop(name, reference)
            fraction = None
            if whole is not None and name != sft and interval(whole).low > 0:
                fraction = interval(fraction_of(ours, whole))
            found.append(Drop(name, reference, interval(ours), sft if fraction else None, fraction))
    return found


def _plain(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    figures = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {key: figure if isfinite(figure) else None for key, figure in figures.items()}


def _against(found: Against) -> dict[str, Any]:
    return {
        "contender": found.contender,
        "reference": found.reference,
        "difference": _plain(found.paired.difference),
        "gained": found.paired.gained,
        "lost": found.paired.lost,
        "p": found.paired.p,
        "p_holm": found.p_holm,
        "told": found.paired.told,
    }
