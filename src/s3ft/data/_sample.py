"""Which of the rows are used, and in which order: shuffling, limits, and the unanswerable share."""

from __future__ import annotations

import hashlib
import heapq
import math
import sys
from collections import Counter

from ..errors import InputError
from ..recipe import Data
from ._cells import Cells
from ._row import Row, Rows
from ._values import BadValue

ANSWERABLE = "answerable"
"""The column that says whether a row has an answer, as the judge `qa` reads it."""

_Kept = list[tuple[int, int, Row]]
"""A heap of rows, that with the greatest key on top: minus the key, minus the position, the row."""


def sample(rows: Rows, data: Data, limit: int | None, name: str) -> Rows:
    """The rows in the recipe's order, of which so many are unanswerable as it says.

    Without a share and a seed they pass through. What is wrong with a row passes through always.

    Args:
        limit: the most rows; of what is held in memory it is the most, too.
        name: what messages call the rows.

    Raises:
        InputError: a row does not say whether it has an answer, or none of a kind is there.
    """
    if data.shuffle is None and data.unanswerable is None:
        return rows
    return _sampled(rows, data, limit, name)


def _sampled(rows: Rows, data: Data, limit: int | None, name: str) -> Rows:
    share = data.unanswerable
    quota = _quota(limit, share)
    kept: dict[bool, _Kept] = {True: [], False: []}
    seen: Counter[bool] = Counter()
    for position, row in enumerate(rows):
        if isinstance(row, InputError):
            yield row
            continue
        kind = True if share is None else _has_answer(row)
        seen[kind] += 1
        if not quota[kind]:
            continue
        key = position if data.shuffle is None else _key(row, data.shuffle)
        item = (-key, -position, row)
        if len(kept[kind]) < quota[kind]:
            heapq.heappush(kept[kind], item)
        else:
            heapq.heappushpop(kept[kind], item)
    ordered = {
        kind: [(-key, -position, row) for key, position, row in sorted(heap, reverse=True)]
        for kind, heap in kept.items()
    }
    if share is not None and seen:
        for kind, part in ((True, 1 - share), (False, share)):
            if part and not seen[kind]:
                problem = f"{name} has no row whose {ANSWERABLE} is {str(kind).lower()}"
                raise InputError("data.unanswerable", problem, "Leave data.unanswerable out.")
        ordered = _in_shares(ordered, share)
    yield from (row for _, _, row in heapq.merge(*ordered.values()))


def _quota(limit: int | None, share: float | None) -> dict[bool, int]:
    """The most rows with and without an answer."""
    if limit is None:
        return {True: sys.maxsize if share != 1 else 0, False: sys.maxsize if share else 0}
    without = round(limit * (share or 0))
    return {True: limit - without, False: without}


def _in_shares(ordered: dict[bool, _Kept], share: float) -> dict[bool, _Kept]:
    """As many rows of both kinds as are in the share."""
    shares = {True: 1 - share, False: share}
    total = math.ceil(min(len(ordered[kind]) / of for kind, of in shares.items() if of)) + 1
    quota = _quota(total, share)
    while any(quota[kind] > len(ordered[kind]) for kind in ordered):
        quota = _quota(total := total - 1, share)
    return {kind: rows[: quota[kind]] for kind, rows in ordered.items()}


def _has_answer(row: Row) -> bool:
    try:
        found = Cells(row.values).get(ANSWERABLE)
    except BadValue:  # such as NaN
        found = None
    if not isinstance(found, bool):
        problem = f"{row.place} has no column {ANSWERABLE!r} that is true or false"
        remedy = "A data.layout of questions gives it."
        raise InputError("data.unanswerable", problem, remedy)
    return found


def _key(row: Row, seed: int) -> int:
    """Where the row comes: by its place, so that filters do not change the order of the others."""
    return int.from_bytes(hashlib.sha256(f"{seed} {row.key}".encode()).digest()[:8])
