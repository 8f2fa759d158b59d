"""The rows of a JSONL file: whatever its line ends, compressed or not, and some of them broken."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any

from ...errors import InputError
from .._rows import MalformedRow

_FORM = "Give JSONL as UTF-8 text, as it is or compressed with gzip."
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BROKEN = (OSError, EOFError, zlib.error)

# Python refuses to read longer numbers (the conversion takes quadratic time), and no row needs
# them as numbers: a gold and an id become text anyway.
_LONGEST_INTEGER = 1000

# NaN and the infinities are no JSON; whoever writes them has no value there.
_DECODER = json.JSONDecoder(
    parse_int=lambda digits: int(digits) if len(digits) <= _LONGEST_INTEGER else digits,
    parse_constant=lambda _: None,
)
_BEGIN, _NEXT, _COLON = (re.compile(rf"\s*{mark}\s*") for mark in (r"\{", ",", ":"))


@contextlib.contextmanager
def reading(path: str | Path) -> Iterator[IO[bytes]]:
    """The file opened for reading, unpacked where it is compressed; ``-`` is standard input.

    Raises:
        InputError: it cannot be opened, or is no text.
    """
    if str(path) == "-":
        yield _text(sys.stdin.buffer, "standard input")
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; this error is of opening alone
    except OSError as error:
        remedy = "Name a JSONL file, or - for standard input."
        raise InputError(str(path), f"cannot be read: {error.strerror}", remedy) from None
    with file:
        yield _text(file, str(path))


def _text(stream: Any, name: str) -> IO[bytes]:
    """The stream, told by how it begins; nothing of it is taken."""
    try:
        head: bytes = stream.peek(len(_GZIP))
    except _BROKEN as error:
        raise InputError(name, f"cannot be read: {error}", _FORM) from None
    if head.startswith(_GZIP):
        return _text(gzip.GzipFile(fileobj=stream), name)
    if b"\0" in head:
        raise InputError(name, "is not text", _FORM)
    text: IO[bytes] = stream
    return text


def rows_of(stream: IO[bytes]) -> Iterator[Any]:
    """The rows of JSON lines; blank ones are passed over, unreadable ones are `MalformedRow`.

    A file that is one JSON list is read whole, and its items are the rows.

    Raises:
        InputError: rows are spread over several lines, or the list cannot be read.
    """
    lines = enumerate(_lines(stream), 1)
    number = 0
    try:
        number, first = next((found for found in lines if found[1].strip()), (0, b""))
        first = first.removeprefix(_BOM)
        if first.strip() == b"{":
            remedy = "Put each row on a line of its own: jq -c . FILE"
            raise InputError(_name(stream), "spreads a row over several lines", remedy)
        found: Iterable[tuple[int, bytes]] = chain([(number, first)], lines)
        if first.lstrip().startswith(b"["):
            found = list(found)
            if (items := _list([line for _, line in found], _name(stream))) is not None:
                yield from items
                return
        for number, line in found:
            if line.strip():
                yield _row(number, line)
    except _BROKEN as error:
        yield MalformedRow(f"the file breaks off after line {number}: {error}")


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    for piece in stream:
        yield from piece.splitlines()  # old Mac files have a bare carriage return


def _name(stream: IO[bytes]) -> str:
    return str(getattr(stream, "name", "the input"))


def _list(lines: list[bytes], name: str) -> list[Any] | None:
    """The items of a JSON list; None where these are lines, the first of which is no object."""
    try:
        items: list[Any] = _DECODER.decode(b"\n".join(lines).decode())
    except (ValueError, RecursionError) as error:
        if lines[0].strip() != b"[":
            return None
        raise InputError(name, f"is a list that cannot be read: {error}", _FORM) from None
    return items


def _row(number: int, line: bytes) -> Any:
    try:
        return _DECODER.decode(line.decode())
    except UnicodeDecodeError:
        return MalformedRow(f"line {number} is not UTF-8", _id_of(line))
    except (ValueError, RecursionError):
        return MalformedRow(f"line {number} is not JSON", _id_of(line))


def _id_of(line: bytes) -> str | int | None:
    """The id that stands in a broken line before the break; None where it cannot be told."""
    text, at, mark = line.decode(errors="replace"), 0, _BEGIN
    with contextlib.suppress(ValueError, RecursionError):
        while begin := mark.match(text, at):
            key, at = _DECODER.raw_decode(text, begin.end())
            colon = _COLON.match(text, at)
            value, at = _DECODER.raw_decode(text, colon.end() if colon else at)
            if key == "id":
                known = isinstance(value, str | int) and "\ufffd" not in str(value)
                return value if known else None
            mark = _NEXT
    return None
