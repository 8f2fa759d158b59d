"""Values and messages on pipes between processes that do not trust each other.

A message is one line of JSON. A value in it is a Python literal: what JSON has stands for itself,
everything else is an object with one key, its type: ``{"tuple": [1, 2]}``. No pickle, no eval: a
reader gets plain values or `Unreadable`, whatever the other side wrote. What is no literal stays
with its owner, who may send a reference to it instead.
"""

from __future__ import annotations

import builtins
import json
import os
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from numbers import Integral
from typing import Any

MAX_BYTES = 8 * 2**20
"""A longer message is not read to its end."""
PIPE = 2**16
"""Bytes that a pipe holds."""
MAX_DEPTH = 200
"""Levels of containers inside one another."""
MAX_ITEMS = 100_000
"""An iterator is read so far; one that goes on is no value."""

_JSON_INT = 2**63
_PLAIN = re.compile(r"[<>|=][biufcSU]\d{1,6}")
"""numpy's types of what are literals."""
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class Unsendable(TypeError):
    """A value that is no literal."""


class Unreadable(Exception):
    """What came is no message: too long, no JSON, no literal. ``ended``: nothing more will come."""

    def __init__(self, why: str, *, ended: bool = False) -> None:
        super().__init__(why)
        self.ended = ended


class Named(tuple[Any, ...]):
    """A named tuple of the other side: a tuple whose items have names too."""

    _fields: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name not in self._fields:
            raise AttributeError(name)
        return self[self._fields.index(name)]

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))


def encode(value: Any, refer: Callable[[Any], Any] | None = None, depth: int = 0) -> Any:
    """The value as JSON-serialisable data; other subclasses as the literal they extend.

    Args:
        refer: says what to send for a value that is no literal.

    Raises:
        Unsendable: it holds something that is no literal, or is too deep.
    """
    if depth > MAX_DEPTH:
        raise Unsendable("a value that is too deep")
    if value is None or isinstance(value, bool | str | float):
        return value
    if isinstance(value, Integral):  # numpy's too
        value = int(value)
        return value if -_JSON_INT < value < _JSON_INT else {"int": hex(value)}

    def inner(items: Iterable[Any]) -> list[Any]:
        return [encode(item, refer, depth + 1) for item in items]

    if isinstance(value, list):
        return inner(value)
    if isinstance(value, dict):
        pairs = [inner(pair) for pair in value.items()]
        if isinstance(value, defaultdict):
            return {"defaultdict": [*inner([value.default_factory]), pairs]}
        return {next(kind.__name__ for kind in _DICTS if isinstance(value, kind)): pairs}
    if isinstance(value, tuple) and isinstance(fields := getattr(value, "_fields", None), tuple):
        return {"named": [list(map(str, fields)), inner(value)]}
    for container in (tuple, frozenset, set):
        if isinstance(value, container):
            return {container.__name__: inner(value)}
    if isinstance(value, deque):
        return {"deque": [inner(value), value.maxlen]}
    if isinstance(value, bytes | bytearray):
        return {type(value).__name__: value.hex()}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, range):
        return {"range": inner((value.start, value.stop, value.step))}
    if isinstance(value, Fraction):
        return {"fraction": inner((value.numerator, value.denominator))}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date | time):
        kind = (
            datetime if isinstance(value, datetime) else date if isinstance(value, date) else time
        )
        return {kind.__name__: value.isoformat()}
    if isinstance(value, timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if numpy := sys.modules.get("numpy"):
        if isinstance(value, numpy.generic):
            return encode(value.item(), refer, depth + 1)
        if isinstance(value, numpy.ndarray) and _PLAIN.fullmatch(value.dtype.str):
            return {"array": [value.dtype.str, list(value.shape), inner(value.ravel().tolist())]}
    if isinstance(value, Iterator):
        items = inner(islice(value, MAX_ITEMS + 1))
        if len(items) > MAX_ITEMS:
            raise Unsendable("an iterator that goes on")
        return {"iterator": items}
    if isinstance(value, type) and value in _TYPES.values():
        return {"type": value.__name__}
    if refer is None:
        raise Unsendable(f"a value of type {type(value).__name__}, which is no literal")
    return refer(value)


def _array(kind: str, shape: list[int], items: Iterable[Any]) -> Any:
    import numpy

    if not _PLAIN.fullmatch(kind):
        raise Unreadable("an array of objects")
    return numpy.array(list(items), dtype=kind).reshape(shape)


def _named(fields: Iterable[str], items: Iterable[Any]) -> Named:
    made = Named(items)
    made._fields = tuple(fields)
    return made


_DICTS: tuple[type[dict[Any, Any]], ...] = (Counter, OrderedDict, dict)
_TYPES = {name: value for name, value in vars(builtins).items() if isinstance(value, type)}
_MAKE: dict[str, Callable[[Any], Any]] = {
    "int": lambda text: int(text, 16),
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "complex": lambda parts: complex(*map(float, parts)),
    "range": lambda parts: range(*map(decode, parts)),
    "fraction": lambda parts: Fraction(*map(decode, parts)),
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "type": _TYPES.__getitem__,
}
_CONTAINERS: dict[str, Callable[[Iterable[Any]], Any]] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "iterator": lambda items: iter(list(items)),
}
_OF_PAIRS: dict[str, Callable[[Iterable[Any]], Any]] = {
    "dict": dict,
    "OrderedDict": OrderedDict,
    "Counter": lambda pairs: Counter(dict(pairs)),
}


def decode(
    data: Any, referred: dict[str, Callable[[Any], Any]] | None = None, depth: int = 0
) -> Any:
    """The value that `encode` made the data from.

    Args:
        referred: says for each kind of reference what it stands for.

    Raises:
        Unreadable: it made none such.
    """
    if not isinstance(data, list | dict):
        return data
    if depth > MAX_DEPTH:
        raise Unreadable("a value that is too deep")

    def inner(items: Iterable[Any]) -> Iterator[Any]:
        return (decode(item, referred, depth + 1) for item in items)

    if isinstance(data, list):
        return list(inner(data))
    try:
        ((kind, content),) = data.items()
        if kind in _OF_PAIRS:
            return _OF_PAIRS[kind](tuple(inner(pair)) for pair in content)
        if kind in _CONTAINERS:
            return _CONTAINERS[kind](inner(content))
        if kind == "defaultdict":
            factory, pairs = content
            (made,) = inner([factory])
            return defaultdict(made, (tuple(inner(pair)) for pair in pairs))
        if kind == "named":
            fields, items = content
            return _named(fields, inner(items))
        if kind == "deque":
            items, limit = content
            return deque(inner(items), limit)
        if kind == "array":
            dtype, shape, items = content
            return _array(dtype, shape, inner(items))
        if referred and kind in referred:
            return referred[kind](content)
        return _MAKE[kind](content)
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


def receive(descriptor: int, limit: int = MAX_BYTES) -> dict[str, Any]:
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
        if length > limit:
            raise Unreadable("a message that is too long")
    try:
        message = json.loads(b"".join(parts))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"a message that is no JSON ({type(error).__name__})") from None
    if not isinstance(message, dict):
        raise Unreadable("a message that is no object")
    return message
