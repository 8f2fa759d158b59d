"""The report for people: a page, Markdown, figures as files, and a table for the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import Environment, PackageLoader

from ..atomic import atomic_text
from ..compare import Comparison, lines
from ..evaluate import BASE, TARGET
from ..recipe import point_name
from ..stats import Estimate
from ..text import (
    cell,
    count,
    duration,
    fence,
    nats,
    number,
    p_value,
    ranged,
    signed,
    signed_range,
)
from ._changed import changed
from ._palette import ALL, model_colours, source_colours, style_sheet
from ._plots import Plot, comparison_plots, plots
from ._tables import Cell, comparison_drops, comparison_rows, drops, estimate, result_rows

if TYPE_CHECKING:
    from rich.table import Table

FIGURES = "figures"
"""The folder in a run in which the report's figures lie as files."""


def write(report: dict[str, Any], run_dir: Path) -> list[Path]:
    """Write ``report.json``, ``report.md``, ``report.html`` and ``figures/*.svg``, each whole or
    not at all.

    The page needs nothing but itself: no script, no font, no network.
    """
    drawn = plots(report)
    texts = {
        "report.json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "report.md": _render("report.md.j2", report, drawn, escape=False),
        "report.html": _render("report.html.j2", report, drawn, escape=True),
        **{f"{FIGURES}/{name}.svg": plot.svg for name, plot in drawn.items()},
    }
    if drawn:
        (run_dir / FIGURES).mkdir(exist_ok=True)
    paths = []
    for name, text in texts.items():
        atomic_text(run_dir / name, text, errors="replace")
        paths.append(run_dir / name)
    for figure in (run_dir / FIGURES).glob("*.svg"):
        if figure.stem not in drawn:  # of an earlier report, on other methods
            figure.unlink()
    return paths


def summary_table(report: dict[str, Any]) -> Table:
    """The headline: target, mean drop and benchmarks; a column for base and each method.

    A method's cell is its score and the difference from the base in points, in brackets the 95 %
    interval where the two were compared.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table("")
    methods = list(report["results"])
    for method in methods:
        table.add_column(Text(method), justify="right")
    for row in (rows := result_rows(report)):
        cells = (_score(row.cells.get(method)) for method in methods)
        table.add_row(Text("target %" if row.task == TARGET else row.task), *cells)
        if row.task == TARGET:
            lost = drops(report)
            table.add_row(
                "mean drop",
                *(_drop(lost[m][0]) if m in lost else "–" for m in methods),
                end_section=len(rows) > 1,
            )
    return table


def _score(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    score = number(cell.score)
    return score if cell.change is None else f"{score} {_change(cell.change)}"


def _change(value: Estimate | float | None) -> str:
    return signed_range(value) if isinstance(value, Estimate) else signed(value)


def _drop(value: Estimate | float | None) -> str:
    return ranged(value) if isinstance(value, Estimate) else number(value)


def _is_told(value: Estimate | float) -> bool:
    return isinstance(value, Estimate) and (value.low > 0 or value.high < 0)


def _environment(*, escape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("s3ft.report", "."),
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["settings"] = point_name
    environment.filters["change"] = _change
    environment.filters["drop"] = _drop
    environment.filters["is_told"] = _is_told
    environment.filters["share"] = lambda value: f"{value:.2f}"
    environment.filters["p"] = p_value
    for function in (estimate, number, nats, count, duration, cell, fence):
        environment.filters[function.__name__] = function
    environment.globals["palette"] = ALL
    environment.globals["style_sheet"] = style_sheet()
    return environment


def _render(template: str, report: dict[str, Any], drawn: dict[str, Plot], *, escape: bool) -> str:
    sources = source_colours(report["rungs"])
    return (
        _environment(escape=escape)
        .get_template(template)
        .render(
            shown=_richest(report["mixture"]),
            report=report,
            base=BASE,
            target=TARGET,
            methods=[name for name, result in report["results"].items() if name != BASE],
            rows=result_rows(report),
            drops=drops(report),
            plots=drawn,
            colours=model_colours(report["methods"]),
            tones={name: colour.name for name, colour in sources.items()},
            spent=_totals(report["spent"]),
            recipe=yaml.safe_dump(report["recipe"], sort_keys=False, allow_unicode=True),
        )
    )


def comparison_page(found: Comparison) -> str:
    """A comparison as a page that needs nothing but itself, against its first reference."""
    comparison, reference = found.to_dict(), found.references[0]
    names = [one.name for one in found.contenders if one.name != reference]
    return (
        _environment(escape=True)
        .get_template("comparison.html.j2")
        .render(
            comparison=comparison,
            base=reference,
            methods=names,
            sentences=list(lines(found)),
            rows=comparison_rows(comparison, reference),
            drops=comparison_drops(comparison, reference),
            plots=comparison_plots(comparison, reference),
            colours=model_colours(names),
            changed=changed(found.contenders, reference),
        )
    )


def _totals(spent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each stage cost in all, in the order in which they began, and everything."""
    stages: dict[str, dict[str, Any]] = {}
    for row in spent:
        total = stages.setdefault(
            row["stage"], {"stage": row["stage"], "tokens": 0, "seconds": 0.0}
        )
        total["tokens"] += row["tokens"]
        total["seconds"] += row["seconds"]
    whole = {
        "stage": "in all",
        "tokens": sum(total["tokens"] for total in stages.values()),
        "seconds": sum(total["seconds"] for total in stages.values()),
    }
    return [*stages.values(), whole] if stages else []


def _richest(mixtures: dict[str, Any]) -> dict[str, Any]:
    """The mixture with the most rungs that were used: its examples show what the others' do."""
    methods = reversed(mixtures)  # of equal ones the last: it is the one that is argued for
    found = max(methods, key=lambda method: len(mixtures[method]["examples"]), default=None)
    return {} if found is None else {found: mixtures[found]}
