"""An audit as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...stats import Estimate
from .._cache import canary_line
from ._agreement import FIGURES, LABELS
from ._audit import Audit

if TYPE_CHECKING:
    from rich.console import RenderableType


def render(result: Audit) -> RenderableType:
    """The audit as tables for the terminal: the confusion, and the figures by system."""
    from rich.console import Group
    from rich.table import Table

    confusion = Table(title=f"{result.judge}: verdicts by true label")
    confusion.add_column("label")
    for label in LABELS:
        confusion.add_column(label, justify="right")
    for truth, counts in result.overall.counts.items():
        cells = [f"{counts[label]:,}" for label in LABELS]
        confusion.add_row("correct" if truth else "incorrect", *cells)
    notes = [_gold_line(result), f"{result.malformed:,} malformed rows"]
    notes += filter(None, [canary_line(result.canaries)])
    figures = Table(title="with 95 % intervals", caption="\n".join(notes))
    figures.add_column("")
    groups = {"all": result.overall, **dict(sorted(result.systems.items()))}
    for name, group in groups.items():
        figures.add_column(f"{name} ({group.rows:,})", justify="right")
    for figure in FIGURES:
        cells = [_cell(getattr(group, figure)) for group in groups.values()]
        figures.add_row(figure.replace("_", " "), *cells)
    if result.answerability is None:
        return Group(confusion, figures)
    abstaining = Table(title="questions by what the response does")
    table = result.answerability.counts
    responses = list(next(iter(table.values())))
    for column in ("question", *responses):
        abstaining.add_column(column, justify="left" if column == "question" else "right")
    for question, row in table.items():
        abstaining.add_row(question, *(f"{row[response]:,}" for response in responses))
    return Group(confusion, figures, abstaining)


def _gold_line(result: Audit) -> str:
    share = result.gold_acceptance
    if share is None:
        return "no golds to judge"
    line = f"accepts {_cell(share)} of {sum(result.golds.values()):,} golds as their own"
    return f"{line}; not {'; '.join(result.refused)}" if result.refused else line


def _cell(figure: Estimate | None) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]" if figure else "-"
