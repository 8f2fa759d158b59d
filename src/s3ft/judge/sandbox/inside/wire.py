"""Values and messages on pipes between processes that do not trust each other.

A message is one line of JSON. A value in it is a Python literal: what JSON has stands for itself,
everything else is an object with one key, its type: ``{"tuple": [1, 2]}``. No pickle, no eval: a
reader gets plain values or `Unreadable`, whatever the other side wrote.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from numbers import Integral
from typing import Any

MOST_BYTES = 8 * 2**20
"""A longer message is not read to its end."""
PIPE = 2**16
"""Bytes that a pipe holds."""
MOST_DEPTH = 200
"""Levels of containers inside one another."""
MOST_ITEMS = 100_000
"""An iterator is read so far; one that goes on is no value."""

_JSON_INT = 2**63
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class Unsendable(TypeError):
    """A value that is no literal."""


class Unreadable(Exception):
    """What came is no message: too long, no JSON, no literal. ``ended``: nothing more will come."""

    def __init__(self, why: str, *, ended: bool = False) -> None:
        super().__init__(why)
        self.ended = ended


def encode(value: Any, depth: int = 0) -> Any:
    """The value as JSON-serialisable data; subclasses as the literal they extend.

    Raises:
        Unsendable: it holds something that is no literal, or is too deep.
    """
    if depth > MOST_DEPTH:
        raise Unsendable("a value that is too deep")
    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, Integral):  # numpy's too
        value = int(value)
        return value if -_JSON_INT < value < _JSON_INT else {"int": hex(value)}
    deeper = depth + 1
    if isinstance(value, list):
        return [encode(item, deeper) for item in value]
    if isinstance(value, dict):
        return {"dict": [[encode(k, deeper), encode(v, deeper)] for k, v in value.items()]}
    for kind in (tuple, frozenset, set):
        if isinstance(value, kind):
            return {kind.__name__: [encode(item, deeper) for item in value]}
    if isinstance(value, bytes | bytearray):
        return {type(value).__name__: value.hex()}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, range):
        return {"range": [encode(part) for part in (value.start, value.stop, value.step)]}
    if isinstance(value, Fraction):
        return {"fraction": [encode(value.numerator), encode(value.denominator)]}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Iterator):
        items = [encode(item, deeper) for item in islice(value, MOST_ITEMS + 1)]
        if len(items) > MOST_ITEMS:
            raise Unsendable("an iterator that goes on")
        return {"iterator": items}
    raise Unsendable(f"a value of type {type(value).__name__}, which is no literal")


_MAKE: dict[str, Callable[[Any], Any]] = {
    "int": lambda text: int(text, 16),
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "complex": lambda parts: complex(*map(float, parts)),
    "range": lambda parts: range(*map(decode, parts)),
    "fraction": lambda parts: Fraction(*map(decode, parts)),
    "decimal": Decimal,
}
_CONTAINERS: dict[str, Callable[[Iterable[Any]], Any]] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "iterator": lambda items: iter(list(items)),
}


def decode(data: Any, depth: int = 0) -> Any:
    """The value that `encode` made the data from.

    Raises:
        Unreadable: it made none such.
    """
    if depth > MOST_DEPTH:
        raise Unreadable("a value that is too deep")
    if isinstance(data, list):
        return [decode(item, depth + 1) for item in data]
    if not isinstance(data, dict):
        return data
    try:
        ((kind, inner),) = data.items()
        if kind in _CONTAINERS:
            return _CONTAINERS[kind](decode(item, depth + 1) for item in inner)
        if kind == "dict":
            return {decode(k, depth + 1): decode(v, depth + 1) for k, v in inner}
        return _MAKE[kind](inner)
    except Unreadable:
        raise
    except Exception as error:  # the other side's data can be wrong in any way
        raise Unreadable(f"no literal ({type(error).__name__})") from None


def send(descriptor: int, message: dict[str, Any]) -> None:
    """Write one message.

    Raises:
        OSError: nobody reads.
    """
    data = memoryview(_to_json(message).encode() + b"\n")
    while data:
        data = data[os.write(descriptor, data) :]


def receive(descriptor: int, most: int = MOST_BYTES) -> dict[str, Any]:
    """Read one message, of which there is never more than one on its way.

    Raises:
        Unreadable: what came is none.
    """
    parts: list[bytes] = []
    length = 0
    while not parts or not parts[-1].endswith(b"\n"):
        part = os.read(descriptor, PIPE)
        if not part:
            raise Unreadable("it ended without an answer", ended=True)
        parts.append(part)
        length += len(part)
        if length > most:
            raise Unreadable("a message that is too long")
    try:
        message = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"a message that is no JSON ({type(error).__name__})") from None
    if not isinstance(message, dict):
        raise Unreadable("a message that is no object")
    return message
