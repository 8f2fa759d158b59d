"""The figures of a report, each from the report's own values; None where there is nothing to draw.

They are drawn at a telephone's width (`_svg.WIDTH`), names in a legend above: whatever lies close
together on the axes, no two texts do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..evaluate import BASE, TARGET
from ..text import count
from ._palette import (
    ABSTAINED,
    BASE_MODEL,
    INK,
    PAPER,
    RIGHT,
    SOFT,
    WRONG,
    Colour,
    model_colours,
    model_markers,
    source_colours,
)
from ._svg import inline, new_figure, style, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Draw = Callable[[Mapping[str, Any]], Figure | None]

UNLIKELIEST = -8.0
"""Nats a token: what is less likely is drawn at this one."""

BINS = 40
MAX_POINTS = 300
"""Points of a loss curve; longer ones are thinned."""

LEGEND = 46
"""Characters of a legend's line."""


class Plot(NamedTuple):
    """A figure in both forms: ``svg`` is a file's text, ``element`` part of a page."""

    name: str
    title: str
    caption: str
    svg: str
    element: str


def plots(report: Mapping[str, Any]) -> dict[str, Plot]:
    """All figures of a report that have something to show, by name."""
    from markupsafe import escape

    found = {}
    with style():
        for name, (title, caption, draw) in _FIGURES.items():
            figure = draw(report)
            if figure is not None:
                svg = to_svg(figure)
                element = inline(svg, name, str(escape(title)))
                found[name] = Plot(name, title, caption, svg, element)
    return found


def frontier(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    base: tuple[float, float] | None = None,
    chosen: Mapping[str, tuple[float, float]] | None = None,
    labels: tuple[str, str] = ("mean drop, points", "target, %"),
) -> Figure:
    """Target against mean drop, a line through each method's settings; what was chosen is ringed.

    To be called within `style`.

    Args:
        curves: each method's (mean drop, target), in the order of its settings.
        base: the untuned model's place, which each line starts from.
    """
    figure = new_figure(3.7)
    axes = figure.subplots()
    colours, markers = model_colours(list(curves)), model_markers(list(curves))
    for method, points in curves.items():
        colour = colours[method].light
        line = [base, *points] if base else list(points)
        xs, ys = zip(*line, strict=True)
        axes.plot(xs, ys, color=colour, lw=1.4, zorder=2)
        xs, ys = zip(*points, strict=True)
        axes.plot(xs, ys, markers[method], color=colour, ms=5.5, label=method, zorder=3)
        if chosen and method in chosen:
            axes.plot(*chosen[method], "o", mfc="none", mec=colour, ms=12, mew=1.4, zorder=4)
    if base:
        axes.plot(*base, "D", color=BASE_MODEL.light, ms=6, label=BASE, zorder=5)
    _grid(axes, "both")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.margins(0.09)
    _legend(figure, axes)
    return figure


def _differences(report: Mapping[str, Any]) -> Figure | None:
    """Every method's difference from the base in every task, with its interval."""
    comparison = report["comparison"]
    if not comparison or BASE not in comparison["references"]:
        return None
    methods = [m for m in report["methods"] if any(_pairs(comparison, m))]
    tasks = [task["task"] for task in comparison["tasks"]]
    if not methods:
        return None
    colours, markers = model_colours(report["methods"]), model_markers(report["methods"])
    each = 0.17
    row = each * len(methods) + 0.16
    figure = new_figure(0.95 + row * len(tasks) + 0.22 * _legend_lines(methods))
    axes = figure.subplots()
    axes.axvline(0, color=SOFT.light, lw=1)
    for n, method in enumerate(methods):
        shift = (n - (len(methods) - 1) / 2) * each
        pairs = _pairs(comparison, method)
        for place, task in enumerate(tasks):
            if task not in pairs:
                continue
            pair = pairs[task]
            middle, low, high = (pair["difference"][key] for key in ("value", "low", "high"))
            colour, y = colours[method].light, place * row + shift
            told = pair["told"] != "not told"
            axes.plot([low, high], [y, y], color=colour, lw=1.6, solid_capstyle="butt")
            face = colour if told else PAPER.light
            axes.plot(middle, y, markers[method], ms=5.5, mfc=face, mec=colour, mew=1.3)
        axes.plot([], [], markers[method], ms=5.5, color=colours[method].light, label=method)
    if TARGET in tasks and len(tasks) > 1:
        axes.axhline(row / 2, color=SOFT.light, lw=0.6, ls=(0, (2, 3)))
    axes.set_yticks([place * row for place in range(len(tasks))], [_wrapped(t) for t in tasks])
    axes.set_ylim((len(tasks) - 0.5) * row, -0.5 * row)
    axes.spines["left"].set_visible(False)
    axes.tick_params("y", colors=INK.light)
    _grid(axes, "x")
    axes.set_xlabel("points against the base")
    _legend(figure, axes)
    return figure


