"""A grid of training settings, and how its points are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

Point = dict[str, Any]
"""Values by the key paths of a recipe: ``{"train.learning_rate": 2e-4}``."""


def points(grid: Mapping[str, Sequence[Any]]) -> list[Point]:
    """Every combination of the values, in their order; of no grid none."""
    if not grid:
        return []
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def point_name(point: Point) -> str:
    """``learning_rate=0.0002,epochs=3``, which names a folder and labels a figure."""
    return ",".join(f"{key.removeprefix('train.')}={_text(v)}" for key, v in point.items())


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
