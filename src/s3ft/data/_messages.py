"""Chats as rows hold them: lists of ``{"role": ..., "content": ...}``."""

from __future__ import annotations

from typing import Any

from ..records import Message
from ._values import BadValue

ROLES = ("system", "user", "assistant")


def messages(value: Any, column: str) -> tuple[Message, ...]:
    """The turns of a chat, each with a known role and a text; other keys of a turn are left out.

    Raises:
        BadValue: it is no such list, or a turn is wrong.
    """
    if not isinstance(value, list):
        kind = type(value).__name__
        raise BadValue(column, f"is of type {kind}, not text or a list of messages")
    if not value:
        raise BadValue(column, "is an empty list", "A chat needs at least one turn.")
    return tuple(_message(turn, f"{column}[{index}]") for index, turn in enumerate(value))


def question(turns: tuple[Message, ...], column: str) -> tuple[Message, ...]:
    """The turns before an answer, the last of which must be the user's."""
    if not turns or turns[-1]["role"] != "user":
        role = turns[-1]["role"] if turns else "nothing"
        remedy = "Before the answer the last turn is the user's."
        raise BadValue(column, f"asks nothing: it ends with {role}", remedy)
    return turns


def opened(turns: tuple[Message, ...], system: str | None) -> tuple[Message, ...]:
    """The turns after a system message, where there is one to put before them."""
    if system is None:
        return turns
    if turns[0]["role"] == "system":
        problem = "the prompt begins with a system message of its own"
        raise BadValue("data.system", problem, "Leave data.system out.")
    return (Message(role="system", content=system), *turns)


def split(turns: tuple[Message, ...], column: str) -> tuple[tuple[Message, ...], str]:
    """A chat as prompt and gold, which is its last turn and the assistant's."""
    if turns[-1]["role"] != "assistant":
        problem = f"does not end in an assistant turn but in one of role {turns[-1]['role']!r}"
        raise BadValue(column, problem, "The last turn is the gold answer.")
    return question(turns[:-1], column), turns[-1]["content"]


def answer(turns: tuple[Message, ...], column: str) -> str:
    """A completion in messages: one turn, the assistant's."""
    if len(turns) != 1 or turns[0]["role"] != "assistant":
        roles = ", ".join(turn["role"] for turn in turns)
        problem = f"must be one assistant message, and has {len(turns)} ({roles})"
        raise BadValue(column, problem, "Put the earlier turns into the prompt.")
    return turns[0]["content"]


def _message(turn: Any, column: str) -> Message:
    if not isinstance(turn, dict) or not {"role", "content"} <= turn.keys():
        problem = "is not a message"
        if isinstance(turn, dict) and {"from", "value"} <= turn.keys():
            problem += " but a turn of ShareGPT's format"
        raise BadValue(column, problem, 'A message is {"role": "user", "content": "..."}.')
    role, content = turn["role"], turn["content"]
    if role not in ROLES:
        raise BadValue(f"{column}.role", f"is {role!r}", f"Known roles: {', '.join(ROLES)}.")
    if not isinstance(content, str):
        kind = type(content).__name__
        raise BadValue(f"{column}.content", f"is of type {kind}, not text")
    if not content.strip():
        raise BadValue(f"{column}.content", "is empty")
    return Message(role=role, content=content)