def _pairs(comparison: Mapping[str, Any], method: str) -> dict[str, Any]:
    """A method against the base, by task."""
    return {
        task["task"]: pair
        for task in comparison["tasks"]
        for pair in task["against"]
        if (pair["contender"], pair["reference"]) == (method, BASE) and _ends(pair["difference"])
    }


def _ends(estimate: Mapping[str, Any] | None) -> bool:
    return estimate is not None and None not in estimate.values()


def _trade(report: Mapping[str, Any]) -> Figure | None:
    """Each method's target score against what it forgot, with intervals and its seeds."""
    results, comparison = report["results"], report["comparison"]
    base = results[BASE]["target"]
    drops, scores = _estimates(comparison)
    methods = [
        method
        for method in report["methods"]
        if results[method]["target"] and results[method]["mean_drop"] is not None
    ]
    if not base or not methods:
        return None
    figure = new_figure(3.7)
    axes = figure.subplots()
    colours, markers = model_colours(report["methods"]), model_markers(report["methods"])
    axes.axhline(base["score"], color=SOFT.light, lw=0.8, ls=(0, (2, 3)))
    axes.axvline(0, color=SOFT.light, lw=0.8, ls=(0, (2, 3)))
    for method in methods:
        result, colour = results[method], colours[method].light
        x, y = result["mean_drop"], result["target"]["score"]
        if _ends(drops.get(method)):
            axes.plot([drops[method][end] for end in ("low", "high")], [y, y], color=colour, lw=1.2)
        if _ends(scores.get(method)):
            axes.plot(
                [x, x], [scores[method][end] for end in ("low", "high")], color=colour, lw=1.2
            )
        seeds = {
            seed: drop
            for seed, drop in result["mean_drop_seeds"].items()
            if seed in result["target"]["seeds"]
        }
        if len(seeds) > 1:
            heights = [result["target"]["seeds"][seed] for seed in seeds]
            axes.plot(list(seeds.values()), heights, markers[method], color=colour, ms=3, alpha=0.6)
        axes.plot(x, y, markers[method], color=colour, mec=PAPER.light, ms=8.5, label=method)
    axes.plot(0, base["score"], "D", color=BASE_MODEL.light, mec=PAPER.light, ms=7, label=BASE)
    _grid(axes, "both")
    axes.set(xlabel="mean drop on the benchmarks, points", ylabel="target, %")
    axes.margins(0.09)
    _legend(figure, axes)
    return figure


