"""Where rows come from: files, the Hub, an embedded world, or memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ..embedded import EmbeddedWorld, embedded
from ..errors import InputError
from ..recipe import Data
from ._files import is_file, rows
from ._hub import dataset_rows, hub_rows
from ._row import Row, Rows


def open_split(data: Data, split: Literal["train", "test"]) -> tuple[str, Rows]:
    """What messages call the source of a split, and its rows.

    Raises:
        InputError: the recipe names no such source; in its rows, what their reader raises.
    """
    chosen = data.train if split == "train" else data.test
    if chosen is None:
        raise InputError("data.test", "is not set", "Name a split, or a file of its own.")
    if split == "test" and is_file(chosen):
        return chosen, rows(chosen)
    if (world := embedded(data.path)) is not None:
        return f"{data.path} {chosen}", _embedded(world, data, chosen)
    if not is_file(data.path):
        return f"{data.path} {chosen}", hub_rows(data, chosen, f"data.{split}")
    if split == "test":
        problem = f"{chosen!r} is no file, and {data.path} is one file without splits"
        raise InputError("data.test", problem, "Give the path of the test file.")
    return data.path, rows(data.path)


def _embedded(world: EmbeddedWorld, data: Data, split: str) -> Rows:
    yield from in_memory(world.rows(data.name, split), f"{data.path} {split}")


def in_memory(rows: Iterable[Mapping[str, Any]], name: str) -> Rows:
    """Rows held in memory, as those of a file; what is no row is an error in its stead."""
    for number, row in enumerate(dataset_rows(rows), 1):
        if isinstance(row, Mapping):
            yield Row(f"{name}: row ", number, dict(row))
        else:
            problem = f"is of type {type(row).__name__}, not a mapping of columns to values"
            remedy = "Of a table of pandas, give table.to_dict('records')."
            yield InputError(f"{name}: row {number}", problem, remedy)
