"""From the runs' scores to the headline's figures and its conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from _headline_jobs import Job, scores
from _headline_runs import Bench
from _headline_stats import Figure, drop, drop_at, gap, interval, mean
from _headline_tables import show

import s3ft
from s3ft.pipeline import read_mixture
from s3ft.store import Store


class Condition(NamedTuple):
    """One demand on the figures, and whether it is met."""

    what: str
    figure: str
    met: bool


Grids = Mapping[str, Sequence[float]]
"""Learning rates by target."""

Tried = Mapping[str, list[dict[str, Any]]]
"""What `rate_figures` tells of each of them."""


def labels(method: str, seeds: Iterable[int]) -> list[str]:
    return ["base"] if method == "base" else [f"{method}-seed{seed}" for seed in seeds]


class Run:
    """The figures of one run: a target at a rate."""

    def __init__(self, job: Job, seeds: Sequence[int]) -> None:
        self.target = job.target
        self._seeds = seeds
        self._scores = scores(job)
        self._suite = list(job.recipe.evaluate.benchmarks)

    @property
    def parts(self) -> list[str]:
        """``test``, and ``across`` where rows of another kind were answered too."""
        return [task.split()[1] for task in self._scores if task.startswith(f"{self.target} ")]

    def accuracy(self, method: str, part: str) -> Figure:
        models = labels(method, self._seeds)
        return mean(self._scores, f"{self.target} {part}", models, self.target)

    def drop(self, method: str) -> Figure:
        return drop(self._scores, self._suite, labels(method, self._seeds), self.target)


def rate_figures(job: Job) -> dict[str, Any]:
    """What a rate is chosen by: plain SFT's accuracy on dev minus its mean drop there."""
    run = Run(job, job.recipe.seeds)
    accuracy, lost = float(run.accuracy("sft", "dev")[0]), float(run.drop("sft")[0])
    chosen_by = accuracy - lost
    return {"rate": job.rate, "accuracy": accuracy, "drop": lost, "accuracy_minus_drop": chosen_by}


def choose(tried: Sequence[Mapping[str, Any]]) -> float:
    """The rate of the highest accuracy minus drop; of equals the lowest."""
    best = max(tried, key=lambda found: (found["accuracy_minus_drop"], -found["rate"]))
    return float(best["rate"])


def search(grids: Grids, trials: Callable[[Grids], Tried]) -> Tried:
    """Try every target's rates; where the highest is the best, twice that rate too, and so on."""
    tried: dict[str, list[dict[str, Any]]] = {target: [] for target in grids}
    while grids:
        for target, found in trials(grids).items():
            tried[target] += found
        ending = [t for t, rates in grids.items() if choose(tried[t]) == max(rates)]
        grids = {target: [2 * max(grids[target])] for target in ending}
    return tried


def equal(
    jobs: Mapping[str, Job], methods: Sequence[str], seeds: Sequence[int]
) -> tuple[dict[str, Any], list[Condition]]:
    """The equal protocol: figures by target and over the targets, and what they must meet."""
    runs = {target: Run(job, seeds) for target, job in jobs.items()}
    found: dict[str, Any] = {}
    conditions: list[Condition] = []
    kept: dict[str, tuple[list[Figure], list[Figure]]] = {m: ([], []) for m in ("base", *methods)}
    for target, run in runs.items():
        for part in run.parts:
            name = target if part == "test" else f"{target} {part}"
            accuracies = {m: run.accuracy(m, part) for m in kept}
            drops = {m: run.drop(m) for m in kept}
            found[name] = _compared(accuracies, drops)
            if part == "test":
                conditions += _target_conditions(target, accuracies)
                for method, (all_accuracies, all_drops) in kept.items():
                    all_accuracies.append(accuracies[method])
                    all_drops.append(drops[method])
    means = {m: np.mean(a, axis=0) for m, (a, _) in kept.items()}
    drops = {m: np.mean(d, axis=0) for m, (_, d) in kept.items()}
    if len(runs) > 1:
        found["mean"] = _compared(means, drops)
    sft, ours = interval(drops["sft"]), interval(drops["s3ft"])
    share = "" if sft.value <= 0 else f", {ours.value / sft.value:.2f} of it"
    over = f"over {len(runs)} target{'s' * (len(runs) > 1)}"
    conditions += [
        Condition(f"SFT's mean drop {over} is at least 4 points", show(sft), sft.value >= 4),
        Condition(
            f"S3FT's mean drop {over} is at most a quarter of SFT's",
            f"{show(ours)} against {show(sft)}{share}",
            ours.value <= sft.value / 4,
        ),
    ]
    return found, conditions


