"""How often a 95 % interval of `s3ft.stats` holds the truth, by simulation.

    python benchmarks/coverage.py [--worlds 1000] [--json FILE]

A world draws items of a benchmark and training seeds, and what the base and the tuned models make
of each item: items differ in difficulty, training shifts each of them by an amount of its own, and
a seed shifts all. The truth is the mean over all items and seeds that could be drawn. Of the tuned
model's score, its difference to the base, and the mean drop over four benchmarks, the share of
worlds whose interval holds the truth, in percent, with the standard error of that share.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3ft.stats.bootstrap import crossed_mean, interval

ITEMS, SEEDS = (50, 200, 1000), (1, 3, 5)
SPREADS = {"none": 0.0, "1 point": 0.043, "4 points": 0.17}
"""The standard deviation of a seed's score, and what shifts an item's logit by it."""

SHIFT, SHIFT_SPREAD, STEEP, EASY = -0.15, 0.6, 3.0, 0.2
BENCHMARKS = 4

Table = NDArray[np.float64]


def right(ability: Table) -> Table:
    """The probability of a right answer."""
    return np.asarray(1 / (1 + np.exp(-STEEP * ability)))


def draw(rng: np.random.Generator, items: int, shifts: Table) -> tuple[Table, Table]:
    """What the base (1, items) and the tuned models (seeds, items) score, in percent."""
    difficulty = rng.normal(EASY, 1.5, items)
    base = rng.random((1, items)) < right(difficulty)
    tuned = right(difficulty + rng.normal(SHIFT, SHIFT_SPREAD, items) + shifts[:, None])
    return np.asarray(100.0 * base), np.asarray(100.0 * (rng.random(tuned.shape) < tuned))


def truth(rng: np.random.Generator, spread: float, draws: int = 4_000_000) -> tuple[float, float]:
    """The tuned models' score and their difference to the base, over all items and seeds."""
    difficulty = rng.normal(EASY, 1.5, draws)
    shift = rng.normal(SHIFT, SHIFT_SPREAD, draws) + rng.normal(0, spread, draws)
    tuned, base = right(difficulty + shift).mean(), right(difficulty).mean()
    return 100 * float(tuned), 100 * float(tuned - base)


def world(rng: np.random.Generator, items: int, seeds: int, spread: float) -> dict[str, Any]:
    """The three intervals of one world."""
    shifts = rng.normal(0, spread, seeds)
    drops = []
    for number in range(BENCHMARKS):
        base, tuned = draw(rng, items, shifts)
        means = [crossed_mean(t, f"seeds {seeds}", f"items {number}") for t in (base, tuned)]
        drops.append(means[0] - means[1])
    return {
        "score": interval(means[1]),
        "difference": interval(-drops[-1]),
        "mean drop": interval(np.mean(drops, axis=0)),
    }


def cells(worlds: int) -> Iterator[dict[str, Any]]:
    for (name, spread), seeds, items in product(SPREADS.items(), SEEDS, ITEMS):
        rng = np.random.default_rng([items, seeds, int(1000 * spread)])
        score, difference = truth(rng, spread)
        true = {"score": score, "difference": difference, "mean drop": -difference}
        held = dict.fromkeys(true, 0)
        width = 0.0
        for _ in range(worlds):
            found = world(rng, items, seeds, spread)
            width += found["difference"].high - found["difference"].low
            for kind, estimate in found.items():
                held[kind] += estimate.low <= true[kind] <= estimate.high
        covered = {kind: 100 * hits / worlds for kind, hits in held.items()}
        cell = {"seeds differ by": name, "seeds": seeds, "items": items, "covered": covered}
        yield {**cell, "width": width / worlds, "worlds": worlds}


def _error(percent: float, worlds: int) -> float:
    return float((percent * (100 - percent) / worlds) ** 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print("seeds differ by  seeds  items       score  difference   mean drop  width of the second")
    made = []
    for cell in cells(options.worlds):
        made.append(cell)
        shown = "  ".join(
            f"{p:5.1f} ±{_error(p, options.worlds):.1f}" for p in cell["covered"].values()
        )
        head = f"{cell['seeds differ by']:15}  {cell['seeds']:5}  {cell['items']:5}"
        print(f"{head}  {shown}  {cell['width']:.1f} points", flush=True)
    if options.json:
        options.json.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
