"""ShareGPT's chats, as LLaMA-Factory, Axolotl and Unsloth take them, as OpenAI's messages.

A row is ``{"conversations": [{"from": "human", "value": "..."}, ...]}``, with the system message as
a turn or in a column ``system``. Of LLaMA-Factory are the turns ``function_call`` (the JSON of one
call or several) and ``observation``, and the functions as JSON in a column ``tools``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from .._values import BadValue, holds_nothing
from ._nested import Flat, Found, LayoutOptions, objects, parsed, unknown, value

COLUMNS = ("conversations", "conversation")

CALLS = "function_call"

ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "assistant": "assistant",
    "system": "system",
    "observation": "tool",
    "tool": "tool",
    CALLS: "assistant",
}
"""The roles by who speaks."""


def sharegpt(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """The row with ``messages``, beside ``tools`` in OpenAI's form where there are some.

    Raises:
        BadValue: it has no turns.
    """
    column = next((name for name in COLUMNS if name in row), None)
    if column is None:
        raise unknown("ShareGPT's: it lacks conversations", row)
    yield "", partial(_flat, row, column)


def _flat(row: Mapping[str, Any], column: str) -> Flat:
    turns = [_turn(turn, f"{column}[{n}]") for n, turn in enumerate(objects(row, column))]
    if not holds_nothing(row.get("system")):
        if turns and turns[0]["role"] == "system":
            raise BadValue("system", "stands beside a turn of the system's", "Leave one out.")
        turns.insert(0, {"role": "system", "content": value(row, "system", str)})
    flat = {key: one for key, one in row.items() if key not in (column, "system", "tools")}
    if not holds_nothing(row.get("tools")):
        tools = parsed(row["tools"], "tools")
        if not isinstance(tools, list):
            raise BadValue("tools", "is no list of functions")
        if tools:
            flat["tools"] = json.dumps([_wrapped(tool) for tool in tools], ensure_ascii=False)
    return {**flat, "messages": turns}


def _turn(turn: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A turn in OpenAI's form, with whatever else it holds."""
    by, said = ("from", "value") if "from" in turn else ("role", "content")
    try:
        speaker = value(turn, by, str)
        beside = {key: one for key, one in turn.items() if key not in (by, said, "train")}
        content = turn.get(said) if "tool_calls" in turn else value(turn, said, str)
    except BadValue as error:
        raise BadValue(f"{place}.{error.column}", error.problem, error.remedy) from None
    if speaker not in ROLES:
        known = f"Known: {', '.join(ROLES)}."
        raise BadValue(f"{place}.{by}", f"is {speaker!r}, nobody who speaks", known)
    if turn.get("train") is False:  # Axolotl's word for what is not trained
        beside["weight"] = 0
    if speaker != CALLS:
        return {**beside, "role": ROLES[speaker], "content": content}
    calls = parsed(content, f"{place}.{said}")
    called = [_wrapped(call) for call in (calls if isinstance(calls, list) else [calls])]
    return {**beside, "role": "assistant", "content": "", "tool_calls": called}


def _wrapped(function: Any) -> Any:
    """A function, or a call of one, as OpenAI has it; whatever else it is, as it is."""
    bare = isinstance(function, dict) and "name" in function and "function" not in function
    return {"type": "function", "function": function} if bare else function
