"""Adaptive sampling against as many samples for every prompt: prompts solved, tokens spent.

    python benchmarks/adaptive.py [--rows 48] [--limit 8] [--temperature 0.8] [--targets math ...]

Each target of the lab is asked twice: adaptively (a greedy sample, then rounds at the temperature
only for prompts without a verified answer, up to the limit), and with as many samples as the limit
at the temperature for every prompt. A prompt is solved when some sample of it is verified. The
intervals are of 95 %, by a bootstrap over prompts, both ways drawn together.

What can be saved depends on the model: a prompt that no sample solves costs all samples either way.
`unsolved` is their part of the tokens for all, below which no sampling with this limit can come.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
from numpy.typing import NDArray

from s3ft.pipeline import run_stages
from s3ft.stats.bootstrap import interval, weights
from s3ft.store import Store

JUDGES = {"math": "math", "code": "code", "reading": "qa"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="lab")
    parser.add_argument("--targets", nargs="+", default=list(JUDGES), choices=JUDGES)
    parser.add_argument("--rows", type=int, default=48)
    parser.add_argument("--limit", type=int, default=8)
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--max-new-tokens", type=int, default=256)
    options = parser.parse_args()
    print(
        f"{options.rows} prompts of each target, at most {options.limit} samples, "
        f"temperature {options.temperature:g}; solved in % of prompts, tokens in % of those for all"
    )
    print(
        f"{'':10}{'greedy':>8}{'adaptive':>10}{'all':>8}{'difference':>22}{'samples':>9}"
        f"{'tokens':>22}{'unsolved':>10}"
    )
    for target in options.targets:
        with tempfile.TemporaryDirectory(prefix="s3ft-adaptive-") as scratch:
            adaptive = sample(target, options, Path(scratch) / "adaptive", adaptive=True)
            everything = sample(target, options, Path(scratch) / "all", adaptive=False)
        print(f"{target:10}{compare(adaptive, everything, options.limit)}", flush=True)


def sample(
    target: str, options: argparse.Namespace, out: Path, *, adaptive: bool
) -> NDArray[np.float64]:
    """For every prompt: whether the first sample and any was verified, samples, tokens.

    Shape (prompts, 4).
    """
    recipe: dict[str, Any] = {
        "model": {"id": options.model},
        "data": {"path": "lab", "name": target, "max_train": options.rows},
        "judge": {"name": JUDGES[target]},
        "generate": {
            "n": options.limit,
            "temperature": options.temperature,
            "adaptive": adaptive,
            "max_new_tokens": options.max_new_tokens,
        },
        "methods": ["rft"],
    }
    run_stages(recipe, (), out, "judge")
    with Store(out / "run.sqlite") as store:
        rows = store.count("train")
        solved = store.solved("train", "self")
    found = np.zeros((rows, 4))
    with sqlite3.connect(out / "run.sqlite") as db:
        found[:, 1] = [position in solved for position in range(rows)]
        for position, number, label, tokens in db.execute(
            "SELECT position, sample, label, json_array_length(token_ids) FROM candidates"
            " JOIN responses USING (key) JOIN verdicts USING (split, position, source, sample)"
            " WHERE split = 'train' AND attempt ="
            " (SELECT max(attempt) FROM verdicts v WHERE v.split = candidates.split AND"
            " v.position = candidates.position AND v.source = candidates.source"
            " AND v.sample = candidates.sample)"
        ):
            found[position, 0] += number == 0 and label == "correct"
            found[position, 2:] += 1, tokens
    return found


def compare(adaptive: NDArray[np.float64], everything: NDArray[np.float64], limit: int) -> str:
    """One line of the table."""
    drawn = weights("prompts", len(adaptive))
    ours, theirs = drawn @ adaptive, drawn @ everything
    difference = interval(100 * (ours[:, 1] - theirs[:, 1]))
    tokens = interval(100 * ours[:, 3] / theirs[:, 3])
    unsolved = ~(adaptive[:, 1] + everything[:, 1] > 0)
    at_least = 100 * everything[unsolved, 3].sum() / everything[:, 3].sum()
    gap = f"{difference.value:+.1f} [{difference.low:+.1f}, {difference.high:+.1f}]"
    cost = f"{tokens.value:.0f} [{tokens.low:.0f}, {tokens.high:.0f}]"
    return (
        f"{100 * ours[0, 0]:>8.1f}{100 * ours[0, 1]:>10.1f}{100 * theirs[0, 1]:>8.1f}{gap:>22}"
        f"{100 * ours[0, 2] / limit:>9.0f}{cost:>22}{at_least:>10.0f}"
    )


if __name__ == "__main__":
    main()
