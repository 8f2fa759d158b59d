"""What goes beyond S3FT: less forgotten at its accuracy, or more learned at its drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from s3ft.stats import Estimate
from s3ft.stats.bootstrap import Replicates, fraction_of, interval

from .curves import Points, accuracies_at, drops_at
from .results import NO_DROP, Condition
from .scores import Measured
from .tables import show

OURS = "s3ft-plus"

SHARE = 0.5
"""Of S3FT's drop, at its best accuracy less `LESS`."""

LESS = 1.0
"""Points of accuracy."""

MORE = 5.0
"""Points more of the items that the base fails, at S3FT's drop."""

OF_SFT = 0.25
"""Of SFT's drop, with all weights."""

GOLD = 15.0
"""Percent of the mixture, where S3FT has `MUCH`."""

MUCH = 36.0


def beyond(
    runs: Mapping[float, Measured], curves: Mapping[str, Points], methods: Sequence[str]
) -> dict[str, Any]:
    """Every method's curve beside S3FT's, where S3FT's is at its best.

    Args:
        runs: by rate.
        curves: drops and accuracies of each method, the base first.
    """
    theirs = curves["s3ft"]
    best = int(np.argmax(theirs[1][:, 0]))
    accuracy, drop = float(theirs[1][best, 0]) - LESS, float(theirs[0][best, 0])
    theirs_there = drops_at(theirs, accuracy)
    learned = {method: _learned(runs, curves[method], method) for method in methods}
    at_drop = {method: accuracies_at(curve, drop) for method, curve in learned.items()}
    found: dict[str, Any] = {"accuracy": accuracy, "drop": drop, "methods": {}}
    for method in methods:
        there = drops_at(curves[method], accuracy)
        found["methods"][method] = {
            "drop_at_accuracy": _interval(there),
            "of_s3ft": _interval(_part_of(there, theirs_there)),
            "learned_at_drop": interval(at_drop[method]),
            "learned_over_s3ft": interval(at_drop[method] - at_drop["s3ft"]),
        }
    return found


def _part_of(ours: Replicates, theirs: Replicates) -> Replicates:
    """A part of S3FT's drop, draw by draw; endless where either does not come so far."""
    reached = np.isfinite(ours) & np.isfinite(theirs)
    part = fraction_of(np.where(reached, ours, 0), np.where(reached, theirs, 0))
    return np.where(reached, part, np.inf)


def _interval(replicates: Replicates) -> Estimate | None:
    """As `interval`, of values that may be endless: no value between two draws; None if the figure
    itself is."""
    if not np.isfinite(replicates[0]):
        return None
    low, high = np.percentile(replicates[1:], [2.5, 97.5], method="inverted_cdf")
    return Estimate(float(replicates[0]), float(low), float(high))


def _learned(runs: Mapping[float, Measured], curve: Points, method: str) -> Points:
    """Drops, and accuracies on the items that the base fails."""
    learned = [run.learned(method) for run in runs.values()]
    return curve[0], np.array([np.zeros_like(learned[0]), *learned])


def frontier_condition(target: str, found: Mapping[str, Any]) -> Condition:
    """Half of S3FT's drop at its accuracy, or five points more learned at its drop. Of no drop
    there is no half: ``–``, as where that accuracy is not reached."""
    ours = found["methods"][OURS]
    share, more = ours["of_s3ft"], ours["learned_over_s3ft"]
    half = share is not None and share.value <= SHARE
    return Condition(
        f"{target}: at S3FT's best accuracy less {LESS:g} ({found['accuracy']:.1f} %) at most half"
        f" of its drop, or at its drop ({found['drop']:.1f}) {MORE:g} points more of the items that"
        " the base fails",
        f"{show(share, digits=2)} of the drop; {show(more, sign=True)} points",
        half or more.value >= MORE,
    )


def equal_conditions(found: Mapping[str, Any], targets: Sequence[str]) -> list[Condition]:
    """A quarter of SFT's drop at SFT's own rate, by target."""
    conditions = []
    for target in targets:
        share = found[target][OURS]["drop_of_sft"]
        conditions.append(
            Condition(
                f"{target}: {OURS}'s mean drop is at most a quarter of SFT's",
                f"{show(share, digits=2)} of it" if share else NO_DROP,
                share.value <= OF_SFT if share else None,
            )
        )
    return conditions


def mixture_conditions(mixtures: Mapping[str, Any]) -> list[Condition]:
    """Little gold, where S3FT has much."""
    conditions = []
    for target, methods in mixtures.items():
        theirs, ours = (methods[method]["percent"]["gold"] for method in ("s3ft", OURS))
        if theirs >= MUCH:
            conditions.append(
                Condition(
                    f"{target}: at most {GOLD:g} % of {OURS}'s mixture is gold",
                    f"{ours:.1f} % where S3FT has {theirs:.1f}",
                    ours <= GOLD,
                )
            )
    return conditions
