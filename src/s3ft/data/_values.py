"""Values as JSON has them: what cannot be kept in a record is found while its place is known."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any


class BadValue(ValueError):
    """A value that is wrong: the column and what lies in it, what is wrong, and what to do."""

    def __init__(self, column: str, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.column, self.problem, self.remedy = column, problem, remedy


def plain(value: Any, column: str) -> Any:
    """The value as JSON has it: dates and decimals become text, NumPy's values Python's.

    Raises:
        BadValue: NaN or infinity, half a surrogate pair, or a type that JSON does not have.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return _text(value, column)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadValue(column, f"is {value}", "Give a number, or null where there is none.")
        return float(value)
    if isinstance(value, dict):
        return {
            _text(str(key), column): plain(inner, f"{column}.{key}") for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(inner, f"{column}[{index}]") for index, inner in enumerate(value)]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if hasattr(value, "tolist"):  # a NumPy array or scalar
        return plain(value.tolist(), column)
    remedy = "Leave the column out, or store it as text."
    raise BadValue(column, f"is of type {type(value).__name__}, which records cannot hold", remedy)


def _text(value: str, column: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            half = f"\\u{ord(value[error.start]):04x}"
            problem = f"has half a character, the lone surrogate {half}, at position {error.start}"
            raise BadValue(column, problem, "Write the whole character.") from None
    return value
