"""Rows of CSV, TSV and Parquet files. A cell that cannot be read holds the BadValue that says why.

So a column that nobody asks for never stands in the way of the others.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import InputError
from ._lines import OLD_MAC, text_lines
from ._row import Row, Rows
from ._values import BadValue

_QUOTED = re.compile(r'"[^"]*"')


def separated(path: Path, delimiter: str | None = None) -> Rows:
    """Rows of CSV. All values are text. A row's number is the line that it begins on.

    Args:
        delimiter: None: the comma, or the semicolon or tab that spreadsheets write in its place.
    """
    csv.field_size_limit(2**31 - 1)  # the module's own limit, 128 KiB, is less than a document
    lines = text_lines(path)
    first = next(lines, "")
    delimiter = delimiter or _delimiter(first)
    reader = csv.reader(chain([first] if first else [], lines), strict=True, delimiter=delimiter)
    number = 1
    try:
        header = next(reader, [])
        unusable = _unusable(header)
        number = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                problem = f"has {len(cells)} cells where the header has {len(header)}"
                remedy = "Quote cells that contain separators or line breaks."
                yield InputError(f"{path}:{number}", problem, remedy)
            elif cells:
                values: dict[str, Any] = dict(zip(header, cells, strict=True))
                yield Row(f"{path}:", number, values | unusable)
            number = reader.line_num + 1
    except csv.Error as error:
        remedy = OLD_MAC if "new-line character" in str(error) else "Check the quotes."
        kind = "TSV" if delimiter == "\t" else "CSV"
        raise InputError(f"{path}:{number}", f"is not {kind}: {error}", remedy) from None


def tab_separated(path: Path) -> Rows:
    """Rows of TSV, quoted as CSV is."""
    return separated(path, "\t")


def _delimiter(header: str) -> str:
    """What stands between the names of the columns."""
    bare = _QUOTED.sub("", header)
    return next((mark for mark in ",;\t" if mark in bare), ",")


def _unusable(header: list[str]) -> dict[str, BadValue]:
    """Columns that cannot be named: pandas' index has no name, a spreadsheet may have two alike."""
    remedy = "Give each a name of its own."
    return {
        name: BadValue(name, "is the name of several columns" if name else "has no name", remedy)
        for name, count in Counter(header).items()
        if count > 1 or not name
    }


def parquet(path: Path) -> Rows:
    """Rows of Parquet, their values Python's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            number = 0
            for batch in pq.ParquetFile(file).iter_batches(batch_size=1000):
                for values in records(batch):
                    number += 1
                    yield Row(f"{path}: row ", number, values)
    except pa.ArrowException as error:
        raise InputError(str(path), f"is not a readable Parquet file: {error}") from None


def records(
    batch: Any, decode: Callable[[list[Any], str], list[Any]] = lambda values, _: values
) -> Iterator[dict[str, Any]]:
    """The rows of an Arrow batch or table as Python has them.

    Args:
        decode: makes what is meant out of what is stored, by the column's name.
    """
    names = batch.schema.names
    columns = [
        decode(_values(column, name), name)
        for name, column in zip(names, batch.columns, strict=True)
    ]
    unusable = _unusable(names)
    for cells in zip(*columns, strict=True):
        yield dict(zip(names, cells, strict=True)) | unusable


def _values(column: Any, name: str) -> list[Any]:
    """A column's values; one by one where some cannot be had, which Arrow finds only then."""
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, TypeError, NotImplementedError):
        values = [_value(scalar, name) for scalar in column]
    return values


def _value(scalar: Any, name: str) -> Any:
    """Text that is not UTF-8 and dates that Python does not know are in Parquet files too."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError as error:
        return BadValue(name, f"is not UTF-8: {error}", "Write it as UTF-8.")
    except (ValueError, OverflowError, TypeError, NotImplementedError) as error:
        return BadValue(name, f"cannot be read: {error}", "Store it as text.")
