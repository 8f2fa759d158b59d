"""The report for people: a page, Markdown, and a table for the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import Environment, PackageLoader

from ..atomic import atomic_text
from ..evaluate import BASE
from ..recipe import point_name
from ..text import cell, count, duration, fence, nats, number, signed
from ._axes import CANVAS
from ._figures import forgetting, losses

if TYPE_CHECKING:
    from rich.table import Table

SHADES = 4
"""Colours of the style sheet for rungs with a prompt of their own."""


def write(report: dict[str, Any], run_dir: Path) -> list[Path]:
    """Write ``report.json``, ``report.md`` and ``report.html``, each whole or not at all.

    The page needs nothing but itself: no script, no font, no network.
    """
    texts = {
        "report.json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "report.md": _render("report.md.j2", report, escape=False),
        "report.html": _render("report.html.j2", report, escape=True),
    }
    paths = []
    for name, text in texts.items():
        atomic_text(run_dir / name, text, errors="replace")
        paths.append(run_dir / name)
    return paths


def summary_table(report: dict[str, Any]) -> Table:
    """The headline: target, change, mean drop and benchmarks; a column for base and each method."""
    from rich.table import Table
    from rich.text import Text

    results = report["results"]
    table = Table("")
    for method in results:
        table.add_column(Text(method), justify="right")
    targets = [result["target"] for result in results.values()]
    table.add_row("target %", *(number(target and target["score"]) for target in targets))
    table.add_row("  change", *(signed(target and target["change"]) for target in targets))
    drops = (number(result["mean_drop"]) for result in results.values())
    table.add_row("mean drop", *drops, end_section=True)
    for name in report["benchmarks"]:
        scores = [result["benchmarks"][name] for result in results.values()]
        table.add_row(Text(name), *(number(score and score["score"]) for score in scores))
    return table


def _render(template: str, report: dict[str, Any], *, escape: bool) -> str:
    environment = Environment(
        loader=PackageLoader("s3ft.report", "."),
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["settings"] = point_name
    for function in (number, signed, nats, count, duration, cell, fence):
        environment.filters[function.__name__] = function
    return environment.get_template(template).render(
        shown=_richest(report["mixture"]),
        report=report,
        base=BASE,
        tones=_tones(report["rungs"]),
        canvas=CANVAS,
        forgetting=forgetting(report),
        losses=losses(report),
        recipe=yaml.safe_dump(report["recipe"], sort_keys=False, allow_unicode=True),
    )


def _tones(rungs: list[dict[str, Any]]) -> dict[str, str]:
    """The class of colour of each source: own answers, gold, and prompted ones by their number."""
    prompted = [rung["name"] for rung in rungs if rung["kind"] == "prompted"]
    shades = {name: f"p{number % SHADES}" for number, name in enumerate(prompted)}
    return {"dropped": "dropped", **{r["name"]: r["kind"] for r in rungs}, **shades}


def _richest(mixtures: dict[str, Any]) -> dict[str, Any]:
    """The mixture with the most rungs that were used: its examples show what the others' do."""
    found = max(mixtures, key=lambda method: len(mixtures[method]["examples"]), default=None)
    return {} if found is None else {found: mixtures[found]}
