"""The tables of a real model's comparison."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from headline.tables import NONE, PAPER, Table, show, sources

BINS = np.array([-np.inf, -4, -3, -2, -1.5, -1, -0.5, -0.25, 0])
"""Edges of the histogram of log-probabilities, in nats a token."""

TITLES = {"squad": "SQuAD 2.0", "squad clapnq": "CLAPNQ", "squad musique": "MuSiQue"}


def tables(found: Mapping[str, Any]) -> list[Table]:
    """Everything that was found so far, in the order of the stages."""
    made = []
    if "rates" in found:
        made.append(_rates(found["rates"]))
    if "mixtures" in found:
        made.append(_mixtures(found["mixtures"]))
    for name, methods in found.get("equal", {}).items():
        made.append(_equal(TITLES.get(name, name), methods))
    if "benchmarks" in found:
        made.append(_benchmarks(found["benchmarks"]))
    if "frontier" in found:
        made.append(_frontier(found["frontier"]))
    for part, methods in found.get("confusion", {}).items():
        made.append(_confusion(part, methods))
    if "drift" in found:
        made.append(_drift(found["drift"]))
    if "likelihood" in found:
        made.append(_likelihood(found["likelihood"]))
    if "seconds" in found:
        made.append(_seconds(found["seconds"]))
    return made


def _rates(found: Mapping[str, Any]) -> Table:
    rows = [
        [
            f"{tried['rate']:g}" + " *" * (tried["rate"] == found["chosen"]),
            *(f"{tried[key]:.1f}" for key in ("accuracy", "drop", "accuracy_minus_drop")),
        ]
        for tried in found["tried"]
    ]
    header = ["learning rate", "accuracy %", "mean drop", "accuracy − drop"]
    return Table("SFT on the dev items; * is the rate for all methods", header, rows)


def _mixtures(found: Mapping[str, Any]) -> Table:
    rows = [
        [
            method,
            f"{mixture['rows']:,}",
            sources(mixture["percent"]),
            f"{mixture['right']:.1f}",
        ]
        for method, mixture in found.items()
    ]
    title = f"Mixtures in percent of the prompts (the paper's s3ft on NQ: {PAPER['reading']})"
    return Table(title, ["method", "rows", "own / paraphrase / gold %", "right %"], rows)


def _equal(name: str, methods: Mapping[str, Any]) -> Table:
    rows = [
        [
            method,
            str(figures["seeds"]),
            show(figures["accuracy"]),
            NONE if method == "sft" else show(figures["over_sft"], sign=True),
            show(figures["drop"]),
            show(figures["drop_below_sft"], sign=True),
        ]
        for method, figures in methods.items()
    ]
    header = ["", "seeds", "accuracy %", "over SFT", "mean drop", "SFT's drop minus its own"]
    return Table(f"Equal protocol, {name}", header, rows)


def _benchmarks(found: Mapping[str, Any]) -> Table:
    """Scores of the base, and of each method what it gained or lost."""
    methods = list(next(iter(found.values())))
    rows = [
        [
            name,
            *(show(figures[m], sign=m != "base") for m in methods),
        ]
        for name, figures in found.items()
    ]
    header = ["", "base %", *(f"{method} − base" for method in methods[1:])]
    return Table("Benchmarks", header, rows)


def _frontier(found: Mapping[str, Any]) -> Table:
    rows = []
    for method, curve in found["methods"].items():
        points = [
            f"{point['rate']:g}: {point['accuracy'].value:.1f}, {point['drop'].value:.1f}"
            for point in curve["points"]
        ]
        over = NONE if method == "sft" else show(curve["over_sft"], sign=True)
        rows.append([method, over, "; ".join(points)])
    header = ["", "over SFT at equal drop", "rate: accuracy, drop"]
    return Table("Frontier (one seed)", header, rows)


def _confusion(part: str, methods: Mapping[str, Any]) -> Table:
    columns = {"answerable": ("right", "wrong", "abstained"), "unanswerable": ("abstained",)}
    rows = [
        [method, *(f"{kinds.get(k, {}).get(what, 0):.1f}" for k in columns for what in columns[k])]
        for method, kinds in methods.items()
    ]
    header = ["", *(f"{kind}: {what} %" for kind in columns for what in columns[kind])]
    return Table(f"Answerable and unanswerable, {part}", header, rows)


def _drift(found: Mapping[str, Any]) -> Table:
    rows = [
        [rate, label, *(f"{figures[kind]:.3f}" for kind in ("task", "general"))]
        for rate, models in found.items()
        for label, figures in models.items()
    ]
    header = ["learning rate", "model", "KL on task prompts", "KL on general prompts"]
    return Table("Drift: KL(base || tuned), nats per token of the base's own answers", header, rows)


def _likelihood(found: Mapping[str, Any]) -> Table:
    rows = []
    for source, values in found.items():
        counts, _ = np.histogram(values, BINS)
        shares = [f"{100 * count / max(1, len(values)):.0f}" for count in counts]
        rows.append([source, f"{np.mean(values):.2f}", *shares])
    edges = [f"{low:g} to {high:g}" for low, high in pairwise(BINS)]
    edges[0] = f"below {BINS[1]:g}"
    title = "The base's log-probability per token of what can be trained on, percent of the rows"
    return Table(title, ["", "mean", *edges], rows)


def _seconds(found: Mapping[str, float]) -> Table:
    rows = [[stage, f"{seconds:,.0f}"] for stage, seconds in found.items()]
    return Table("Seconds by stage, all runs together, one core each", ["stage", "seconds"], rows)
