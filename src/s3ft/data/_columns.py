"""Which column is what: one row in, the parts of an example out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import InputError
from ..recipe import Data
from ..records import Message
from . import _messages as chats
from ._template import Column, Template, parse
from ._values import BadValue, plain

_TRL = ("id", "prompt", "completion", "messages")


class Parts(NamedTuple):
    """What a row itself says. ``id`` is None where it has none of its own."""

    id: str | None
    prompt: tuple[Message, ...]
    completion: str
    meta: dict[str, Any]


class Columns:
    """The recipe's mapping, settled on the columns of one row.

    Args:
        place: of that row, for messages.

    Raises:
        InputError: a column or placeholder that the row does not have, or a malformed template.
    """

    def __init__(self, data: Data, columns: Iterable[str], place: str) -> None:
        self._data = data
        self._columns, self._place = tuple(columns), place
        self._id = self._column("id", data.id) if data.id else "id"
        self._gold = self._column("gold", data.gold) if data.gold else "gold"
        mapped = data.prompt is not None or data.completion is not None
        self._is_chat = not mapped and not {"prompt", "completion"} <= set(self._columns)
        if self._is_chat:
            if "messages" not in self._columns:
                raise self._unmapped()
            used = {"messages"}
        else:
            self._prompt = self._source("prompt", data.prompt or "prompt")
            self._completion = self._source("completion", data.completion or "completion")
            sources = (self._prompt, self._completion)
            used = {source.name for source in sources if isinstance(source, Column)}
        self._used = {self._id, *used}.intersection(_TRL)

    def parts(self, row: Mapping[str, Any]) -> Parts:
        """What the row says; BadValue where that is wrong."""
        values = {str(name): plain(value, str(name)) for name, value in row.items()}
        if self._is_chat:
            turns = chats.messages(_present(values, "messages"), "messages")
            prompt, completion = chats.split(turns, "messages")
        else:
            prompt, completion = self._asked(values), self._answered(values)
        meta = {name: value for name, value in values.items() if name not in self._used}
        if self._data.gold or meta.get("gold") is not None:
            meta["gold"] = _accepted(_present(values, self._gold), self._gold)
        else:
            meta.pop("gold", None)
        return Parts(self._own_id(values), prompt, completion, meta)

    def _asked(self, values: dict[str, Any]) -> tuple[Message, ...]:
        if isinstance(self._prompt, Template):
            text = _fill(self._prompt, values, "data.prompt")
            return (Message(role="user", content=text),)
        value = _text_or_chat(values, self._prompt.name, "prompt")
        if isinstance(value, str):
            return (Message(role="user", content=value),)
        turns = chats.messages(value, self._prompt.name)
        return chats.question(turns, self._prompt.name)

    def _answered(self, values: dict[str, Any]) -> str:
        if isinstance(self._completion, Template):
            return _fill(self._completion, values, "data.completion")
        value = _text_or_chat(values, self._completion.name, "completion")
        if isinstance(value, str):
            return value
        turns = chats.messages(value, self._completion.name)
        return chats.answer(turns, self._completion.name)

    def _own_id(self, values: dict[str, Any]) -> str | None:
        value = values.get(self._id)
        if value is None or value == "":
            if self._data.id:
                raise BadValue(self._id, "is empty or missing", "Every row needs an id, or none.")
            return None
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            kind = type(value).__name__
            raise BadValue(self._id, f"is of type {kind}; an id is text or a whole number")
        return str(value)

    def _source(self, key: str, text: str) -> Column | Template:
        if text in self._columns:
            return Column(text)
        try:
            template = parse(text)
        except ValueError as error:
            raise InputError(f"data.{key}", f"{text!r} {error}") from None
        if not template.columns:
            return Column(self._column(key, text))
        for column in template.columns:
            self._column(key, column.name)
        return template

    def _column(self, key: str, name: str) -> str:
        if name not in self._columns:
            raise no_column(key, self._place, name, self._columns)
        return name

    def _unmapped(self) -> InputError:
        remedy = (
            "Say which columns they are, such as data.prompt={question} and data.completion=answer."
            f" Columns there: {', '.join(self._columns)}."
        )
        if "conversations" in self._columns:
            remedy = (
                'Make "conversations" into "messages", their "from" into "role" (system, user, '
                'assistant) and "value" into "content".'
            )
        problem = "has neither prompt and completion, nor messages"
        return InputError(self._place, problem, remedy)


def no_column(key: str, place: str, name: str, columns: Iterable[str]) -> InputError:
    """The error of a key under ``data`` that names a column which is not there."""
    columns = list(columns)
    near = difflib.get_close_matches(name, columns, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    remedy = f"{hint}Columns there: {', '.join(columns)}."
    return InputError(f"data.{key}", f"{place} has no column {name!r}", remedy)


def _present(values: dict[str, Any], column: str) -> Any:
    value = values.get(column)
    if value is None:
        raise BadValue(column, "is null" if column in values else "is missing")
    if isinstance(value, str) and not value.strip():
        raise BadValue(column, "is empty")
    return value


def _text_or_chat(values: dict[str, Any], column: str, key: str) -> Any:
    value = _present(values, column)
    if isinstance(value, (int, float)):
        remedy = f'To use it as text, write data.{key} as a template, "{{{column}}}".'
        raise BadValue(column, f"is the number {value}, not text", remedy)
    return value


def _fill(template: Template, values: dict[str, Any], key: str) -> str:
    def value(column: Column) -> str:
        if column.optional and values.get(column.name) in (None, ""):
            return ""
        found = _present(values, column.name)
        if isinstance(found, bool) or not isinstance(found, (str, int, float)):
            kind = type(found).__name__
            raise BadValue(column.name, f"is of type {kind}; a template takes text and numbers")
        return str(found)

    text = template.fill(value)
    if not text.strip():
        raise BadValue(key, "is empty")
    return text


def _accepted(value: Any, column: str) -> list[str]:
    answers = value if isinstance(value, list) else [value]
    if not answers:
        raise BadValue(column, "has no accepted answer", "List at least one.")
    for index, answer in enumerate(answers):
        if isinstance(answer, bool) or not isinstance(answer, (str, int, float)):
            kind = type(answer).__name__
            raise BadValue(column, f"is of type {kind}; accepted answers are text or numbers")
        if not str(answer).strip():
            raise BadValue(f"{column}[{index}]", "is empty")
    return [str(answer) for answer in answers]
