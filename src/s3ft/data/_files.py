"""Rows of files, each with its place; the format is told by the ending. A pattern means several.

A reader goes on after a row that is wrong and yields the error in its stead, so that one pass
reports several; it raises where the file as a whole cannot be read.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import InputError
from ._lines import COMPRESSED, OLD_MAC, lines, opened, readable, text_lines
from ._row import Row, Rows
from ._tables import parquet, separated, tab_separated


def is_file(path: str) -> bool:
    """Whether a recipe means a file by this: it is one, or has a file's ending."""
    return _reader(Path(path).name) is not None or Path(path).is_file()


def rows(path: str | Path) -> Rows:
    """The rows of a file, its format told by its ending.

    Raises:
        InputError: there is no such file, it is of another format, or broken as a whole.
    """
    if found := matches(path):
        for one in found:
            yield from rows(one)
        return
    path = Path(path)
    reader = _reader(path.name)
    if reader is None:
        known = f"Known endings: {', '.join(_READERS)}; of text also with {', '.join(COMPRESSED)}."
        raise InputError(str(path), "is of an unknown format", known)
    with readable(path):
        yield from reader(path)


def matches(path: str | Path) -> list[Path]:
    """The files that a pattern such as ``nq/*.jsonl`` means, by name; none where it is no pattern.

    Raises:
        InputError: it is a pattern, and there is no such file.
    """
    if not glob.has_magic(str(path)) or Path(path).exists():
        return []
    found = sorted(glob.glob(str(path)))
    if not found:
        remedy = "Check the pattern; a relative one begins at the current folder."
        raise InputError(str(path), "there are no such files", remedy)
    return [Path(one) for one in found]


def _reader(name: str) -> Callable[[Path], Rows] | None:
    name = name.lower()
    for ending, reader in _READERS.items():
        packed = () if ending == ".parquet" else tuple(ending + packed for packed in COMPRESSED)
        if name.endswith((ending, *packed)):
            return reader
    return None


def _jsonl(path: Path) -> Rows:
    for number, line in lines(path):
        if isinstance(line, InputError):
            yield line
        elif line.strip():
            try:
                yield _row(f"{path}:", number, _parse(line.rstrip("\r\n")))
            except ValueError as error:
                remedy = "Each line must be one JSON object."
                if "\r" in line.rstrip("\r\n"):
                    remedy = OLD_MAC
                elif not line.endswith("\n"):
                    remedy = "The file ends in the middle of this line: make or fetch it again."
                problem = f"is not JSON: {error}"
                if isinstance(error, json.JSONDecodeError):
                    problem = f"is not JSON: {error.msg} at column {error.colno}"
                yield InputError(f"{path}:{number}", problem, remedy)


def _json(path: Path) -> Rows:
    with opened(path) as file:
        is_list = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    if not is_list:  # many a .json file holds one object on each line, some one on many lines
        for row in _jsonl(path):
            if isinstance(row, InputError) and row.where == f"{path}:1":
                yield _one_object(path)
                return
            yield row
        return
    try:
        values = _parse("".join(text_lines(path)))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}", f"is not JSON: {error}") from None
    except ValueError as error:
        raise InputError(str(path), f"is not JSON: {error}") from None
    for number, value in enumerate(values, 1):
        yield _row(f"{path}: item ", number, value)


def _one_object(path: Path) -> Row | InputError:
    try:
        return _row(f"{path}:", 1, _parse("".join(text_lines(path))))
    except ValueError:
        problem = "is neither a list of objects, nor one object, nor one on each line"
        raise InputError(str(path), problem, "Put the rows into one JSON list.") from None


def _parse(text: str) -> Any:
    """The JSON value; ValueError where there is none. NaN is let pass, and refused where used."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _row(table: str, number: int, value: Any) -> Row | InputError:
    if isinstance(value, dict):
        return Row(table, number, value)
    kind = type(value).__name__
    remedy = 'A row is an object, {"prompt": ..., "completion": ...}.'
    return InputError(f"{table}{number}", f"is a {kind}, not an object", remedy)


_READERS: dict[str, Callable[[Path], Rows]] = {
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
    ".csv": separated,
    ".tsv": tab_separated,
    ".parquet": parquet,
}
