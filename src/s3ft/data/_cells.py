"""One row's values, by the names of its columns or by paths into them: ``answers.text``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ._values import BadValue, missing, plain


class Cells:
    """A row. A value that JSON cannot hold is wrong only where it is asked for.

    A name is a column, or a column and the way into it, with dots between: ``answers.text``. A step
    goes to a key, or by a number to an item of a list (``turns.0.text``); a key also goes to those
    of all items. A column of that very name, dots and all, comes first.
    """

    def __init__(self, row: Mapping[Any, Any]) -> None:
        self._row = {str(name): value for name, value in row.items()}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have a name."""
        return tuple(name for name in self._row if name)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, and the ways into those that hold keys."""
        inside = [f"{name}.{key}" for name, value in self._row.items() for key in _keys(value)]
        return (*self.columns, *inside)

    def get(self, name: str) -> Any:
        """The value as JSON has it; None where it is null or is not there.

        Raises:
            BadValue: JSON has no such value.
        """
        return _plain(self._find(name), name)

    def has(self, name: str) -> bool:
        """Whether there is a value, be it a wrong one."""
        return not missing(self._find(name))

    def empty(self, name: str) -> bool:
        """Whether there is no value, or a text without a character."""
        return not self.has(name) or self._find(name) == ""

    def present(self, name: str) -> Any:
        """The value as JSON has it; a BadValue where there is none."""
        value = self.get(name)
        if value is None:
            inside = "" if name in self._row else ", ".join(_keys(self._row.get(self.root(name))))
            remedy = f"Inside {self.root(name)!r} there is: {inside}." if inside else ""
            raise BadValue(name, "is null" if name in self._row else "is missing", remedy)
        if isinstance(value, str) and not value.strip():
            raise BadValue(name, "is empty")
        return value

    def root(self, name: str) -> str:
        """The column that a name leads into; "" where there is none."""
        return root(name, self._row)

    def others(self, used: Collection[str]) -> tuple[dict[str, Any], dict[str, str]]:
        """The values of all columns but those used, and why others are left out."""
        held, left_out = {}, {}
        for name, value in self._row.items():
            if name not in used:
                try:
                    held[name] = _plain(value, name)
                except BadValue as error:
                    left_out[name] = error.problem
        return held, left_out

    def _find(self, name: str) -> Any:
        if name in self._row:
            return self._row[name]
        column = self.root(name)
        if not column:
            return None
        value = self._row[column]
        for step in name[len(column) + 1 :].split("."):
            value = _step(value, step)
        return value


def root(name: str, columns: Iterable[str]) -> str:
    """The longest of the columns that a name is, or leads into; "" where there is none."""
    leading = (column for column in columns if column and f"{name}.".startswith(f"{column}."))
    return max(leading, key=len, default="")


def _step(value: Any, step: str) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, (list, tuple)):
        if not step.isdecimal():
            return [_step(item, step) for item in value]
        return value[int(step)] if int(step) < len(value) else None
    return value if isinstance(value, BadValue) else None


def _keys(value: Any) -> list[str]:
    return [str(key) for key in value] if isinstance(value, Mapping) else []


def _plain(value: Any, name: str) -> Any:
    try:
        return plain(value, name)
    except RecursionError:
        raise BadValue(name, "is nested too deeply") from None
