"""What a run came to: one JSON, and the same as a page, as Markdown and as a table."""

from ._build import build
from ._render import summary_table, write

__all__ = ["build", "summary_table", "write"]
