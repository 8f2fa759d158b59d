"""Chats as rows hold them: lists of ``{"role": ..., "content": ...}``.

Whatever else a turn holds is kept (its thoughts, its calls of functions) or refused by its name:
nothing that the model would have seen or said is dropped without a word.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..records import Message
from ._cells import Cells
from ._content import REASONING, content, once, thoughts, unknown_key
from ._texts import line_feeds
from ._tools import tool_calls
from ._values import BadValue, holds_nothing

ROLES = ("system", "user", "assistant", "tool")

ASKS = ("user", "tool")
"""Whose turn an answer follows."""

_BESIDE = ("functions", "chat_template_kwargs")
_OLDER = {"function_call": "tool_calls", "functions": "tools"}
_ROLES_OF_TOOLS = ("function", "ipython", "observation")
_OF_TOOL = ("tool_call_id", "name")


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
    """The turns before an answer, the last of which must be the user's, or a function's result."""
    if not turns or turns[-1]["role"] not in ASKS:
        role = turns[-1]["role"] if turns else "nothing"
        remedy = "Before the answer the last turn is the user's, or a tool's."
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
    """Where in a chat an answer to train on stands: the assistant's turns that follow a user's or
    a function's result.

    What has OpenAI's weight 0 is none, and what the assistant says unasked, such as a greeting.

    Args:
        value: the list of which `messages` made the turns.

    Raises:
        BadValue: there is none, or a weight is neither 0 nor 1.
    """
    roles = [turn["role"] for turn in turns]
    asked = (n for n in range(1, len(roles)) if roles[n] == "assistant" and roles[n - 1] in ASKS)
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
            raise _older(column) if column in _OLDER else unknown_key(column)


def _message(turn: Any, column: str, ignored: Collection[str]) -> Message:
    if not isinstance(turn, dict) or "role" not in turn:
        problem = "is not a message"
        if isinstance(turn, dict) and {"from", "value"} <= turn.keys():
            problem += " but a turn of ShareGPT's format"
        raise BadValue(column, problem, 'A message is {"role": "user", "content": "..."}.')
    role = "system" if turn["role"] == "developer" else turn["role"]
    if role in _ROLES_OF_TOOLS:
        raise BadValue(f"{column}.role", f"is {role!r}", 'What a function returned is "tool".')
    if role not in ROLES:
        raise BadValue(f"{column}.role", f"is {role!r}", f"Known roles: {', '.join(ROLES)}.")
    of_role = {"assistant": (*REASONING, "tool_calls"), "tool": _OF_TOOL}.get(role, ())
    for key, value in turn.items():
        known = {"role", "content", "weight", *ignored, *of_role}
        if key not in known and not holds_nothing(value):
            raise (_older if key in _OLDER else unknown_key)(f"{column}.{key}")
    message = Message(role=role, content="")
    if (
        role == "assistant"
        and "tool_calls" not in ignored
        and not holds_nothing(turn.get("tool_calls"))
    ):
        message["tool_calls"] = tool_calls(turn["tool_calls"], f"{column}.tool_calls")
    calls = "tool_calls" in message
    said = inside = ""
    if not calls or not holds_nothing(turn.get("content")):
        said, inside = content(turn.get("content"), f"{column}.content", ignored)
    if not said.strip() and not calls and role != "tool":  # a function may return nothing
        raise BadValue(f"{column}.content", "is empty")
    if inside and role != "assistant":
        problem = "holds thoughts in a turn that is not the assistant's"
        raise BadValue(f"{column}.content", problem, "Only the assistant's are trained on.")
    message["content"] = said
    if role == "assistant" and (thought := once((thoughts(turn, column, ignored), inside), column)):
        message["reasoning_content"] = thought
    if role == "tool":
        named = {key: turn[key] for key in _OF_TOOL if isinstance(turn.get(key), str)}
        message |= named  # type: ignore[typeddict-item]
    return message


def _older(column: str) -> BadValue:
    key = column.rpartition(".")[2]
    remedy = f"Write it as {_OLDER[key]}, or train on the text without it: data.ignore=[{key}]."
    return BadValue(column, f"is the older form of {_OLDER[key]}, which is not read", remedy)


def _is_weightless(weight: Any, column: str) -> bool:
    """Whether OpenAI's weight of a turn keeps it out of training; of none or 1 it does not."""
    if holds_nothing(weight) or (weight in (0, 1) and not isinstance(weight, bool)):
        return bool(weight == 0)
    raise BadValue(column, f"is {weight!r}, not 0 or 1", "Do without it: data.ignore=[weight].")
