"""What a run came to: one JSON, and the same as a page, as Markdown and as a table."""

from ._build import build
from ._plan import plan_lines, plan_table
from ._plots import frontier
from ._render import summary_table, write
from ._svg import style, to_svg

__all__ = [
    "build",
    "frontier",
    "plan_lines",
    "plan_table",
    "style",
    "summary_table",
    "to_svg",
    "write",
]
