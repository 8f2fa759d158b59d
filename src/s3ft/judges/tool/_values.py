"""Calls and their arguments as JSON values, compared by type and value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_PYTHON = {"True": True, "False": False, "None": None}


class Unreadable(ValueError):
    """The text is no call of functions; the message says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. Arguments are JSON's values, numbers as ints and Decimals, or `Untyped`."""

    name: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        inner = ", ".join(f"{name}={shown(value)}" for name, value in self.arguments.items())
        return f"{self.name}({inner})"


@dataclass(frozen=True, slots=True)
class Untyped:
    """A value in a form that does not tell a text from other values, as between XML tags."""

    text: str

    def readings(self) -> list[Any]:
        """What it may be: the text itself, and the value that the text is in JSON or Python."""
        if self.text in _PYTHON:
            return [self.text, _PYTHON[self.text]]
        try:
            value = parse(self.text)
        except Unreadable:
            return [self.text]
        return [self.text] if isinstance(value, str) else [self.text, value]


def parse(text: str) -> Any:
    """The value of a JSON text, all of it."""
    value, end = parse_at(text, 0)
    if text[end:].strip():
        raise Unreadable("something follows the JSON")
    return value


def parse_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins there, after white space, and where it ends.

    Raises:
        Unreadable: there is none, a key stands twice in an object, or a number is not finite.
    """
    while start < len(text) and text[start].isspace():
        start += 1
    try:
        return _DECODER.raw_decode(text, start)
    except Unreadable:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise Unreadable("is no JSON") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("a key stands twice in an object")
    return found


def _not_finite(word: str) -> Any:
    raise Unreadable(f"{word} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Decimal, parse_constant=_not_finite
)


def equal(one: Any, other: Any, text: Callable[[str], str]) -> bool:
    """Whether two values are the same: of one type, numbers by value, the keys in any order.

    Args:
        text: the form in which texts are compared.
    """
    if isinstance(one, Untyped):
        return any(equal(reading, other, text) for reading in one.readings())
    if isinstance(other, Untyped):
        return any(equal(one, reading, text) for reading in other.readings())
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[k], other[k], text) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            equal(a, b, text) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, str) and isinstance(other, str):
        return text(one) == text(other)
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    numbers = isinstance(one, int | Decimal) and isinstance(other, int | Decimal)
    return numbers and bool(one == other)


def shown(value: Any) -> str:
    """The value for people."""
    if isinstance(value, Untyped):
        return value.text
    try:
        return json.dumps(value, ensure_ascii=False, default=float)
    except RecursionError:
        return "..."
