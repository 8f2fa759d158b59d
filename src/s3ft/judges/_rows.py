"""Rows to cases to verdicts, in the order of the rows and in flat memory."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from .. import reasoning
from ..finish import finish_reason
from ..records import Case, FinishReason, Message, Verdict, VerdictCode
from ._base import Judge, malformed

CHUNK = 1024
"""So many rows go to the judge at a time: a slow row holds back at most so many verdicts."""
_OWN = frozenset({"id", "response", "prompt", "finish_reason"})


class MalformedRow(ValueError):
    """A row that cannot be judged: the message says why, ``id`` whose it is where that is known."""

    def __init__(self, message: str, id: Any = None) -> None:
        super().__init__(message)
        self.id = id


def judge_rows(rows: Iterable[Any], judge: Judge) -> Iterator[Verdict]:
    """One verdict for each row, in order, whatever the row is and however the judge orders its own.

    A row has ``response``, and what the judge needs: ``gold`` or ``completion`` (a string, a
    number or a list of accepted answers), ``prompt`` (a string or messages), ``finish_reason``.
    Of a response or a gold with a block of reasoning the answer counts (see `s3ft.reasoning`); a
    response that ends within its reasoning has none. Every other column becomes the case's
    ``meta``. A row that lacks these, or holds wrong types, is ``unknown`` with the code
    ``malformed``. A verdict's key is the row's ``id`` where it has one, else the number of the row
    from 0. A row may itself be a `MalformedRow`, found while reading.
    """
    numbered = enumerate(rows)
    for first in numbered:
        yield from _judge_some(chain([first], islice(numbered, CHUNK - 1)), judge)


def _judge_some(rows: Iterable[tuple[int, Any]], judge: Judge) -> Iterator[Verdict]:
    waiting: deque[tuple[str, str]] = deque()
    known: dict[str, Verdict] = {}

    def cases() -> Iterator[Case]:
        for index, row in rows:
            key = str(index)
            waiting.append((key, row_id(row, key)))
            try:
                case = to_case(key, row)
            except MalformedRow as error:
                known[key] = malformed(key, str(error))
            else:
                yield case

    def ready() -> Iterator[Verdict]:
        while waiting and waiting[0][0] in known:
            key, own = waiting.popleft()
            verdict = known.pop(key)
            yield verdict if own == key else replace(verdict, key=own)

    pending = cases()
    for verdict in judge(pending):
        known[verdict.key] = verdict
        yield from ready()
    for case in pending:  # what the judge left unread
        known[case.key] = _lacking(case.key, "the judge stopped early")
    for key, _ in waiting:
        known.setdefault(key, _lacking(key, "the judge gave no verdict"))
    yield from ready()


def _lacking(key: str, why: str) -> Verdict:
    return Verdict(key, "unknown", None, why, VerdictCode.ERROR)


def own_id(row: Any) -> Any:
    """The ``id`` as it stands in the row, None where it has none."""
    return row.get("id") if isinstance(row, Mapping) else getattr(row, "id", None)


def row_id(row: Any, default: str) -> str:
    """The row's ``id`` as text, or the default."""
    own = own_id(row)
    if own is None:
        return default
    return _digits(own) if isinstance(own, int) and not isinstance(own, bool) else str(own)


def to_case(key: str, row: Any) -> Case:
    """The case that a row describes.

    Raises:
        MalformedRow: it describes none.
    """
    if isinstance(row, MalformedRow):
        raise row
    if not isinstance(row, Mapping):
        raise MalformedRow(f"the row is {_kind(row)}, not an object")
    response = row.get("response")
    if not isinstance(response, str):
        raise MalformedRow(f"response is {_kind(response)}, not a string")
    parts = reasoning.split(response)
    ending = _ending(row.get("finish_reason"))
    if ending == "stop" and not parts.finished:
        ending = "thinking"
    name = "gold" if row.get("gold") is not None else "completion"
    return Case(
        key,
        _prompt(row.get("prompt")),
        parts.answer,
        _gold(name, row.get(name)),
        ending,
        {column: value for column, value in row.items() if column not in _OWN and column != name},
    )


def _ending(value: Any) -> FinishReason:
    if value is None or isinstance(value, str):
        return finish_reason(value or "stop")
    raise MalformedRow(f"finish_reason is {_kind(value)}, not a string")


def _gold(name: str, value: Any) -> tuple[str, ...]:
    # Whether a gold is needed is for the judge to say.
    return () if value is None else tuple(_spoken(name, text) for text in answers(name, value))


def _spoken(name: str, text: str) -> str:
    """What a gold says after its reasoning."""
    parts = reasoning.split(text)
    if not parts.finished:
        raise MalformedRow(f"{name} ends within its reasoning")
    return parts.answer


def answers(name: str, value: Any) -> tuple[str, ...]:
    """The accepted answers of a column as texts, numbers as they are written.

    Raises:
        MalformedRow: it holds something else.
    """
    if isinstance(value, list | tuple):
        return tuple(_answer(f"an item of {name}", item) for item in value)
    return (_answer(name, value),)


def _answer(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _digits(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return str(value)
        raise MalformedRow(f"{name} is a number that is not finite")
    raise MalformedRow(f"{name} is {_kind(value)}, not a string, a number or a list of these")


def _digits(value: int) -> str:
    """All digits, also where there are more than ``str`` writes."""
    return f"{Decimal(value):f}"


def _prompt(value: Any) -> tuple[Message, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (Message(role="user", content=value),)
    if isinstance(value, list | tuple) and all(
        isinstance(turn, Mapping)
        and isinstance(turn.get("role"), str)
        and isinstance(turn.get("content") or ("" if turn.get("tool_calls") else None), str)
        for turn in value
    ):
        return tuple(Message(role=turn["role"], content=turn["content"] or "") for turn in value)
    raise MalformedRow("prompt is neither a string nor a list of messages with role and content")


def _kind(value: Any) -> str:
    if value is None:
        return "missing"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object" if isinstance(value, Mapping) else "of another type")