def _compared(accuracies: Mapping[str, Figure], drops: Mapping[str, Figure]) -> dict[str, Any]:
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
            "drop_of_sft": interval(_fraction(drops[method], drops["sft"])) if share else None,
        }
    return found


def _fraction(part: Figure, whole: Figure) -> Figure:
    """Endless in the few draws where the whole is nothing."""
    endless = np.full_like(part, np.inf)
    return np.divide(part, whole, out=endless, where=whole > 0)


def _target_conditions(target: str, accuracies: Mapping[str, Figure]) -> list[Condition]:
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
    jobs: Mapping[str, Sequence[Job]],
    chosen: Mapping[str, float],
    methods: Sequence[str],
    seeds: Sequence[int],
) -> tuple[dict[str, Any], list[Condition]]:
    """The frontier protocol: each method's curve over all rates, and how far above SFT's it lies.

    Args:
        chosen: each target's rate of the equal protocol; SFT's accuracy there is the one at which
            drops are compared.
    """
    found: dict[str, Any] = {}
    conditions: list[Condition] = []
    for target, at_rates in jobs.items():
        runs = {job.rate: Run(job, seeds) for job in at_rates}
        curves = {method: _curve(runs, method) for method in methods}
        level = float(runs[chosen[target]].accuracy("sft", "test")[0])
        base = interval(curves["sft"][1][0])
        found[target] = {"base": base, "accuracy_compared": level, "methods": {}}
        for method, curve in curves.items():
            over, each = gap(curve, curves["sft"])
            found[target]["methods"][method] = {
                "points": [
                    {"rate": rate, "drop": interval(lost), "accuracy": interval(accuracy)}
                    for rate, lost, accuracy in zip(runs, curve[0][1:], curve[1][1:], strict=True)
                ],
                "drop_at_accuracy": drop_at(curve, level),
                "over_sft": interval(over),
                "lowest_over_sft": float(each[1].min()),
                "compared_up_to_drop": float(each[0, -1]),
            }
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


def _curve(runs: Mapping[float, Run], method: str) -> tuple[Figure, Figure]:
    """Drops and accuracies, the base first: no training at all is a point of every curve."""
    first = next(iter(runs.values()))
    base = first.accuracy("base", "test")
    drops = [np.zeros_like(base), *(run.drop(method) for run in runs.values())]
    accuracies = [base, *(run.accuracy(method, "test") for run in runs.values())]
    return np.array(drops), np.array(accuracies)


def mixtures(bench: Bench, selections: Mapping[str, Job]) -> dict[str, Any]:
    """The composition of each mixture in percent of the prompts, and how much of it is right."""
    found: dict[str, Any] = {}
    for target, job in selections.items():
        judge = bench.judge_of(target)
        with Store(job.path / "run.sqlite") as store:
            rows = {entry.example.id: entry.example for entry in store.entries("train")}
        for method in job.recipe.methods:
            targets = list(read_mixture(job.path / "mixture" / method))
            asked = [
                {
                    **(example := rows[made.example_id]).meta,
                    "prompt": list(example.prompt),
                    "completion": example.completion,
                    "response": made.completion,
                }
                for made in targets
            ]
            verdicts = s3ft.judge(asked, judge.name, **judge.options)
            right = sum(verdict.label == "correct" for verdict in verdicts)
            counts = Counter(made.source for made in targets)
            found.setdefault(target, {})[method] = {
                "rows": len(targets),
                "percent": {
                    source: 100 * counts[source] / len(rows)
                    for source in ("self", "paraphrase", "gold")
                },
                "right": 100 * right / len(targets),
            }
    return found
