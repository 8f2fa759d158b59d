"""The two comparisons of the methods, and what they must meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from s3ft.stats.bootstrap import Replicates, fraction_of, interval

from .beyond import OURS, beyond, equal_conditions, frontier_condition
from .curves import Points, drops_at, gap
from .jobs import Job
from .results import NO_DROP, Condition
from .scores import Measured
from .tables import show


def equal(
    jobs: Mapping[str, Sequence[Job]], methods: Sequence[str], seeds: Sequence[int]
) -> tuple[dict[str, Any], list[Condition]]:
    """The equal protocol: figures by target and over the targets, and what they must meet."""
    runs = {target: Measured(some, seeds) for target, some in jobs.items()}
    found: dict[str, Any] = {}
    conditions: list[Condition] = []
    columns = ["base", *methods]
    on_test: list[tuple[dict[str, Replicates], dict[str, Replicates]]] = []
    for target, run in runs.items():
        for part in run.parts:
            name = target if part == "test" else f"{target} {part}"
            accuracies = {method: run.accuracy(method, part) for method in columns}
            drops = {method: run.drop(method) for method in columns}
            found[name] = compared(accuracies, drops)
            if part == "test":
                conditions += _target_conditions(target, accuracies)
                on_test.append((accuracies, drops))
    means = {m: np.mean([accuracies[m] for accuracies, _ in on_test], axis=0) for m in columns}
    drops = {m: np.mean([drops[m] for _, drops in on_test], axis=0) for m in columns}
    if len(runs) > 1:
        found["mean"] = compared(means, drops)
    sft, ours = interval(drops["sft"]), interval(drops["s3ft"])
    share = f"{ours.value / sft.value:.2f} of it" if sft.low > 0 else NO_DROP
    over = f"over {len(runs)} target{'s' * (len(runs) > 1)}"
    conditions += [
        Condition(f"SFT's mean drop {over} is at least 4 points", show(sft), sft.value >= 4),
        Condition(
            f"S3FT's mean drop {over} is at most a quarter of SFT's",
            f"{show(ours)} against {show(sft)}, {share}",
            ours.value <= sft.value / 4 if sft.low > 0 else None,
        ),
    ]
    if OURS in methods:
        conditions += equal_conditions(found, list(runs))
    return found, conditions


def compared(
    accuracies: Mapping[str, Replicates], drops: Mapping[str, Replicates]
) -> dict[str, Any]:
    """Every method's figures as intervals, with its distance to SFT."""
    found: dict[str, Any] = {}
    forgets = interval(drops["sft"]).low > 0
    for method in accuracies:
        tuned = method != "base"
        share = forgets and tuned
        found[method] = {
            "accuracy": interval(accuracies[method]),
            "over_sft": interval(accuracies[method] - accuracies["sft"]),
            "drop": interval(drops[method]) if tuned else None,
            # A fraction of what may be nothing has no meaning.
            "drop_of_sft": interval(fraction_of(drops[method], drops["sft"])) if share else None,
        }
    return found


def _target_conditions(target: str, accuracies: Mapping[str, Replicates]) -> list[Condition]:
    over_sft = interval(accuracies["s3ft"] - accuracies["sft"])
    over_base = interval(accuracies["s3ft"] - accuracies["base"])
    return [
        Condition(
            f"{target}: S3FT's accuracy is at least SFT's + 3",
            show(over_sft, sign=True),
            over_sft.value >= 3,
        ),
        Condition(
            f"{target}: S3FT's accuracy is above base",
            show(over_base, sign=True),
            over_base.value > 0,
        ),
    ]


def frontier(
    jobs: Mapping[str, Sequence[Sequence[Job]]],
    chosen: Mapping[str, float],
    methods: Sequence[str],
    seeds: Sequence[int],
) -> tuple[dict[str, Any], list[Condition]]:
    """The frontier protocol: each method's curve over all rates, and how far above SFT's it lies.

    Args:
        jobs: each target's runs, by rate.
        chosen: each target's rate of the equal protocol; SFT's accuracy there is the one at which
            drops are compared.
    """
    found: dict[str, Any] = {}
    conditions: list[Condition] = []
    for target, at_rates in jobs.items():
        runs = {jobs[0].rate: Measured(jobs, seeds) for jobs in at_rates}
        curves = {method: _curve(runs, method) for method in methods}
        level = float(runs[chosen[target]].accuracy("sft", "test")[0])
        base = interval(curves["sft"][1][0])
        found[target] = {"base": base, "accuracy_compared": level, "methods": {}}
        for method, curve in curves.items():
            over, gaps = gap(curve, curves["sft"])
            found[target]["methods"][method] = {
                "points": [
                    {"rate": rate, "drop": interval(lost), "accuracy": interval(accuracy)}
                    for rate, lost, accuracy in zip(runs, curve[0][1:], curve[1][1:], strict=True)
                ],
                "drop_at_accuracy": _told(drops_at(curve, level)),
                "over_sft": interval(over),
                "lowest_over_sft": float(gaps[1].min()),
                "compared_up_to_drop": float(gaps[0, -1]),
            }
        if OURS in methods:
            found[target]["beyond"] = beyond(runs, curves, methods)
            conditions.append(frontier_condition(target, found[target]["beyond"]))
        ours = found[target]["methods"]["s3ft"]
        conditions.append(
            Condition(
                f"{target}: S3FT's frontier lies above SFT's",
                f"{show(ours['over_sft'], sign=True)} points of accuracy at equal drop, the lowest"
                f" {ours['lowest_over_sft']:+.1f}",
                ours["over_sft"].low > 0,
            )
        )
    return found, conditions


def _told(drops: Replicates) -> float | None:
    return None if np.isinf(drops[0]) else float(drops[0])


def _curve(runs: Mapping[float, Measured], method: str) -> Points:
    """Drops and accuracies, the base first: no training at all is a point of every curve."""
    first = next(iter(runs.values()))
    base = first.accuracy("base", "test")
    drops = [np.zeros_like(base), *(run.drop(method) for run in runs.values())]
    accuracies = [base, *(run.accuracy(method, "test") for run in runs.values())]
    return np.array(drops), np.array(accuracies)
