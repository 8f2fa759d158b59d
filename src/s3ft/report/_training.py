"""Figures of what was trained on and what it did: the papers' own, the drift, the losses."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from ..evaluate import tuned
from ..text import count
from ._axes import bars, grid, legend, legend_lines
from ._palette import (
    ABSTAINED,
    INK,
    PAPER,
    RIGHT,
    SOFT,
    WRONG,
    model_colours,
    model_markers,
    source_colours,
)
from ._svg import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNLIKELIEST = -8.0
"""Nats a token: what is less likely is drawn at this one."""

BINS = 40
MAX_POINTS = 300
"""Points of a loss curve; longer ones are thinned."""


def composition(report: Mapping[str, Any]) -> Figure | None:
    """What each method's targets are made of: S3FT's table 3 (arXiv 2502.08130)."""
    mixtures = report["mixture"]
    if not mixtures:
        return None
    colours = source_colours(report["rungs"])
    sources = [*(rung["name"] for rung in report["rungs"]), "dropped"]
    shares = {method: _shares(mixture) for method, mixture in mixtures.items()}
    used = [source for source in sources if any(source in row for row in shares.values())]
    return bars(shares, [(source, colours[source]) for source in used])


def _shares(mixture: Mapping[str, Any]) -> dict[str, float]:
    counts = {**mixture["counts"], "dropped": mixture["dropped"]}
    total = sum(counts.values())
    return {source: 100 * n / total for source, n in counts.items() if n}


def confusion(report: Mapping[str, Any]) -> Figure | None:
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
    return bars(rows, named)


def likelihoods(report: Mapping[str, Any]) -> Figure | None:
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
    figure = new_figure(0.7 + 0.78 * len(kept))
    panes = figure.subplots(len(kept), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (source, some) in zip(panes, kept.items(), strict=True):
        shares = np.full(len(some), 100 / len(some))
        axes.hist(some, edges, weights=shares, color=colours.get(source, SOFT).light)
        mean = float(np.mean(values[source]))
        axes.axvline(max(mean, UNLIKELIEST), color=INK.light, lw=1.2, ls=(0, (4, 2)))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        told = f"{source}, {count(len(some))} rows, mean {mean:.2f}".replace("-", "−")
        axes.set_title(told, size=10.5, weight="normal", pad=2)
    panes[-1].set_xlim(1.02 * low, 0.02 * -low)
    clipped = low <= UNLIKELIEST
    below = f", {UNLIKELIEST:.0f} and below at the left".replace("-", "−") if clipped else ""
    panes[-1].set_xlabel(f"log-probability a token, nats{below}")
    return figure


def drift(report: Mapping[str, Any]) -> Figure | None:
    """The distance from the base by method and kind of prompt."""
    found = {method: drift for method, drift in report["drift"].items() if drift}
    if not found:
        return None
    kinds = list(dict.fromkeys(kind for drift in found.values() for kind in drift))
    colours, markers = model_colours(report["methods"]), model_markers(report["methods"])
    figure = new_figure(0.75 + 0.34 * len(kinds) + 0.22 * legend_lines(list(found)))
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
    values = [value for drift in found.values() for value in drift.values()]
    if min(values) > 0 and max(values) > 10 * min(values):
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.xaxis.set_major_formatter("{x:g}")
    else:
        axes.set_xlim(0, None)
    axes.margins(x=0.08)
    axes.spines["left"].set_visible(False)
    axes.tick_params("y", colors=INK.light)
    grid(axes, "both")
    axes.set_xlabel("KL(base ‖ tuned), nats a token")
    legend(figure, axes)
    return figure


def losses(report: Mapping[str, Any]) -> Figure | None:
    """The training loss of every model, by step."""
    colours = model_colours(report["methods"])
    curves = []
    for method in report["methods"]:
        for seed in report["seeds"]:
            training = report["training"].get(tuned(method, seed)) or {}
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
    grid(axes, "both")
    axes.set(xlabel="step", ylabel="loss, nats a token")
    legend(figure, axes)
    return figure
