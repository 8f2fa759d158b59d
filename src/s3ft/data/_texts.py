"""What the columns of a row hold, as the texts of an example."""

from __future__ import annotations

from typing import Any

from ._cells import Cells
from ._content import answer_of
from ._template import Column, ColumnTemplate
from ._values import BadValue


def text_or_chat(row: Cells, column: str, key: str) -> Any:
    """The value, be it a text, texts or a chat; a BadValue where it is a number or holds keys."""
    value = row.present(column)
    if isinstance(value, (int, float)):
        remedy = f'To use it as text, write data.{key} as a template, "{{{column}}}".'
        raise BadValue(column, f"is the number {value}, not text", remedy)
    if isinstance(value, dict):
        problem = "is of type dict, not text or a list of messages"
        raise BadValue(column, problem, _inside(value, f"data.{key}={column}"))
    return value


def text_only(row: Cells, column: str) -> str:
    """The value, which must be a text."""
    value = row.get(column)
    if not isinstance(value, str):
        raise BadValue(column, f"is of type {type(value).__name__}, not text")
    return value


def filled(template: ColumnTemplate, row: Cells) -> str:
    """The template's text with the row's values in it."""
    return template.fill(lambda column: _value(column, row))


def not_empty(text: str, key: str) -> str:
    """The text; a BadValue, which names the recipe's key, where nothing stands in it."""
    if not text.strip():
        raise BadValue(key, "is empty")
    return text


def line_feeds(text: str) -> str:
    """The text with the line ends that models write, not those of Windows."""
    return text.replace("\r\n", "\n")


def accepted(value: Any, column: str) -> list[str]:
    """The accepted answers that a column holds, one or a list of them, without their thoughts."""
    answers = value if isinstance(value, list) else [value]
    if not answers:
        raise BadValue(column, "has no accepted answer", "List at least one.")
    for index, answer in enumerate(answers):
        if isinstance(answer, bool) or not isinstance(answer, (str, int, float)):
            problem = f"is of type {type(answer).__name__}; accepted answers are text or numbers"
            raise BadValue(column, problem, _inside(answer, f"data.gold={column}"))
        if not str(answer).strip():
            raise BadValue(f"{column}[{index}]", "is empty")
    return [answer_of(str(answer), column) for answer in answers]


def _value(column: Column, row: Cells) -> str:
    if column.optional and row.empty(column.name):
        return ""
    found = row.present(column.name)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        problem = f"is of type {type(found).__name__}; a template takes text and numbers"
        raise BadValue(column.name, problem, _inside(found, f"{{{column.name}", "}"))
    if isinstance(found, float) and found.is_integer():
        return str(int(found))  # a column of whole numbers that went through pandas: 51.0
    return str(found)


def _inside(value: Any, path: str, end: str = "") -> str:
    """How to name what lies in a value that cannot be used whole."""
    steps = list(value) if isinstance(value, dict) else [0] if isinstance(value, list) else []
    named = " or ".join(f"{path}.{step}{end}" for step in steps[:3])
    return named and f"Name what lies inside: {named}."
