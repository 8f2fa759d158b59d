"""A first look at data, before anything is mapped: rows with all their columns."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal

from ..errors import InputError
from ..recipe import Data
from ._flatten import laid_out
from ._sources import source_of
from ._where import Where


def first_rows(
    data: Data, limit: int, split: Literal["train", "test"] = "train"
) -> list[dict[str, Any]]:
    """The first rows of a split that are kept, as the layout makes them.

    Raises:
        InputError: there is no such source, a row is wrong, or none is kept.
    """
    source, where = source_of(data, split), Where(data)
    found = []
    for row in islice(where.kept(laid_out(source.open(), data)), limit):
        if isinstance(row, InputError):
            raise row
        found.append(dict(row.values))
    if not found:
        raise where.nothing(source.name)
    return found
