"""From the recipe's data to examples: which rows are kept, and who is who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from ..errors import InputError
from ..recipe import Data
from ..records import Example, content_hash
from ._cells import Cells
from ._columns import Columns, RowParts
from ._flatten import laid_out
from ._messages import opened
from ._row import Row, Rows
from ._sample import sample
from ._sources import in_memory, source_of
from ._split import part_of, parts
from ._values import BadValue
from ._where import Where

SHOWN = 5
"""Problems that one message spells out; the others are counted."""

Note = Callable[[str], None]
"""Is told, at the end of the pass, what was left out of which column."""


def read(
    data: Data, split: Literal["train", "test"], note: Note = lambda line: None
) -> Iterator[Example]:
    """The examples of a split, in the order of its rows.

    An example's id is its own, else a hash of its prompt and completion (without the recipe's
    system message) and of the gold's reasoning where there is some. Of rows that are equal and have
    no ids, the second gets ``-2`` appended, the third ``-3``, so that no row is lost.
    With ``data.turns: all`` a row of messages gives an example for each of its answers, whose ids
    are the row's with ``:1``, ``:2`` ... behind them; limits and shares count rows.
    ``meta["gold"]`` is the list of accepted answers where the data name them. A value that records
    cannot hold, in a column that the recipe's ``data`` does not use, is left out of ``meta``.

    Yields:
        Examples as they are read, up to the first problem; the rest is then only checked.

    Raises:
        InputError: at the end of the pass, naming file, row and column of the first problem, and
            how many there are; at once where the source or a column does not exist.
    """
    limit = data.max_train if split == "train" else data.max_test
    source = source_of(data, split)
    where = Where(data)
    found = where.kept(laid_out(source.open(), data))
    if source.part is not None and data.split is not None:
        all_rows = Where(data).kept(laid_out(source.open(), data))
        found = part_of(found, source.part, data.split, parts(all_rows, data.split, source.name))
    yield from _examples(source.name, found, where, data, limit, note)


def from_rows(
    rows: Iterable[Mapping[str, Any]],
    data: Data | None = None,
    *,
    name: str = "rows",
    note: Note = lambda line: None,
) -> Iterator[Example]:
    """The examples in rows held in memory: a list of dicts, a ``datasets.Dataset``.

    Args:
        data: the layout, the columns' mapping, and what is kept in which order; its path, splits
            and limits are not looked at.
        name: what messages call these rows.

    Raises:
        InputError: as `read`.
    """
    data = data or Data(path=name)
    where = Where(data)
    found = where.kept(laid_out(in_memory(rows, name), data))
    yield from _examples(name, found, where, data, None, note)


def storable(rows: Iterable[Mapping[str, Any]], name: str, note: Note) -> Iterator[dict[str, Any]]:
    """Rows held in memory as JSON has them, without the values that it cannot hold.

    Raises:
        InputError: a row is no mapping.
    """
    left_out = _LeftOut(name)
    for row in in_memory(rows, name):
        if isinstance(row, InputError):
            raise row
        held, without = Cells(row.values).others(())
        left_out.add(without)
        yield held
    left_out.tell(note)


def _examples(
    name: str, found: Rows, where: Where, data: Data, limit: int | None, note: Note
) -> Iterator[Example]:
    problems: list[InputError] = []
    wrong = kept = 0
    ids, left_out = _Ids(data.id or "id"), _LeftOut(name)
    columns: Columns | None = None
    for row in sample(found, data, limit, name):
        if isinstance(row, Row):
            cells = Cells(row.values)
            columns = columns or Columns(data, cells, row.place)
            kept += 1
            try:
                pairs = columns.parts(cells)
                left_out.add(pairs[-1].left_out)
                id_ = ids.claim(pairs[-1], row)
                examples = [_example(id_, parts, data) for parts in pairs]
            except BadValue as error:
                row = InputError(f"{row.place}: {error.column}", error.problem, error.remedy)
        if isinstance(row, InputError):
            wrong += 1
            problems += [row] if wrong <= SHOWN else []
        elif not wrong:
            yield from examples
        if kept == limit:
            break
    if problems:
        raise _report(problems, wrong)
    if not kept:
        raise where.nothing(name)
    left_out.tell(note)


def _example(id_: str, parts: RowParts, data: Data) -> Example:
    """A pair of a row; of one that has several the ids are told apart by the answer's number."""
    return Example(
        id_ if parts.turn is None else f"{id_}:{parts.turn}",
        opened(parts.prompt, data.system),
        parts.completion,
        parts.meta,
        parts.reasoning,
        parts.calling,
    )


def _report(problems: list[InputError], wrong: int) -> InputError:
    first, *others = problems
    lines = [first.remedy] if first.remedy else []
    if others:
        lines += [f"{wrong - 1} more:", *(f"{other.where}: {other.problem}" for other in others)]
    if wrong > len(problems):
        lines.append("...")
    return InputError(first.where, first.problem, "\n  ".join(lines))


class _Ids:
    """Gives each example its id, and finds those given twice. Holds every id."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._seen: dict[str, int | str | tuple[str]] = {}
        self._copies: Counter[str] = Counter()
        self._table: str | None = None

    def claim(self, parts: RowParts, row: Row) -> str:
        self._table = self._table or row.table
        here = row.key if row.table == self._table else (row.place,)  # most rows are of one table
        if parts.id is not None:
            before = self._seen.setdefault(parts.id, here)
            if before != here:
                remedy = "Name a column of unique values under data.id, or filter with data.where."
                place = before[0] if isinstance(before, tuple) else f"{self._table}{before}"
                raise BadValue(self._column, f"{parts.id!r} is also the id of {place}", remedy)
            return parts.id
        thought = (parts.reasoning,) if parts.reasoning else ()
        digest = content_hash(parts.prompt, parts.completion, *thought)
        if self._seen.setdefault(digest, here) == here:
            return digest
        self._copies[digest] += 1
        return f"{digest}-{self._copies[digest] + 1}"


class _LeftOut:
    """What rows hold that records cannot, by column: the first reason, and in how many rows."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._why: dict[str, str] = {}
        self._rows: Counter[str] = Counter()

    def add(self, columns: Mapping[str, str]) -> None:
        self._rows.update(columns.keys())
        for column, problem in columns.items():
            self._why.setdefault(column, problem)

    def tell(self, note: Note) -> None:
        for column, problem in self._why.items():
            what = f"column {column!r}" if column else "a column"
            note(f"{self._name}: {what} is left out of {self._rows[column]:,} rows: it {problem}")
