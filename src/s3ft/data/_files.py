"""Rows of JSONL, JSON, CSV and Parquet files, each with its place.

A reader goes on after a row that is wrong and yields the error in its stead, so that one pass
reports several; it raises where the file as a whole cannot be read.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..errors import InputError

Rows = Iterator["Row | InputError"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file. ``number`` is its line in text files, else its row, from 1.

    ``table`` and ``number`` together are the place: ``train.jsonl:12``, ``train.parquet: row 12``.
    """

    table: str
    number: int
    values: dict[str, Any]

    @property
    def place(self) -> str:
        return f"{self.table}{self.number}"


def is_file(path: str) -> bool:
    """Whether a recipe means a file by this: it is one, or has a file's ending."""
    return path.lower().endswith(tuple(_READERS)) or Path(path).is_file()


def rows(path: str | Path) -> Rows:
    """The rows of a file, its format told by its ending.

    Raises:
        InputError: there is no such file, it is of another format, or broken as a whole.
    """
    path = Path(path)
    for ending, reader in _READERS.items():
        if path.name.lower().endswith(ending):
            with _readable(path):
                yield from reader(path)
            return
    known = ", ".join(_READERS)
    raise InputError(str(path), "is of an unknown format", f"Known endings: {known}.")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        remedy = "Check the path; a relative one begins at the current folder."
        raise InputError(str(path), "there is no such file", remedy) from None
    except IsADirectoryError:
        remedy = "Give a file, or a folder whose name does not end like a file's."
        raise InputError(str(path), "is a folder", remedy) from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(str(path), f"cannot be read: {error}") from None


def _lines(path: Path) -> Iterator[tuple[int, str | InputError]]:
    """Number and text of each line, with its line end, or why it is no text."""
    offset = 0
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        stream: IO[bytes] = file  # type: ignore[assignment]
        for number, line in enumerate(stream, 1):
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                byte, at = error.object[error.start], offset + error.start
                problem = f"is not UTF-8: byte 0x{byte:02x} at offset {at} of the file"
                yield number, InputError(f"{path}:{number}", problem, "Convert the file to UTF-8.")
            offset += len(line)


def _jsonl(path: Path) -> Rows:
    for number, line in _lines(path):
        if isinstance(line, InputError):
            yield line
        elif not line.isspace():
            try:
                yield _row(f"{path}:", number, _parse(line))
            except ValueError as error:
                remedy = "Each line must be one JSON object."
                if not line.endswith("\n"):
                    remedy = "The file ends in the middle of this line: make or fetch it again."
                yield InputError(f"{path}:{number}", f"is not JSON: {error}", remedy)


def _json(path: Path) -> Rows:
    with path.open("rb") as file:
        is_list = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    if not is_list:  # many a .json file holds one object on each line
        for row in _jsonl(path):
            if isinstance(row, InputError) and row.where == f"{path}:1":
                problem = "is neither a list of objects nor one object on each line"
                raise InputError(str(path), problem, "Put the rows into one JSON list.")
            yield row
        return
    parts = []
    for _, line in _lines(path):
        if isinstance(line, InputError):
            raise line
        parts.append(line)
    try:
        values = _parse("".join(parts))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}", f"is not JSON: {error}") from None
    except ValueError as error:
        raise InputError(str(path), f"is not JSON: {error}") from None
    for number, value in enumerate(values, 1):
        yield _row(f"{path}: item ", number, value)


def _parse(text: str) -> Any:
    """The JSON value; ValueError where there is none."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value; write null, or leave the row out")


def _row(table: str, number: int, value: Any) -> Row | InputError:
    if isinstance(value, dict):
        return Row(table, number, value)
    kind = type(value).__name__
    remedy = 'A row is an object, {"prompt": ..., "completion": ...}.'
    return InputError(f"{table}{number}", f"is a {kind}, not an object", remedy)


def _csv(path: Path) -> Rows:
    """All values are text. A row's number is the line that it begins on."""
    csv.field_size_limit(2**31 - 1)  # the module's own limit, 128 KiB, is less than a document
    reader = csv.reader(_text(path), strict=True)
    number = 1
    try:
        header = next(reader, [])
        for index, column in enumerate(header):
            if not column or column in header[:index]:
                problem = f"column {index + 1} is named {column!r}, " + (
                    "as is another" if column else "which is no name"
                )
                raise InputError(f"{path}:1", problem, "Give each column a name of its own.")
        number = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                problem = f"has {len(cells)} cells where the header has {len(header)}"
                remedy = "Quote cells that contain commas or line breaks."
                yield InputError(f"{path}:{number}", problem, remedy)
            elif cells:
                yield Row(f"{path}:", number, dict(zip(header, cells, strict=True)))
            number = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}:{number}", f"is not CSV: {error}", "Check the quotes.") from None


def _text(path: Path) -> Iterator[str]:
    for _, line in _lines(path):
        if isinstance(line, InputError):
            raise line
        yield line


def _parquet(path: Path) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            number = 0
            for batch in pq.ParquetFile(file).iter_batches(batch_size=1000):
                for values in _records(batch):
                    number += 1
                    if isinstance(values, UnicodeDecodeError):
                        problem = f"is not UTF-8: {values}"
                        yield InputError(f"{path}: row {number}", problem, "Write it as UTF-8.")
                    else:
                        yield Row(f"{path}: row ", number, values)
    except pa.ArrowException as error:
        raise InputError(str(path), f"is not a readable Parquet file: {error}") from None


def _records(batch: Any) -> Iterator[dict[str, Any] | UnicodeDecodeError]:
    """The batch's rows; one by one only where its text is not all UTF-8, which Arrow lets pass."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for index in range(batch.num_rows):
            try:
                yield from batch.slice(index, 1).to_pylist()
            except UnicodeDecodeError as error:
                yield error


_READERS: dict[str, Callable[[Path], Rows]] = {
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl,
    ".json": _json,
    ".csv": _csv,
    ".parquet": _parquet,
}
