"""What a run came to: one JSON, and the same as a page, as Markdown and as a table."""

from ._build import build
from ._comparing import frontier
from ._flat import flat_figures
from ._palette import style_sheet
from ._plan import plan_lines, plan_table
from ._render import comparison_page, summary_table, write
from ._svg import style, to_svg
from ._tables import drops, result_rows

__all__ = [
    "build",
    "comparison_page",
    "drops",
    "flat_figures",
    "frontier",
    "plan_lines",
    "plan_table",
    "result_rows",
    "style",
    "style_sheet",
    "summary_table",
    "to_svg",
    "write",
]
