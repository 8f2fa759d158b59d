"""The frontier as a figure: accuracy against mean drop, a line for each method, a point a rate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

import s3ft
from s3ft.report import _figures as layout

TEMPLATES = (Path(__file__).parent, Path(s3ft.__file__).parent / "report")


def frontier(curves: Mapping[str, Any]) -> str:
    """One target's curves as SVG; each begins at the base and goes on from the lowest rate up."""
    base = (0.0, curves["base"].value)
    lines = {
        method: [base, *((p["drop"].value, p["accuracy"].value) for p in curve["points"])]
        for method, curve in curves["methods"].items()
    }
    every = [point for points in lines.values() for point in points]
    x = layout.axis([drop for drop, _ in every], layout.LEFT, layout.WIDTH - layout.RIGHT)
    y = layout.axis([right for _, right in every], layout.HEIGHT - layout.BOTTOM, layout.TOP)
    drawn = [
        {
            "label": method,
            "series": number,
            "points": [(x(drop), y(right)) for drop, right in points],
        }
        for number, (method, points) in enumerate(lines.items(), 1)
    ]
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    template = environment.get_template("_headline_figure.svg.j2")
    return template.render(plot={"x": x, "y": y}, figure=layout, lines=drawn)
