"""Where rows come from: files, the Hub, an embedded world, or memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from ..embedded import EmbeddedWorld, embedded
from ..errors import InputError
from ..recipe import Data
from ._files import is_file, rows
from ._hub import dataset_rows, hub_rows
from ._row import Row, Rows
from ._split import TRAIN


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a split come from.

    Args:
        name: what messages call it.
        open: its rows, from the first; they may be read twice.
        part: of it, that the split is, where `data.split` cuts it.
    """

    name: str
    open: Callable[[], Rows]
    part: str | None = None


def source_of(data: Data, split: Literal["train", "test"]) -> Source:
    """The source of a split.

    Raises:
        InputError: the recipe names no such source.
    """
    chosen = data.train if split == "train" else data.test
    if chosen is None:
        raise InputError("data.test", "is not set", "Name a split, or a file of its own.")
    if data.split is not None and (split == "train" or chosen in data.split.shares):
        part = TRAIN if split == "train" else chosen
        whole = _source(data, data.train, "train")
        return Source(f"{whole.name} ({part})", whole.open, part)
    return _source(data, chosen, split)


def _source(data: Data, chosen: str, split: Literal["train", "test"]) -> Source:
    if split == "test" and is_file(chosen):
        return Source(chosen, partial(rows, chosen))
    if (world := embedded(data.path)) is not None:
        return Source(f"{data.path} {chosen}", partial(_embedded, world, data, chosen))
    if not is_file(data.path):
        return Source(f"{data.path} {chosen}", partial(hub_rows, data, chosen, f"data.{split}"))
    if split == "test":
        problem = f"{chosen!r} is no file, and {data.path} is one file without splits"
        remedy = (
            "Give the path of the test file, or cut this one, such as by "
            "data.split={by: title, test: 0.2}."
        )
        raise InputError("data.test", problem, remedy)
    return Source(data.path, partial(rows, data.path))


def _embedded(world: EmbeddedWorld, data: Data, split: str) -> Rows:
    yield from in_memory(world.each_row(data.name, split), f"{data.path} {split}")


def in_memory(rows: Iterable[Mapping[str, Any]], name: str) -> Rows:
    """Rows held in memory, as those of a file; what is no row is an error in its stead."""
    for number, row in enumerate(dataset_rows(rows), 1):
        if isinstance(row, Mapping):
            yield Row(f"{name}: row ", number, dict(row))
        else:
            problem = f"is of type {type(row).__name__}, not a mapping of columns to values"
            remedy = "Of a table of pandas, give table.to_dict('records')."
            yield InputError(f"{name}: row {number}", problem, remedy)
