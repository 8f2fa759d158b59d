"""Where things lie in the report's two figures; the templates draw them as SVG."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..evaluate import BASE
from ._axes import CANVAS

MAX_POINTS = 300
"""Points of a loss curve; longer ones are thinned."""

LABEL_GAP = 15
"""Pixels between two labels."""


class _Mark(NamedTuple):
    """A method's place: its mean drop and target score, and the same two of each seed."""

    label: str
    series: int
    drop: float
    score: float
    seeds: list[tuple[float, float]]


def forgetting(report: dict[str, Any]) -> dict[str, Any] | None:
    """Target score against mean drop: a point for every seed, a larger one for each method."""
    results = report["results"]
    base = results[BASE]["target"]
    marks = [_Mark(BASE, 0, 0.0, base["score"], [])] if base else []
    for number, method in enumerate(report["methods"], 1):
        target, drop = results[method]["target"], results[method]["mean_drop"]
        if target is None or drop is None:
            continue
        seeds = [
            (of_seed, target["seeds"][seed])
            for seed, of_seed in results[method]["mean_drop_seeds"].items()
            if seed in target["seeds"]
        ]
        marks.append(_Mark(method, number, drop, target["score"], seeds))
    if len(marks) < 2:
        return None
    x = CANVAS.x_axis([v for m in marks for v in (m.drop, *(drop for drop, _ in m.seeds))])
    y = CANVAS.y_axis([v for m in marks for v in (m.score, *(score for _, score in m.seeds))])
    points = [
        {
            "label": mark.label,
            "series": mark.series,
            "x": x(mark.drop),
            "y": y(mark.score),
            "seeds": [(x(d), y(s)) for d, s in mark.seeds] if len(mark.seeds) > 1 else [],
        }
        for mark in marks
    ]
    _place_labels(points)
    return {"x": x, "y": y, "points": points}


def losses(report: dict[str, Any]) -> dict[str, Any] | None:
    """The training loss of every model, by step."""
    curves = []
    for number, method in enumerate(report["methods"], 1):
        for seed in report["seeds"]:
            training = report["training"].get(f"{method}-seed{seed}") or {}
            pairs = [
                (step, loss) for step, loss in training.get("losses", ()) if math.isfinite(loss)
            ]
            if len(pairs) > 1:
                curves.append((method, number, _thin(pairs)))
    if not curves:
        return None
    x = CANVAS.x_axis([0.0, *(step for _, _, pairs in curves for step, _ in pairs)])
    y = CANVAS.y_axis([0.0, *(loss for _, _, pairs in curves for _, loss in pairs)])
    lines: list[dict[str, Any]] = []
    for method, number, pairs in curves:
        path = " ".join(f"{x(step)},{y(loss)}" for step, loss in pairs)
        first = all(line["series"] != number for line in lines)
        end = {"x": x(pairs[-1][0]), "y": y(pairs[-1][1])}
        lines.append({"label": method if first else "", "series": number, "path": path, **end})
    _place_labels([line for line in lines if line["label"]])
    return {"x": x, "y": y, "lines": lines}


def _place_labels(marks: list[dict[str, Any]]) -> None:
    """Put each label at the height of its mark, moved down where it would cover another."""
    last = -math.inf
    for mark in sorted(marks, key=lambda mark: (mark["y"], mark["x"])):
        last = mark["label_y"] = max(mark["y"] + 4, last + LABEL_GAP)


def _thin(pairs: list[tuple[int, float]]) -> list[tuple[int, float]]:
    every = math.ceil(len(pairs) / MAX_POINTS)
    return pairs if every == 1 else [*pairs[:-1:every], pairs[-1]]
