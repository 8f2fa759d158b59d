"""Matplotlib figures as SVG: as files, and as part of a page in whose colours they are drawn."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ._palette import ALL, INK, LINE, PAPER, SOFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 4.9
"""Inches: at 72 units each about as wide as a telephone's page, so that text is as large there as
the page's own."""


@contextmanager
def style() -> Iterator[None]:
    """What all figures have alike; names from recipes are no formulas, text stays text."""
    import matplotlib as mpl

    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "s3ft",
        "text.parse_math": False,
        "font.family": "sans-serif",
        "font.size": 10.5,
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.edgecolor": LINE.light,
        "axes.labelcolor": SOFT.light,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": LINE.light,
        "grid.linewidth": 0.8,
        "text.color": INK.light,
        "xtick.color": SOFT.light,
        "ytick.color": SOFT.light,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "legend.handletextpad": 0.4,
        "legend.columnspacing": 1.2,
        "figure.facecolor": PAPER.light,
        "axes.facecolor": "none",
        "figure.constrained_layout.use": True,
    }
    with mpl.rc_context(settings):
        yield


def new_figure(height: float) -> Figure:
    """An empty figure of the common width and so many inches of height; within `style`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height))


def to_svg(figure: Figure) -> str:
    """A file's text, the same for the same figure; within `style`."""
    with io.StringIO() as text:
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return text.getvalue()


def inline(svg: str, name: str, title: str) -> str:
    """The element for a page: in the page's colours, its identifiers its own.

    Args:
        title: what is read out instead.
    """
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r'\s(?:xmlns(?::xlink)?|version)="[^"]*"', "", element)
    element = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", element)
    colours = {colour.light: f"var(--{colour.name})" for colour in ALL}
    element = re.sub(r"#[0-9a-f]{6}\b", lambda found: colours.get(found[0], found[0]), element)
    return element.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
