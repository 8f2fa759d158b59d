"""One source cut into parts such that no part has seen what is in another."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..errors import InputError
from ..recipe import Split
from ._cells import Cells
from ._columns import no_column
from ._row import Row, Rows
from ._values import BadValue

TRAIN = "train"
"""The part of whatever no share is kept of."""


def parts(rows: Iterable[Row | InputError], split: Split, name: str) -> dict[str, str]:
    """The part of each value of the column, once through the rows.

    Values are taken in the order of their hashes until a part has its share of the rows, so the
    parts depend on the data alone. Each gets at least one value; where there are no rows, there are
    no parts.

    Args:
        name: what messages call the rows.

    Raises:
        InputError: a row lacks the column, or there are fewer values than parts.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        if isinstance(row, Row):
            counts[value(row, split)] += 1
    values = sorted(counts, key=_hash)
    if values and len(values) <= len(split.shares):
        parts_of = f"for {len(split.shares) + 1} parts"
        problem = f"{name} has {len(values)} values of {split.by!r}, {parts_of}"
        raise InputError("data.split.by", problem, "Name a column with more values.")
    found: dict[str, str] = {}
    following = len(split.shares)
    for part, share in split.shares.items():
        wanted, taken = share * counts.total(), 0
        # As near to its share as it comes, and one value at least for each part that follows.
        while len(values) > following and (not taken or taken + counts[values[0]] / 2 <= wanted):
            taken += counts[values[0]]
            found[values.pop(0)] = part
        following -= 1
    return found | dict.fromkeys(values, TRAIN)


def part_of(rows: Rows, part: str, split: Split, known: dict[str, str]) -> Rows:
    """The rows of a part, and what is wrong with any."""
    for row in rows:
        if isinstance(row, InputError) or known[value(row, split)] == part:
            yield row


def value(row: Row, split: Split) -> str:
    """What decides a row's part, as text.

    Raises:
        InputError: the row has no such column, or nothing in it.
    """
    cells = Cells(row.values)
    if not cells.root(split.by):
        raise no_column("split.by", row.place, split.by, cells.columns, cells.names)
    try:
        found: Any = cells.present(split.by)
    except BadValue as error:
        raise InputError(f"{row.place}: {error.column}", error.problem, error.remedy) from None
    return found if isinstance(found, str) else json.dumps(found, sort_keys=True)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
