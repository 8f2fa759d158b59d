"""Which column is what: one row in, the parts of an example out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..errors import InputError
from ..reasoning import split as thoughts_apart
from ..recipe import Data
from ..records import Message
from ..suggest import did_you_mean
from . import _messages as chats
from ._cells import Cells
from ._content import answer_and_thoughts
from ._template import Column, ColumnTemplate, parse
from ._texts import accepted, filled, line_feeds, not_empty, text_only, text_or_chat
from ._tools import tools_beside, with_tools
from ._values import BadValue

_TRL = ("id", "prompt", "completion", "messages")


class RowParts(NamedTuple):
    """What a row itself says. ``id`` is None where it has none of its own.

    ``left_out`` are the columns that ``meta`` has not, each with the reason. ``calling`` is the
    gold's turn where it calls functions. ``turn`` is None where the row is one pair, else the
    number of this one, from 1.
    """

    id: str | None
    prompt: tuple[Message, ...]
    completion: str
    reasoning: str
    meta: dict[str, Any]
    left_out: dict[str, str]
    calling: Message | None = None
    turn: int | None = None


class _Pair(NamedTuple):
    """A prompt, and the gold turn that answers it. ``ends`` tells whether that ends the row."""

    prompt: tuple[Message, ...]
    answer: Message
    turn: int | None = None
    ends: bool = True


class Columns:
    """The recipe's mapping, settled on the columns of one row.

    Args:
        place: of that row, for messages.

    Raises:
        InputError: a column or placeholder that the row does not have, or a malformed template.
    """

    def __init__(self, data: Data, row: Cells, place: str) -> None:
        self._data, self._row, self._place = data, row, place
        self._in_chat = False
        self._id = self._column("id", data.id) if data.id else "id"
        self._gold = self._column("gold", data.gold) if data.gold else "gold"
        self._history = self._column("history", data.history) if data.history else None
        self._reasoning = self._source("reasoning", data.reasoning) if data.reasoning else None
        mapped = data.prompt is not None or data.completion is not None
        self._is_chat = not mapped and not {"prompt", "completion"} <= set(row.columns)
        if self._is_chat:
            if "messages" not in row.columns:
                raise self._unmapped()
            if data.history is not None:
                problem = "'messages' hold the earlier turns themselves"
                raise InputError("data.history", problem, "Leave it out.")
            used = {"messages"}
        else:
            if data.turns == "all":
                problem = f"'all' is for rows of messages, and {place} is prompt and completion"
                raise InputError("data.turns", problem, "Leave it out.")
            self._prompt = self._source("prompt", data.prompt or "prompt")
            self._completion = self._source("completion", data.completion or "completion")
            sources = (self._prompt, self._completion)
            used = {source.name for source in sources if isinstance(source, Column)}
        self._whole = used
        self._used = {self._id, *used}.intersection(_TRL).union(data.ignore)

    def parts(self, row: Cells) -> list[RowParts]:
        """What the row says, one pair or all that it has; BadValue where that is wrong."""
        self._in_chat = False
        if self._is_chat:
            return [self._parts(row, pair, "messages", None) for pair in self._chat(row)]
        prompt, (answer, gold) = self._prompt_turns(row), self._gold_turn(row)
        source = self._completion
        column = source.name if isinstance(source, Column) else "data.completion"
        return [self._parts(row, _Pair(prompt, answer), column, gold)]

    def _parts(self, row: Cells, pair: _Pair, column: str, texts: Any) -> RowParts:
        """What the row says of a pair, whose answer stands in a column with other ``texts``."""
        thoughts = self._thoughts(row) if pair.ends else ""
        completion, reasoning = answer_and_thoughts(pair.answer, column, thoughts)
        tools = tools_beside(row, self._data.ignore) if self._in_chat else []
        calling = None
        if "tool_calls" in pair.answer:
            texts = completion  # what accepts it knows this form, whatever the template's
            said = thoughts_apart(pair.answer["content"]).answer
            calls = pair.answer["tool_calls"]
            calling = Message(role="assistant", content=said, tool_calls=calls)
        meta, left_out = row.others({*self._used, "tools"} if tools else self._used)
        for name in self._whole:
            left_out |= chats.passed_over(row.get(name), name)
        if pair.ends and (self._data.gold or row.has("gold")):
            meta["gold"] = accepted(row.present(self._gold), self._gold)
        elif texts is not None:
            meta["gold"] = accepted(texts, column)
        else:
            meta.pop("gold", None)
        return RowParts(
            self._own_id(row),
            with_tools(tuple(chats.with_line_feeds(turn) for turn in pair.prompt), tools),
            line_feeds(completion),
            line_feeds(reasoning),
            meta,
            left_out,
            calling,
            pair.turn,
        )

    def _chat(self, row: Cells) -> list[_Pair]:
        """The last answer of a chat, or each with the turns before it."""
        column, ignored = "messages", self._data.ignore
        if self._data.turns == "last":
            return [_Pair(*chats.split(self._turns(row, column), column))]
        chats.refuse_beside(row, ignored)
        self._in_chat = True
        value = row.present(column)
        turns = chats.messages(value, column, {*ignored, "weight"})
        chats.split(turns, column)
        return [
            _Pair(turns[:at], turns[at], number, at == len(turns) - 1)
            for number, at in enumerate(chats.answers(value, turns, column, ignored), 1)
        ]

    def _prompt_turns(self, row: Cells) -> tuple[Message, ...]:
        if isinstance(self._prompt, ColumnTemplate):
            text = not_empty(filled(self._prompt, row), "data.prompt")
            return (*self._earlier(row), Message(role="user", content=text))
        value = text_or_chat(row, self._prompt.name, "prompt")
        if isinstance(value, str):
            return (*self._earlier(row), Message(role="user", content=value))
        if self._history is not None:
            problem = "is a chat, which holds the earlier turns itself"
            raise BadValue(self._prompt.name, problem, "Leave data.history out.")
        return chats.question(self._turns(row, self._prompt.name), self._prompt.name)

    def _earlier(self, row: Cells) -> tuple[Message, ...]:
        """The turns before a prompt that is text."""
        if self._history is None or not row.get(self._history):
            return ()
        return self._turns(row, self._history)

    def _gold_turn(self, row: Cells) -> tuple[Message, list[str] | None]:
        """The gold turn, and all accepted answers where the column holds several texts."""
        if isinstance(self._completion, ColumnTemplate):
            text = not_empty(filled(self._completion, row), "data.completion")
            return Message(role="assistant", content=text), None
        name = self._completion.name
        value = text_or_chat(row, name, "completion")
        if isinstance(value, str):
            return Message(role="assistant", content=value), None
        if isinstance(value, list) and value and all(isinstance(text, str) for text in value):
            return Message(role="assistant", content=value[0]), value
        return chats.answer(self._turns(row, name), name), None

    def _turns(self, row: Cells, column: str) -> tuple[Message, ...]:
        chats.refuse_beside(row, self._data.ignore)
        self._in_chat = True  # and what stands in tools is the chat's
        return chats.messages(row.present(column), column, self._data.ignore)

    def _thoughts(self, row: Cells) -> str:
        """What a column of its own holds of the gold's reasoning; empty where it holds none."""
        source = self._reasoning
        if source is None:
            return ""
        if isinstance(source, ColumnTemplate):
            return filled(source, row)
        return "" if row.empty(source.name) else str(text_only(row, source.name))

    def _own_id(self, row: Cells) -> str | None:
        if row.empty(self._id):
            if self._data.id:
                raise BadValue(self._id, "is empty or missing", "Every row needs an id, or none.")
            return None
        value = row.get(self._id)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            kind = type(value).__name__
            raise BadValue(self._id, f"is of type {kind}; an id is text or a whole number")
        return str(value)

    def _source(self, key: str, text: str) -> Column | ColumnTemplate:
        if text in self._row.columns:
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
        if not self._row.root(name):
            raise no_column(key, self._place, name, self._row.columns, self._row.names)
        return name

    def _unmapped(self) -> InputError:
        remedy = (
            "Say which columns they are, such as data.prompt={question} and data.completion=answer."
            f" Columns there: {', '.join(self._row.columns)}."
        )
        if "conversations" in self._row.columns:
            remedy = (
                'Make "conversations" into "messages", their "from" into "role" (system, user, '
                'assistant) and "value" into "content".'
            )
        problem = "has neither prompt and completion, nor messages"
        return InputError(self._place, problem, remedy)


def no_column(
    key: str, place: str, name: str, columns: Iterable[str], names: Iterable[str] = ()
) -> InputError:
    """The error of a key under ``data`` that names a column which is not there.

    Args:
        names: what may have been meant beside the columns.
    """
    columns = list(columns)
    hint = did_you_mean(name, [*columns, *names])
    remedy = f"{hint} Columns there: {', '.join(columns)}.".lstrip()
    return InputError(f"data.{key}", f"{place} has no column {name!r}", remedy)
