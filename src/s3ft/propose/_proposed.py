"""What is proposed: a key of a recipe, its value, and the reason."""

from __future__ import annotations

from typing import Any, NamedTuple

Row = dict[str, Any]


class Proposed(NamedTuple):
    """A key such as ``data.prompt``, its value, and why it has that one (may be empty)."""

    key: str
    value: Any
    why: str = ""
