"""Figures of who did better: differences, target against forgetting, the frontier of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..evaluate import BASE, is_target
from ..stats import Estimate
from ._axes import grid, legend, legend_lines, wrapped
from ._palette import BASE_MODEL, INK, PAPER, SOFT, model_colours, model_markers
from ._svg import new_figure
from ._tables import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    grid(axes, "both")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.margins(0.09)
    legend(figure, axes)
    return figure


def forest(rows: Sequence[Row], names: Sequence[str], reference: str) -> Figure | None:
    """Every contender's difference from a reference in every task, with its interval."""
    cells = {
        (name, place): (cell.change, cell.told != "not told")
        for place, row in enumerate(rows)
        for name, cell in row.cells.items()
        if isinstance(cell.change, Estimate)
    }
    shown = [name for name in names if any(name == one for one, _ in cells)]
    if not shown:
        return None
    colours, markers = model_colours(names), model_markers(names)
    each = 0.17
    row = each * len(shown) + 0.16
    figure = new_figure(0.95 + row * len(rows) + 0.22 * legend_lines(shown))
    axes = figure.subplots()
    axes.axvline(0, color=SOFT.light, lw=1)
    for n, name in enumerate(shown):
        shift, colour = (n - (len(shown) - 1) / 2) * each, colours[name].light
        for place in range(len(rows)):
            if (name, place) in cells:
                change, told = cells[name, place]
                y, face = place * row + shift, colour if told else PAPER.light
                axes.plot([change.low, change.high], [y, y], color=colour, lw=1.6)
                axes.plot(change.value, y, markers[name], ms=5.5, mfc=face, mec=colour, mew=1.3)
        axes.plot([], [], markers[name], ms=5.5, color=colour, label=name)
    learned = sum(is_target(one.task) for one in rows)
    if 0 < learned < len(rows):
        axes.axhline((learned - 0.5) * row, color=SOFT.light, lw=0.6, ls=(0, (2, 3)))
    axes.set_yticks([n * row for n in range(len(rows))], [wrapped(one.task) for one in rows])
    axes.set_ylim((len(rows) - 0.5) * row, -0.5 * row)
    axes.spines["left"].set_visible(False)
    axes.tick_params("y", colors=INK.light)
    grid(axes, "x")
    axes.set_xlabel(f"points against {reference}")
    legend(figure, axes)
    return figure


class Place(NamedTuple):
    """What a contender forgot and how well it does, and the same two of each of its seeds."""

    drop: Estimate | float
    score: Estimate | float
    seeds: Sequence[tuple[float, float]] = ()


def trade(
    places: Mapping[str, Place],
    names: Sequence[str],
    reference: str,
    start: Estimate | float | None,
) -> Figure | None:
    """Target score against what was forgotten, with intervals and seeds."""
    if start is None or not places:
        return None
    figure = new_figure(3.7)
    axes = figure.subplots()
    colours, markers = model_colours(names), model_markers(names)
    middle = _value(start)
    axes.axhline(middle, color=SOFT.light, lw=0.8, ls=(0, (2, 3)))
    axes.axvline(0, color=SOFT.light, lw=0.8, ls=(0, (2, 3)))
    for name, (drop, score, seeds) in places.items():
        colour, x, y = colours[name].light, _value(drop), _value(score)
        if isinstance(drop, Estimate):
            axes.plot([drop.low, drop.high], [y, y], color=colour, lw=1.2)
        if isinstance(score, Estimate):
            axes.plot([x, x], [score.low, score.high], color=colour, lw=1.2)
        if seeds:
            axes.plot(*zip(*seeds, strict=True), markers[name], color=colour, ms=3, alpha=0.6)
        axes.plot(x, y, markers[name], color=colour, mec=PAPER.light, ms=8.5, label=name)
    axes.plot(0, middle, "D", color=BASE_MODEL.light, mec=PAPER.light, ms=7, label=reference)
    grid(axes, "both")
    axes.set(xlabel="mean drop on the benchmarks, points", ylabel="target, %")
    axes.margins(0.09)
    legend(figure, axes)
    return figure


def _value(figure: Estimate | float) -> float:
    return figure.value if isinstance(figure, Estimate) else figure
