"""The figures of a report, each from the report's own values, and those of a comparison.

They are drawn at a telephone's width (`_svg.WIDTH`), names in a legend above: whatever lies close
together on the axes, no two texts do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from ..evaluate import BASE, TARGET
from ..stats import Estimate
from ._comparing import Place, forest, frontier, trade
from ._svg import inline, style, to_svg
from ._tables import comparison_drops, comparison_rows, drops, estimate
from ._training import composition, confusion, drift, likelihoods, losses

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Plot(NamedTuple):
    """A figure in both forms: ``svg`` is a file's text, ``element`` part of a page."""

    name: str
    title: str
    caption: str
    svg: str
    element: str


def plots(report: Mapping[str, Any]) -> dict[str, Plot]:
    """All figures of a report that have something to show, by name."""
    return _plots({name: partial(draw, report) for name, draw in _FIGURES.items()})


def comparison_plots(comparison: Mapping[str, Any], reference: str) -> dict[str, Plot]:
    """The figures of a comparison (`s3ft.compare.Comparison.to_dict`) with one reference."""
    names = [one["name"] for one in comparison["contenders"] if one["name"] != reference]
    drops = comparison_drops(comparison, reference)
    scores = _target_scores(comparison)
    places = {
        name: Place(drops[name][0], scores[name])
        for name in names
        if name in drops and name in scores
    }
    return _plots(
        {
            "differences": partial(
                forest, comparison_rows(comparison, reference), names, reference
            ),
            "trade": partial(trade, places, names, reference, scores.get(reference)),
        }
    )


def _plots(figures: Mapping[str, Callable[[], Figure | None]]) -> dict[str, Plot]:
    from markupsafe import escape

    found = {}
    with style():
        for name, draw in figures.items():
            figure = draw()
            if figure is not None:
                svg, (title, caption) = to_svg(figure), _TITLES[name]
                element = inline(svg, name, str(escape(title)))
                found[name] = Plot(name, title, caption, svg, element)
    return found


def _differences(report: Mapping[str, Any]) -> Figure | None:
    comparison = report["comparison"]
    if not comparison:
        return None
    return forest(comparison_rows(comparison, BASE), report["methods"], BASE)


def _trade(report: Mapping[str, Any]) -> Figure | None:
    results, scores = report["results"], _target_scores(report["comparison"])
    base, lost, places = results[BASE]["target"], drops(report), {}
    for method in report["methods"]:
        target = results[method]["target"]
        if target and method in lost:
            seeds = [
                (drop, target["seeds"][seed])
                for seed, drop in results[method]["mean_drop_seeds"].items()
                if seed in target["seeds"]
            ]
            score = scores.get(method, target["score"])
            places[method] = Place(lost[method][0], score, seeds if len(seeds) > 1 else [])
    return trade(places, report["methods"], BASE, base and base["score"])


def _sweep(report: Mapping[str, Any]) -> Figure | None:
    """Target against drop over the grid, on what was chosen by."""
    sweep = report["sweep"]
    if not sweep:
        return None
    tried = sorted(sweep["tried"], key=lambda one: report["methods"].index(one["method"]))
    curves = {
        method: [(one["drop"], one["accuracy"]) for one in some]
        for method, group in groupby(tried, key=lambda one: one["method"])
        if (some := list(group))
    }
    chosen = {
        one["method"]: (one["drop"], one["accuracy"])
        for one in tried
        if sweep["chosen"].get(one["method"]) == one["point"]
    }
    return frontier(curves, chosen=chosen, labels=("mean drop, points", "dev rows, %"))


def _target_scores(comparison: Mapping[str, Any] | None) -> dict[str, Estimate]:
    """Everybody's score on the target, where they were compared."""
    tasks = comparison["tasks"] if comparison else []
    target: dict[str, Any] = next((t["scores"] for t in tasks if t["task"] == TARGET), {})
    return {name: found for name, plain in target.items() if (found := estimate(plain))}


_FIGURES: dict[str, Callable[[Mapping[str, Any]], Figure | None]] = {
    "differences": _differences,
    "trade": _trade,
    "sweep": _sweep,
    "composition": composition,
    "likelihoods": likelihoods,
    "confusion": confusion,
    "drift": drift,
    "losses": losses,
}

_TITLES = {
    "differences": (
        "Differences",
        "Lines are 95 % intervals. Filled marks are told from no difference, hollow ones are not.",
    ),
    "trade": (
        "Target against forgetting",
        "Up and to the left is better. Lines are 95 % intervals of both, small marks seeds.",
    ),
    "sweep": (
        "The sweep",
        "On the dev rows and the benchmarks' dev items, one seed; rings are what was chosen.",
    ),
    "composition": ("Composition", "Where the prompts' targets come from, in percent."),
    "likelihoods": (
        "Likelihood under the base",
        "Of training rows each answer that was there to train on, taken or not; dashed the mean.",
    ),
    "confusion": (
        "Answering and abstaining",
        "Test questions with an answer in the text and without, in percent.",
    ),
    "drift": (
        "Drift from the base",
        "On the base's own answers to test prompts of the task, and to the benchmarks' questions "
        "(general). Further left is nearer to the base.",
    ),
    "losses": (
        "Training loss",
        "Different targets have different losses: a lower curve is not a better model.",
    ),
}
"""Title and caption of each figure."""
