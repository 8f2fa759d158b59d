"""Which rows the recipe keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import InputError
from ._cells import Cells, root
from ._columns import no_column
from ._values import BadValue

SEEN = 5
"""Values of a column that a message names."""


class Where:
    """The recipe's filter, which remembers what it saw, for when it keeps nothing."""

    def __init__(self, wanted: Mapping[str, str | int | float | bool]) -> None:
        self._wanted = wanted
        self._columns: dict[str, None] = {}
        self._values: dict[str, dict[str, None]] = {column: {} for column in wanted}

    def keeps(self, row: Cells) -> bool:
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