def _estimates(comparison: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mean drops against the base and target scores, by method, where they were compared."""
    if not comparison:
        return {}, {}
    drops = {
        one["contender"]: one["drop"] for one in comparison["mean_drop"] if one["reference"] == BASE
    }
    target = next((task for task in comparison["tasks"] if task["task"] == TARGET), None)
    return drops, target["scores"] if target else {}


def _composition(report: Mapping[str, Any]) -> Figure | None:
    """What each method's targets are made of: S3FT's table 3 (arXiv 2502.08130)."""
    mixtures = report["mixture"]
    if not mixtures:
        return None
    colours = source_colours(report["rungs"])
    sources = [*(rung["name"] for rung in report["rungs"]), "dropped"]
    shares = {method: _shares(mixture) for method, mixture in mixtures.items()}
    used = [source for source in sources if any(source in row for row in shares.values())]
    return _bars(shares, [(source, colours[source]) for source in used])


def _shares(mixture: Mapping[str, Any]) -> dict[str, float]:
    counts = {**mixture["counts"], "dropped": mixture["dropped"]}
    total = sum(counts.values())
    return {source: 100 * n / total for source, n in counts.items() if n}


def _confusion(report: Mapping[str, Any]) -> Figure | None:
    """How questions with and without an answer are answered: SSR's figure 3 (arXiv 2409.04787)."""
    tables = report["confusion"]
    if not tables:
        return None
    rows: dict[str, dict[str, float]] = {}
    for question in ("answerable", "unanswerable"):
        for method, table in tables.items():
            total = sum(table[question].values())
            if total:
                shares = {response: 100 * n / total for response, n in table[question].items()}
                rows[f"{method}, {question}"] = shares
    if not rows:
        return None
    named = (("answered right", RIGHT), ("abstained", ABSTAINED), ("answered wrong", WRONG))
    return _bars(rows, named)


def _bars(rows: Mapping[str, Mapping[str, float]], parts: Sequence[tuple[str, Colour]]) -> Figure:
    """Shares of 100 %, a bar for each row, its parts in one order."""
    figure = new_figure(0.6 + 0.31 * len(rows) + 0.22 * _legend_lines([name for name, _ in parts]))
    axes = figure.subplots()
    starts = [0.0] * len(rows)
    for part, colour in parts:
        widths = [row.get(part, 0.0) for row in rows.values()]
        axes.barh(range(len(rows)), widths, 0.72, left=starts, color=colour.light, label=part)
        for place, (left, width) in enumerate(zip(starts, widths, strict=True)):
            if width >= 7:
                text = _on(colour)
                axes.text(
                    left + width / 2, place, f"{width:.0f}", color=text.light, ha="center",
                    va="center", size=9.5,
                )  # fmt: skip
        starts = [left + width for left, width in zip(starts, widths, strict=True)]
    axes.set_xlim(0, 100)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xticks([])
    axes.tick_params("y", colors=INK.light)
    _legend(figure, axes)
    return figure


def _on(colour: Colour) -> Colour:
    """Ink or paper: what is read on a colour, in both schemes."""
    red, green, blue = (int(colour.light[at : at + 2], 16) for at in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else PAPER


def _likelihoods(report: Mapping[str, Any]) -> Figure | None:
    """How likely the base finds what can be trained on: SSR's figure 1, S3FT's figure 2."""
    import numpy as np

    order = [rung["name"] for rung in report["rungs"]]
    values = {
        source: report["likelihood"][source] for source in order if report["likelihood"].get(source)
    }
    if not values:
        return None
    colours = source_colours(report["rungs"])
    kept = {source: np.maximum(some, UNLIKELIEST) for source, some in values.items()}
    low = min(float(some.min()) for some in kept.values())
    edges = np.linspace(low, 0.0, BINS + 1)
    figure = new_figure(1.0 + 0.62 * len(kept))
    panes = figure.subplots(len(kept), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (source, some) in zip(panes, kept.items(), strict=True):
        shares = np.full(len(some), 100 / len(some))
        axes.hist(some, edges, weights=shares, color=colours.get(source, SOFT).light)
        mean = float(np.mean(values[source]))
        axes.axvline(max(mean, UNLIKELIEST), color=INK.light, lw=1.2, ls=(0, (4, 2)))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        told = f"{source}, {count(len(some))} rows, mean {mean:.2f}".replace("-", "−")
        axes.text(0.01, 0.93, told, transform=axes.transAxes, va="top", color=INK.light)
    panes[-1].set_xlim(low, 0.02 * -low)
    clipped = low <= UNLIKELIEST
    below = f", {UNLIKELIEST:.0f} and below at the left".replace("-", "−") if clipped else ""
    panes[-1].set_xlabel(f"log-probability a token, nats{below}")
    return figure


def _drift(report: Mapping[str, Any]) -> Figure | None:
    """The distance from the base by method and kind of prompt."""
    found = {method: drift for method, drift in report["drift"].items() if drift}
    if not found:
        return None
    kinds = list(dict.fromkeys(kind for drift in found.values() for kind in drift))
    colours, markers = model_colours(report["methods"]), model_markers(report["methods"])
    figure = new_figure(0.75 + 0.34 * len(kinds) + 0.22 * _legend_lines(list(found)))
    axes = figure.subplots()
    for method, drift in found.items():
        places = [kinds.index(kind) for kind in drift]
        colour = colours[method].light
        axes.plot(
            list(drift.values()), places, markers[method], color=colour, mec=PAPER.light, ms=7.5,
            label=method, clip_on=False,
        )  # fmt: skip
    axes.set_yticks(range(len(kinds)), kinds)
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    axes.set_xlim(0, None)
    axes.margins(x=0.08)
    axes.spines["left"].set_visible(False)
    axes.tick_params("y", colors=INK.light)
    _grid(axes, "both")
    axes.set_xlabel("KL(base ‖ tuned), nats a token")
    _legend(figure, axes)
    return figure


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


def _losses(report: Mapping[str, Any]) -> Figure | None:
    """The training loss of every model, by step."""
    colours = model_colours(report["methods"])
    curves = []
    for method in report["methods"]:
        for seed in report["seeds"]:
            training = report["training"].get(f"{method}-seed{seed}") or {}
            pairs = [p for p in training.get("losses", ()) if isfinite(p[1])]
            if len(pairs) > 1:
                curves.append((method, pairs[:: -(-len(pairs) // MAX_POINTS)]))
    if not curves:
        return None
    figure = new_figure(3.0)
    axes = figure.subplots()
    named = set[str]()
    for method, pairs in curves:
        xs, ys = zip(*pairs, strict=True)
        label = None if method in named else method
        axes.plot(xs, ys, color=colours[method].light, lw=1.2, alpha=0.85, label=label)
        named.add(method)
    axes.set_ylim(0, None)
    axes.margins(x=0.02)
    axes.locator_params("x", integer=True)
    _grid(axes, "both")
    axes.set(xlabel="step", ylabel="loss, nats a token")
    _legend(figure, axes)
    return figure


def _grid(axes: Axes, which: Literal["both", "x", "y"]) -> None:
    axes.grid(True, axis=which)
    axes.tick_params(pad=4)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    lines = _legend_lines(labels)
    figure.legend(
        handles, labels, loc="outside upper left", ncols=-(-len(labels) // lines),
        borderaxespad=0.1, handlelength=1.2,
    )  # fmt: skip


def _legend_lines(labels: Sequence[str]) -> int:
    """How many lines a legend needs."""
    widest = max(map(len, labels), default=0) + 5
    columns = max(1, LEGEND // widest)
    return -(-len(labels) // columns)


def _wrapped(task: str) -> str:
    """A task's name on as many lines as it needs to leave room for the figure."""
    lines = [""]
    for part in task.replace("_", "_\0").split("\0"):
        if len(lines[-1]) + len(part) > 16 and lines[-1]:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


_FIGURES: dict[str, tuple[str, str, Draw]] = {
    "differences": (
        "Difference from the base",
        "Lines are 95 % intervals. A filled mark can be told from no difference.",
        _differences,
    ),
    "trade": (
        "Target against forgetting",
        "Up and to the left is better. Lines are 95 % intervals, small marks single seeds.",
        _trade,
    ),
    "sweep": (
        "The sweep",
        "On the dev rows and the benchmarks' dev items, one seed; rings are what was chosen.",
        _sweep,
    ),
    "composition": (
        "What was trained on",
        "Shares of the training rows, in percent.",
        _composition,
    ),
    "likelihoods": (
        "How likely the targets are to the base",
        "Shares of rows by log-probability a token under the base; dashed the mean.",
        _likelihoods,
    ),
    "confusion": (
        "Answering and abstaining",
        "Test questions with an answer in the text and without, in percent.",
        _confusion,
    ),
    "drift": (
        "Drift from the base",
        "On what the base itself says; less is nearer.",
        _drift,
    ),
    "losses": (
        "Training loss",
        "Different targets have different losses: a lower curve is not a better model.",
        _losses,
    ),
}
