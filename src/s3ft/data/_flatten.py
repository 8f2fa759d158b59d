"""Rows of published data sets as flat rows: what a recipe's `data.layout` does, and by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..recipe import Data, Layout
from ._files import rows
from ._row import Row, Rows
from ._sources import in_memory
from ._values import BadValue
from .layouts import LAYOUTS, OFFICIAL, Documents, LayoutOptions


def flatten(
    source: str | Path | Iterable[Mapping[str, Any]],
    layout: Layout,
    *,
    abstention: str = "unanswerable",
    documents: str | Path | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows of a published data set with one question, problem or turn each.

        for row in flatten("dev-v2.0.json", "squad"):
            row["question"], row["context"], row["answers"], row["answerable"]

    They come as they are read; the columns are those that a recipe with this layout maps.

    Args:
        source: a file or a pattern of files, or rows: as the data set is published, or as it is on
            the Hub.
        abstention: the answer of a question that has none.
        documents: the file with the documents of ``multidoc2dial``; default: the official one,
            beside the file of dialogues.

    Raises:
        InputError: at a row that is wrong, with its file, line and the path in it.
    """
    if isinstance(source, str | Path):
        found, folder = rows(source), Path(source).parent
    else:
        found, folder = in_memory(source, "rows"), Path()
    options = LayoutOptions(abstention, Documents(documents or folder / OFFICIAL))
    for row in _flat(found, layout, options):
        if isinstance(row, InputError):
            raise row
        yield row.values


def laid_out(found: Rows, data: Data) -> Rows:
    """The rows as the recipe's layout makes them; as they are where it names none."""
    if data.layout is None:
        return found
    return _flat(found, data.layout, LayoutOptions(data.abstention, Documents(documents(data))))


def documents(data: Data) -> Path:
    """The file of documents that the recipe names, else the official one beside its data."""
    return Path(data.documents or Path(data.path).parent / OFFICIAL)


def _flat(found: Rows, layout: Layout, options: LayoutOptions) -> Rows:
    for row in found:
        if isinstance(row, InputError):
            yield row
            continue
        try:
            for inside, make in LAYOUTS[layout](row.values, options):
                try:
                    yield Row(row.table, row.number, make(), inside)
                except BadValue as error:
                    yield _wrong(row, inside, error)
        except BadValue as error:  # what was to come after the last that was found
            yield _wrong(row, "", error)


def _wrong(row: Row, inside: str, error: BadValue) -> InputError:
    place = Row(row.table, row.number, {}, inside).place
    where = f"{place}: {error.column}" if error.column else place
    return InputError(where, error.problem, error.remedy)
