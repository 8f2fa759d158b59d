"""The benchmark's three stages, one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import protocols, rates
from .beyond import OURS, mixture_conditions
from .costs import costs
from .jobs import Job, execute
from .mixtures import mixtures
from .results import Condition
from .runs import Bench
from .tables import show

QUICK_TARGET = "code"
"""Where plain SFT forgets most on dev items, so that few of them show it."""

RIGHT = 99.0
"""Percent of S3FT's targets that the target's own judge must accept in the quick form."""


def compare(bench: Bench, arguments: argparse.Namespace) -> dict[str, Any]:
    """Do the stages asked for; what was found, and what it was to meet.

    Raises:
        InputError: the request is wrong.
        RunError: a run failed; the same command goes on from there.
    """
    targets, methods, seeds = arguments.targets, arguments.methods, arguments.seeds
    world = bench.prepare(targets)
    selections = {target: bench.selection(target, methods) for target in targets}
    settings = _settings(arguments) | {
        "more": dict(bench.more),
        "variants": {name: asdict(variant) for name, variant in bench.variants.items()},
    }
    found: dict[str, Any] = {"settings": settings, "world": world}
    conditions: list[Condition] = []

    def do(title: str, jobs: Sequence[Job]) -> None:
        execute(title, jobs, arguments.workers)

    def trials(grids: rates.Grids) -> rates.Trials:
        jobs = {
            target: [bench.measured(target, rate, "dev", ["sft"], seeds[:1])[0] for rate in grid]
            for target, grid in grids.items()
        }
        do("lr", [*(job for some in jobs.values() for job in some), *selections.values()])
        return {target: [rates.trial(job) for job in some] for target, some in jobs.items()}

    grids = dict.fromkeys(targets, arguments.rates)
    chosen = dict.fromkeys(targets, arguments.rates[0])
    if len(arguments.rates) > 1:
        tried = rates.search(grids, trials)
        grids = {target: [trial["rate"] for trial in tried[target]] for target in targets}
        chosen = {target: rates.choose(tried[target]) for target in targets}
        found["rates"] = {t: {"chosen": chosen[t], "tried": tried[t]} for t in targets}
    else:
        do("selection", list(selections.values()))
    found["mixtures"] = mixtures(bench, selections)
    found["costs"] = costs(selections)
    if OURS in methods:
        conditions += mixture_conditions(found["mixtures"])
    if "equal" in arguments.stage:
        jobs = {t: bench.measured(t, chosen[t], "test", methods, seeds) for t in targets}
        do("equal", [job for some in jobs.values() for job in some])
        found["equal"], met = protocols.equal(jobs, methods, seeds)
        conditions += _quick_conditions(found) if arguments.quick else met
    if "frontier" in arguments.stage and not arguments.quick:
        few = arguments.frontier_seeds
        curves = {
            t: [bench.measured(t, rate, "test", methods, few) for rate in grids[t]] for t in targets
        }
        do("frontier", [job for at in curves.values() for jobs in at for job in jobs])
        found["frontier"], met = protocols.frontier(curves, chosen, methods, few)
        conditions += met
    return {**found, "conditions": conditions}


def _quick_conditions(found: dict[str, Any]) -> list[Condition]:
    """The direction of the effect, and that what S3FT trains on is right."""
    sft, ours = (found["equal"][QUICK_TARGET][method] for method in ("sft", "s3ft"))
    right = min(methods["s3ft"]["right"] for methods in found["mixtures"].values())
    over, drop, other = ours["over_sft"], ours["drop"], sft["drop"]
    return [
        Condition("S3FT's accuracy is above SFT's", show(over, sign=True), over.value > 0),
        Condition(
            "S3FT's mean drop is below SFT's",
            f"{show(drop)} against {show(other)}",
            drop.value < other.value,
        ),
        Condition(
            "S3FT's targets are right in the eyes of the target's judge",
            f"{right:.1f} %",
            right >= RIGHT,
        ),
    ]


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    kept = ("targets", "methods", "seeds", "rates", "frontier_seeds", "full", "quick", "world")
    return {
        "s3ft": version("s3ft"),
        "model": arguments.model and Path(arguments.model).name,
        **{key: getattr(arguments, key) for key in kept},
    }
