"""The report's tables as rows of cells, for page, Markdown and terminal alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..evaluate import BASE, TARGET, is_target, other_target
from ..stats import Estimate


class Cell(NamedTuple):
    """A method's result in a task.

    ``change`` is its difference from the base in points: an interval where the two were compared,
    a figure where they were not, None for the base. ``told`` is `s3ft.stats.paired.Paired.told`.
    """

    score: float
    change: Estimate | float | None = None
    told: str = "not told"


class Row(NamedTuple):
    """A task: its cells by method, of those that were measured in it."""

    task: str
    items: int
    metric: str
    cells: dict[str, Cell]


def result_rows(report: Mapping[str, Any]) -> list[Row]:
    """The target, then the benchmarks, each with base and methods."""
    rows = []
    if report["target"]["items"]:
        rows.append(_row(report, TARGET, report["target"]["items"], "accuracy"))
    for name, other in report.get("targets", {}).items():
        rows.append(_row(report, other_target(name), other["items"], "accuracy"))
    for name, benchmark in report["benchmarks"].items():
        rows.append(_row(report, name, benchmark["items"], benchmark["metric"]))
    return rows


def comparison_rows(comparison: Mapping[str, Any], reference: str) -> list[Row]:
    """The tasks of a comparison (`s3ft.compare.Comparison.to_dict`), each with all contenders."""
    rows = []
    for task in comparison["tasks"]:
        pairs = _pairs(comparison, task["task"], reference)
        cells = {
            name: Cell(score["value"], *_difference(pairs.get(name)))
            for name, score in task["scores"].items()
        }
        rows.append(Row(task["task"], task["items"], task["metric"], cells))
    return rows


def drops(report: Mapping[str, Any]) -> dict[str, tuple[Estimate | float, Estimate | None]]:
    """Each method's mean drop in points, and the fraction that it is of plain SFT's."""
    compared = comparison_drops(report["comparison"], BASE)
    found: dict[str, tuple[Estimate | float, Estimate | None]] = {}
    for method, result in report["results"].items():
        if method in compared:
            found[method] = compared[method]
        elif result["mean_drop"] is not None:
            found[method] = (result["mean_drop"], None)
    return found


def comparison_drops(
    comparison: Mapping[str, Any] | None, reference: str
) -> dict[str, tuple[Estimate, Estimate | None]]:
    """As `drops`, of what was compared with a reference."""
    return {
        one["contender"]: (drop, estimate(one["fraction"]))
        for one in (comparison or {"mean_drop": []})["mean_drop"]
        if one["reference"] == reference and (drop := estimate(one["drop"])) is not None
    }


def _row(report: Mapping[str, Any], task: str, items: int, metric: str) -> Row:
    pairs = _pairs(report["comparison"], task, BASE)
    cells = {}
    for method, result in report["results"].items():
        found = _score(result, task)
        if found is None:
            continue
        if method == BASE:
            cells[method] = Cell(found["score"])
        elif method in pairs:
            cells[method] = Cell(found["score"], *_difference(pairs[method]))
        elif is_target(task):
            cells[method] = Cell(found["score"], found["change"])
        else:
            cells[method] = Cell(found["score"], _negative(found["drop"]))
    return Row(task, items, metric, cells)


def _score(result: Mapping[str, Any], task: str) -> Any:
    if task == TARGET:
        return result["target"]
    if is_target(task):
        return result["targets"][task.removeprefix(other_target(""))]
    return result["benchmarks"][task]


def _difference(pair: Mapping[str, Any] | None) -> tuple[Estimate | None, str]:
    return (estimate(pair["difference"]), pair["told"]) if pair else (None, "not told")


def _pairs(comparison: Mapping[str, Any] | None, task: str, reference: str) -> dict[str, Any]:
    """Every contender against a reference in a task."""
    tasks = comparison["tasks"] if comparison else []
    return {
        pair["contender"]: pair
        for one in tasks
        if one["task"] == task
        for pair in one["against"]
        if pair["reference"] == reference
    }


def estimate(plain: Mapping[str, float | None] | None) -> Estimate | None:
    """A figure of the report's JSON with its interval; None where it has no ends."""
    if plain is None or None in plain.values():
        return None
    return Estimate(**plain)  # type: ignore[arg-type]


def _negative(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
