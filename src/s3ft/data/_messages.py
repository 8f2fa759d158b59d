"""Chats as rows hold them: lists of ``{"role": ..., "content": ...}``.

Whatever else a turn holds is kept (its thoughts) or refused by its name (tools): nothing that the
model would have seen or said is dropped without a word.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..records import Message
from ._cells import Cells
from ._content import REASONING, content, once, thoughts, unknown_key
from ._texts import line_feeds
from ._values import BadValue, holds_nothing

ROLES = ("system", "user", "assistant")

_ASKED = ["user", "assistant"]
_BESIDE = ("tools", "functions", "chat_template_kwargs")
_OF_TOOLS = ("tool_calls", "tool_call_id", "function_call", "tools", "functions")
_ROLES_OF_TOOLS = ("tool", "function", "ipython", "observation")


def messages(value: Any, column: str, ignored: Collection[str] = ()) -> tuple[Message, ...]:
    """The turns of a chat, each with a known role and a text.

    Thoughts of an assistant turn are kept as ``reasoning_content``. The role ``developer`` is the
    newer name of ``system``, and read as that.

    Args:
        ignored: keys of turns that are left out knowingly.

    Raises:
        BadValue: it is no such list, a turn is wrong, or holds what its text alone would lose.
    """
    if not isinstance(value, list):
        kind = type(value).__name__
        remedy = 'A chat is a list, [{"role": "user", "content": "..."}, ...], not its text.'
        raise BadValue(column, f"is of type {kind}, not text or a list of messages", remedy)
    if not value:
        raise BadValue(column, "is an empty list", "A chat needs at least one turn.")
    turns = [_message(turn, f"{column}[{index}]", ignored) for index, turn in enumerate(value)]
    if turns[-1]["role"] == "assistant" and "weight" not in ignored:
        at = f"{column}[{len(turns) - 1}].weight"
        if _is_weightless(weight := value[-1].get("weight"), at):
            problem = f"is {weight}: the answer is not to be trained on"
            raise BadValue(at, problem, "Leave such rows out.")
    return tuple(turns)


def passed_over(value: Any, column: str) -> dict[str, str]:
    """Keys of thoughts that were not read, as another one of their turn was, with the reason."""
    found: dict[str, str] = {}
    for turn in value if isinstance(value, list) else ():
        if isinstance(turn, dict):
            read, *others = [key for key in REASONING if not holds_nothing(turn.get(key))] or [""]
            differ = [key for key in others if turn[key] != turn[read]]
            found |= {f"{column}.{key}": f"stands beside {read}" for key in differ}
    return found


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


def with_line_feeds(turn: Message) -> Message:
    """The turn with line ends as models write them, in what it says and thinks."""
    turn = turn.copy()
    turn["content"] = line_feeds(turn["content"])
    if "reasoning_content" in turn:
        turn["reasoning_content"] = line_feeds(turn["reasoning_content"])
    return turn


def split(turns: tuple[Message, ...], column: str) -> tuple[tuple[Message, ...], Message]:
    """A chat as prompt and gold turn, which is its last and the assistant's."""
    if turns[-1]["role"] != "assistant":
        problem = f"does not end in an assistant turn but in one of role {turns[-1]['role']!r}"
        raise BadValue(column, problem, "The last turn is the gold answer.")
    return question(turns[:-1], column), turns[-1]


def answers(
    value: Any, turns: tuple[Message, ...], column: str, ignored: Collection[str]
) -> list[int]:
    """Where in a chat an answer to train on stands: the assistant's turns that follow a user's.

    What has OpenAI's weight 0 is none, and what the assistant says unasked, such as a greeting.

    Args:
        value: the list of which `messages` made the turns.

    Raises:
        BadValue: there is none, or a weight is neither 0 nor 1.
    """
    asked = (n for n in range(1, len(turns)) if [t["role"] for t in turns[n - 1 : n + 1]] == _ASKED)
    found = [
        index
        for index in asked
        if "weight" in ignored
        or not _is_weightless(value[index].get("weight"), f"{column}[{index}].weight")
    ]
    if not found:
        raise BadValue(column, "has no answer to train on: all weigh 0", "Leave such rows out.")
    return found


def answer(turns: tuple[Message, ...], column: str) -> Message:
    """A completion in messages: one turn, the assistant's."""
    if len(turns) != 1 or turns[0]["role"] != "assistant":
        roles = ", ".join(turn["role"] for turn in turns)
        problem = f"must be one assistant message, and has {len(turns)} ({roles})"
        raise BadValue(column, problem, "Put the earlier turns into the prompt.")
    return turns[0]


def refuse_beside(row: Cells, ignored: Collection[str]) -> None:
    """Raise a BadValue where a column beside a chat holds what its template would render."""
    for column in _BESIDE:
        if column not in ignored and not holds_nothing(row.get(column)):
            raise _of_tools(column) if column in _OF_TOOLS else unknown_key(column)


def _message(turn: Any, column: str, ignored: Collection[str]) -> Message:
    if not isinstance(turn, dict) or "role" not in turn:
        problem = "is not a message"
        if isinstance(turn, dict) and {"from", "value"} <= turn.keys():
            problem += " but a turn of ShareGPT's format"
        raise BadValue(column, problem, 'A message is {"role": "user", "content": "..."}.')
    role = "system" if turn["role"] == "developer" else turn["role"]
    if role in _ROLES_OF_TOOLS:
        problem = f"is {role!r}: what a tool returned, which is not trained on"
        raise BadValue(f"{column}.role", problem, "Leave such rows out.")
    if role not in ROLES:
        raise BadValue(f"{column}.role", f"is {role!r}", f"Known roles: {', '.join(ROLES)}.")
    known = {"role", "content", "weight", *ignored, *(REASONING if role == "assistant" else ())}
    for key, value in turn.items():
        if key not in known and not holds_nothing(value):
            raise (_of_tools if key in _OF_TOOLS else unknown_key)(f"{column}.{key}")
    said, inside = content(turn.get("content"), f"{column}.content", ignored)
    if not said.strip():
        raise BadValue(f"{column}.content", "is empty")
    if inside and role != "assistant":
        problem = "holds thoughts in a turn that is not the assistant's"
        raise BadValue(f"{column}.content", problem, "Only the assistant's are trained on.")
    message = Message(role=role, content=said)
    if role == "assistant" and (thought := once((thoughts(turn, column, ignored), inside), column)):
        message["reasoning_content"] = thought
    return message


def _of_tools(column: str) -> BadValue:
    key = column.rpartition(".")[2]
    remedy = f"Leave such rows out, or train on the text without it: data.ignore=[{key}]."
    return BadValue(column, "belongs to tools, which training on the text alone would drop", remedy)


def _is_weightless(weight: Any, column: str) -> bool:
    """Whether OpenAI's weight of a turn keeps it out of training; of none or 1 it does not."""
    if holds_nothing(weight) or (weight in (0, 1) and not isinstance(weight, bool)):
        return bool(weight == 0)
    raise BadValue(column, f"is {weight!r}, not 0 or 1", "Do without it: data.ignore=[weight].")
