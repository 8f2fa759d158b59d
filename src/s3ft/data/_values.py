"""Values as JSON has them: what cannot be kept in a record is found while its place is known."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from collections.abc import Mapping
from typing import Any


class BadValue(ValueError):
    """A value that is wrong: the column and what lies in it, what is wrong, and what to do.

    A reader puts one into the cell that it cannot read; it is raised where the cell is asked for.
    """

    def __init__(self, column: str, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.column, self.problem, self.remedy = column, problem, remedy


def plain(value: Any, column: str) -> Any:
    """The value as JSON has it: dates and decimals become text, NumPy's values Python's.

    Raises:
        BadValue: NaN or infinity, half a surrogate pair, a type that JSON does not have, or one
            that a reader left in the cell.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return _text(value, column)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadValue(column, f"is {value}", "Give a number, or null where there is none.")
        return float(value)
    if isinstance(value, Mapping):
        return {
            _text(str(key), column): plain(inner, f"{column}.{key}") for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(inner, f"{column}[{index}]") for index, inner in enumerate(value)]
    if missing(value):
        raise BadValue(column, f"is {value}", "Give a value, or null where there is none.")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, BadValue):
        raise value
    if hasattr(value, "tolist"):  # a NumPy array or scalar
        return plain(value.tolist(), column)
    remedy = "Leave the column out, or store it as text."
    raise BadValue(column, f"is of type {type(value).__name__}, which records cannot hold", remedy)


def missing(value: Any) -> bool:
    """Whether it stands for no value: null, and what pandas writes for it (NaN, NaT, NA)."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NaTType", "NAType")


def holds_nothing(value: Any) -> bool:
    """Whether there is nothing in it at any depth, as where Parquet gives all rows all keys."""
    if isinstance(value, str):
        return value.strip() in ("", "[]", "{}", "null")  # some data sets keep JSON as text
    if isinstance(value, Mapping):
        return all(map(holds_nothing, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(holds_nothing, value))
    return missing(value)


def _text(value: str, column: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            half = f"\\u{ord(value[error.start]):04x}"
            problem = f"has half a character, the lone surrogate {half}, at position {error.start}"
            raise BadValue(column, problem, "Write the whole character.") from None
    return value
