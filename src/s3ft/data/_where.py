"""Which rows the recipe keeps."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from ..errors import InputError
from ..recipe import Data
from ._cells import Cells, root
from ._columns import no_column
from ._row import Row, Rows
from ._values import BadValue

SEEN = 5
"""Values of a column that a message names."""


class Where:
    """The recipe's filters, which remember what they saw, for when they keep nothing."""

    def __init__(self, data: Data) -> None:
        self._wanted, self._max_chars = data.where, data.max_chars
        self._columns: dict[str, None] = {}
        self._values: dict[str, dict[str, None]] = {column: {} for column in self._wanted}
        self._too_long: Counter[str] = Counter()

    def kept(self, rows: Rows) -> Rows:
        """The rows that are kept, and what is wrong with any.

        Raises:
            InputError: a row has no such column as `data.max_chars` names.
        """
        if not self._wanted and not self._max_chars:
            yield from rows
            return
        for row in rows:
            if isinstance(row, InputError) or self._keeps(row):
                yield row

    def _keeps(self, row: Row) -> bool:
        cells = Cells(row.values)
        return self._has_the_values(cells) and self._fits(cells, row.place)

    def _fits(self, row: Cells, place: str) -> bool:
        for column, limit in self._max_chars.items():
            if not row.root(column):
                raise no_column("max_chars", place, column, row.columns, row.names)
            value = _value(row, column)
            if isinstance(value, str) and len(value) > limit:
                self._too_long[column] += 1
                return False
        return True

    def _has_the_values(self, row: Cells) -> bool:
        for column, wanted in self._wanted.items():
            value = _value(row, column)
            if not _same(value, wanted):
                self._columns.update(dict.fromkeys(row.columns))
                seen = self._values[column]
                if row.root(column) and len(seen) < SEEN:
                    seen[repr(value)[:40]] = None
                return False
        return True

    def nothing(self, name: str) -> InputError:
        """Why no row was kept."""
        if self._too_long:
            column, count = self._too_long.most_common(1)[0]
            problem = (
                f"{count:,} rows of {name} have more than {self._max_chars[column]:,} characters"
            )
            return InputError(f"data.max_chars.{column}", problem, "No row is left: raise it.")
        if not self._columns:
            return InputError(name, "has no rows", "It needs at least one.")
        for column in self._wanted:
            if not root(column, self._columns):
                return no_column("where", name, column, self._columns)
        wanted = ", ".join(f"{column}={value!r}" for column, value in self._wanted.items())
        seen = "; ".join(f"{column}: {', '.join(v)}" for column, v in self._values.items() if v)
        return InputError("data.where", f"no row of {name} has {wanted}", f"Seen there: {seen}.")


def _value(row: Cells, column: str) -> Any:
    try:
        return row.get(column)
    except BadValue as error:  # equal to nothing that a recipe can name
        return error


def _same(cell: Any, wanted: str | int | float | bool) -> bool:
    """Equal, where true is not 1; a cell of text also equals the number that it spells (CSV)."""
    if isinstance(cell, str) and not isinstance(wanted, str):
        return cell.lower() == json.dumps(wanted)
    return bool(cell == wanted) and isinstance(cell, bool) == isinstance(wanted, bool)
