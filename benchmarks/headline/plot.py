"""The frontier as a figure: accuracy against mean drop, a line for each method, a point a rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3ft.report import frontier as drawn
from s3ft.report import style, to_svg


def frontier(curves: Mapping[str, Any]) -> str:
    """One target's curves as SVG; each begins at the base and goes on from the lowest rate up."""
    lines = {
        method: [(point["drop"].value, point["accuracy"].value) for point in curve["points"]]
        for method, curve in curves["methods"].items()
    }
    with style():
        return to_svg(drawn(lines, base=(0.0, curves["base"].value)))
