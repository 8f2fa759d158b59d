"""Which learning rate all methods take: plain SFT's best on dev items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .jobs import Job
from .scores import Measured

Grids = Mapping[str, Sequence[float]]
"""Learning rates by target."""

Trials = Mapping[str, list[dict[str, Any]]]
"""What `trial` tells of each of them."""


def trial(job: Job) -> dict[str, Any]:
    """What a rate is chosen by: plain SFT's accuracy on dev minus its mean drop there."""
    run = Measured([job], job.recipe.seeds)
    return told(job.rate, float(run.accuracy("sft", "dev")[0]), float(run.drop("sft")[0]))


def told(rate: float, accuracy: float, drop: float) -> dict[str, Any]:
    """One rate's figures, in points."""
    chosen_by = accuracy - drop
    return {"rate": rate, "accuracy": accuracy, "drop": drop, "accuracy_minus_drop": chosen_by}


def choose(tried: Sequence[Mapping[str, Any]]) -> float:
    """The rate of the highest accuracy minus drop; of equals the lowest."""
    best = max(tried, key=lambda found: (found["accuracy_minus_drop"], -found["rate"]))
    return float(best["rate"])


def search(grids: Grids, trials: Callable[[Grids], Trials]) -> Trials:
    """Try every target's rates; where the highest is the best, twice that rate too, and so on."""
    tried: dict[str, list[dict[str, Any]]] = {target: [] for target in grids}
    while grids:
        for target, found in trials(grids).items():
            tried[target] += found
        ending = [t for t, grid in grids.items() if choose(tried[t]) == max(grid)]
        grids = {target: [2 * max(grids[target])] for target in ending}
    return tried
