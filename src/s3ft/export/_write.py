"""An export: the rows in one format, and configurations that train them elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..atomic import atomic_folder
from ..errors import InputError
from ..recipe import Reasoning
from . import _axolotl, _llamafactory, _trl
from ._rows import (
    ROWS,
    Format,
    Row,
    Unfit,
    convert,
    has_earlier_answers,
    has_reasoning,
    has_tools,
    mixture_rows,
)
from ._training import TEMPLATE, Rows, Training

FILES = frozenset({ROWS, TEMPLATE, _trl.FILE, _axolotl.FILE, _llamafactory.FILE,
                   _llamafactory.DATASETS})  # fmt: skip
"""All that an export makes: a folder that holds anything else is not one, or has become more."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written: its rows, and the configurations beside them."""

    folder: Path
    rows: int
    configurations: tuple[str, ...]


def count_rows(mixture: Path, reasoning: Reasoning, format: Format) -> Rows:
    """What a mixture's rows hold, all of which were found to fit a format.

    Raises:
        InputError: a line is no row, a row has no place in the format, or there are none.
    """
    count = own = thinking = calling = dialogues = 0
    rows = mixture_rows(mixture, reasoning, masks=format == "ids")
    for count, row in enumerate(rows, 1):
        try:
            convert(row, format)
        except Unfit as unfit:
            where = f"{mixture / ROWS}:{count}"
            others = "messages or trl" if format != "messages" else "trl"
            problem = f"the format {format} has no place for {unfit}"
            raise InputError(where, problem, f"Take --format {others}.") from None
        own += row.get("token_ids") is not None
        thinking += has_reasoning(row)
        calling += has_tools(row)
        dialogues += has_earlier_answers(row)
    if not count:
        raise InputError(str(mixture), "has no rows", "There is nothing to train on.")
    return Rows(count, own, thinking, calling, dialogues)


def write_export(
    mixture: Path,
    format: Format,
    folder: Path,
    *,
    counted: Rows,
    reasoning: Reasoning,
    training: Training | None,
    ids: Iterable[Row] = (),
) -> Exported:
    """Write a mixture in a format, with the configurations of the trainers that read it.

    TRL reads ``trl``, and ``ids`` as any trainer of token ids does; Axolotl the lists of turns
    (``messages``, ``openai``, and ``sharegpt`` without functions); LLaMA-Factory ``sharegpt``,
    ``alpaca``, and the others without reasoning and functions. Rows are streamed; the folder
    appears when it is complete, in the place of an earlier export.

    Args:
        counted: what `count_rows` found.
        training: None where the recipe names no model: then there are rows alone.
        ids: for ``ids``, what the model's tokenizer makes of each row.

    Raises:
        InputError: ``folder`` is there already, and is something else.
    """
    check_free(folder)
    files = {} if training is None else _configurations(training, counted, format)
    extras = _trl.row_extras(training) if training is not None and format == "trl" else {}
    with atomic_folder(folder) as partial:
        with open(partial / ROWS, "w", encoding="utf-8") as lines:
            for row in ids if format == "ids" else _converted(mixture, reasoning, format):
                lines.write(json.dumps({**row, **extras}, ensure_ascii=False) + "\n")
        for name, text in files.items():
            (partial / name).write_text(text, encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
    return Exported(folder, counted.count, tuple(name for name in files if name.endswith(".yaml")))


def check_free(folder: Path) -> None:
    """See that nothing but an earlier export would be lost.

    Raises:
        InputError: there is something else.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - FILES:
        problem = "is there already, and holds more than an export"
        raise InputError(str(folder), problem, "Choose another --out, or empty it.")


def _converted(mixture: Path, reasoning: Reasoning, format: Format) -> Iterator[Row]:
    for row in mixture_rows(mixture, reasoning):
        yield convert(row, format)


def _configurations(training: Training, rows: Rows, format: Format) -> dict[str, str]:
    """The files beside the rows, by name."""
    files: dict[str, str] = {}
    if format == "ids":
        return {_trl.FILE: _trl.configuration(training, replace(rows, own=0), ids=True)}
    if format == "trl":
        files[_trl.FILE] = _trl.configuration(training, rows)
    elif format != "alpaca" and not (format == "sharegpt" and rows.calling):
        files[_axolotl.FILE] = _axolotl.configuration(training, rows, format)
    # LLaMA-Factory looks for reasoning and calls of functions in the text alone.
    unread = format in ("messages", "openai") and (rows.thinking or rows.calling)
    if format != "trl" and not unread:
        files[_llamafactory.FILE] = _llamafactory.configuration(training, rows)
        files[_llamafactory.DATASETS] = _llamafactory.dataset_info(training, rows, format)
    template = training.chat.template if training.chat else None
    if template is not None and (_trl.FILE in files or _axolotl.FILE in files):
        files[TEMPLATE] = template
    return files
