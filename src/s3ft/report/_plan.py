"""A plan for people: a table on a terminal, lines elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..text import NONE, count, duration

if TYPE_CHECKING:
    from rich.table import Table


def plan_lines(plan: dict[str, Any], *, stages: bool = True) -> list[str]:
    """The whole plan as plain lines, or without its stages."""
    probe = plan["probe"]
    lines = list(plan["checks"])
    lines += [f"mixture {method}: {_shares(found)}" for method, found in plan["mixture"].items()]
    if stages:
        lines += [_line(stage) for stage in plan["stages"]]
    if probe["rows"]:
        cost = f", cost {_cost(plan['cost'])}" if plan["cost"] else ""
        spent = f", cost {_cost(probe['cost'])}" if probe["cost"] else ""
        lines += [
            f"in all: {duration(plan['seconds'])}{cost}, models' loading not counted",
            f"scaled up from {count(probe['rows'])} rows; this plan took"
            f" {duration(probe['seconds'])}{spent}",
        ]
    else:
        lines.append("no model was asked: counts are the most, prompt tokens those of the most")
    return lines + [f"note: {note}" for note in plan["notes"]]


def plan_table(plan: dict[str, Any]) -> Table:
    """The stages of a plan."""
    from rich.table import Table

    table = Table("")
    for title in ("expected", "at most", "prompt tokens", "completion tokens", "time", "cost"):
        table.add_column(title, justify="right")
    for stage in plan["stages"]:
        expected = count(stage["count"])
        table.add_row(
            stage["stage"],
            f"{expected} {stage['unit']}" if expected != NONE else NONE,
            count(stage["most"]),
            count(stage["prompt_tokens"] or None),
            count(stage["completion_tokens"] or None),
            duration(stage["seconds"]),
            _cost(stage["cost"]),
        )
    return table


def _shares(found: dict[str, dict[str, float]]) -> str:
    """``self 44 % (28 to 61), gold 56 % (39 to 72)``."""
    return ", ".join(
        f"{name} {100 * s['value']:.0f} % ({100 * s['low']:.0f} to {100 * s['high']:.0f})"
        for name, s in found.items()
    )


def _line(stage: dict[str, Any]) -> str:
    parts = [f"{count(stage['count'])} {stage['unit']}" if stage["count"] is not None else ""]
    if stage["most"] is not None:
        parts.append(f"at most {count(stage['most'])}" + ("" if parts[0] else f" {stage['unit']}"))
    for key in ("prompt_tokens", "completion_tokens"):
        if stage[key]:
            parts.append(f"{count(stage[key])} {key.replace('_', ' ')}")
    if stage["seconds"] is not None:
        parts.append(duration(stage["seconds"]))
    if stage["cost"]:
        parts.append(f"cost {_cost(stage['cost'])}")
    return f"{stage['stage']}: " + ", ".join(part for part in parts if part)


def _cost(cost: float | None) -> str:
    """In the currency of the recipe's prices; nothing where there are none."""
    return f"{cost:,.2f}" if cost and cost >= 1 else f"{cost:.2g}" if cost else NONE
