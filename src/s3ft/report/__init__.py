"""What a run came to: one JSON, and the same as a page, as Markdown and as a table."""

from ._axes import CANVAS, Axis, Canvas
from ._build import build
from ._plan import plan_lines, plan_table
from ._render import summary_table, write

__all__ = [
    "CANVAS",
    "Axis",
    "Canvas",
    "build",
    "plan_lines",
    "plan_table",
    "summary_table",
    "write",
]
