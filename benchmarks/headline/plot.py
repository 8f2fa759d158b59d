"""The frontier as a figure: accuracy against mean drop, a line for each method, a point a rate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from s3ft.report import CANVAS


def frontier(curves: Mapping[str, Any]) -> str:
    """One target's curves as SVG; each begins at the base and goes on from the lowest rate up."""
    base = (0.0, curves["base"].value)
    lines = {
        method: [base, *((p["drop"].value, p["accuracy"].value) for p in curve["points"])]
        for method, curve in curves["methods"].items()
    }
    points = [point for line in lines.values() for point in line]
    x = CANVAS.x_axis([drop for drop, _ in points])
    y = CANVAS.y_axis([accuracy for _, accuracy in points])
    drawn = [
        {
            "label": method,
            "series": number,
            "points": [(x(drop), y(accuracy)) for drop, accuracy in line],
        }
        for number, (method, line) in enumerate(lines.items(), 1)
    ]
    loader = jinja2.ChoiceLoader(
        [jinja2.FileSystemLoader(Path(__file__).parent), jinja2.PackageLoader("s3ft.report", ".")]
    )
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    template = environment.get_template("plot.svg.j2")
    return template.render(plot={"x": x, "y": y}, canvas=CANVAS, lines=drawn)
