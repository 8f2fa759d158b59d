"""Functions that a model may call, and its calls, in OpenAI's form or as the JSON text of it.

As Parquet gives all rows all keys, a key that is null in a mapping is one that is not there; in
JSON text null is a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..records import Message
from ._cells import Cells
from ._values import BadValue, holds_nothing, plain

_TOOL = '{"type": "function", "function": {"name": "...", "parameters": {...}}}'
_CALL = '{"type": "function", "function": {"name": "...", "arguments": {...}}}'


def tools_beside(row: Cells, ignored: Iterable[str]) -> list[dict[str, Any]]:
    """The functions in the column ``tools`` beside a chat; none where there is none.

    Raises:
        BadValue: it is no list of JSON schemas of functions.
    """
    value = None if "tools" in ignored else row.get("tools")
    return [] if holds_nothing(value) else [_tool(*one) for one in _items(value, "tools", _TOOL)]


def tool_calls(value: Any, column: str) -> list[dict[str, Any]]:
    """The calls of a turn, their arguments as mappings.

    Raises:
        BadValue: it is no list of calls, or one's arguments are no JSON object.
    """
    return [_call(*one) for one in _items(value, column, _CALL)]


def with_tools(prompt: tuple[Message, ...], tools: list[dict[str, Any]]) -> tuple[Message, ...]:
    """The prompt whose first turn holds the functions, where there are some."""
    if not tools:
        return prompt
    return ({**prompt[0], "tools": tools}, *prompt[1:])


def _items(value: Any, column: str, form: str) -> list[tuple[dict[str, Any], str]]:
    """The objects of a list with the place of each."""
    value = _parsed(value, column) if isinstance(value, str) else _without_nulls(value)
    if not isinstance(value, list) or not value:
        raise BadValue(column, f"is {_kind(value)}, not a list", f"Each is {form}.")
    items = [(one, f"{column}[{index}]") for index, one in enumerate(value)]
    for index, (one, place) in enumerate(items):
        if isinstance(one, str):  # TRL's own data hold each as text
            items[index] = one, place = _parsed(one, place), place
        if not isinstance(one, dict):
            raise BadValue(place, f"is {_kind(one)}, not an object", f"Each is {form}.")
    return items


def _tool(tool: dict[str, Any], column: str) -> dict[str, Any]:
    function, at = _function(tool, column, "parameters", _TOOL)
    parameters = function.get("parameters", {})
    if not isinstance(parameters, dict):
        problem = f"is {_kind(parameters)}, not a JSON schema"
        raise BadValue(f"{at}.parameters", problem, f"A function is {_TOOL}.")
    outer = tool if function is not tool else {}
    inner = {key: value for key, value in function.items() if outer or key != "type"}
    return {**outer, "type": "function", "function": inner}


def _call(call: dict[str, Any], column: str) -> dict[str, Any]:
    function, at = _function(call, column, "arguments", _CALL)
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        arguments = _parsed(arguments, f"{at}.arguments") if arguments.strip() else {}
    if not isinstance(arguments, dict):
        problem = f"is {_kind(arguments)}, not a JSON object"
        raise BadValue(f"{at}.arguments", problem, "Arguments go by their names.")
    beside = {"id": call["id"]} if isinstance(call.get("id"), str) else {}
    named = {"name": function["name"], "arguments": arguments}
    return {**beside, "type": "function", "function": named}


def _function(
    value: dict[str, Any], column: str, inner: str, form: str
) -> tuple[dict[str, Any], str]:
    """The function of a tool or of a call, also where it is not within a key of its own."""
    bare = "function" not in value and ({"name", inner} & value.keys())
    function, at = (value, column) if bare else (value.get("function"), f"{column}.function")
    if value.get("type", "function") != "function":
        raise BadValue(f"{column}.type", f"is {value['type']!r}", "Only functions are known.")
    if not isinstance(function, dict):
        raise BadValue(at, f"is {_kind(function)}, not an object", f"Each is {form}.")
    name = function.get("name")
    if not isinstance(name, str) or not name.strip():
        raise BadValue(f"{at}.name", f"is {_kind(name)}, not a name", f"Each is {form}.")
    return function, at


def _parsed(text: str, column: str) -> Any:
    try:
        return plain(json.loads(text), column)
    except BadValue:  # NaN, half a character
        raise
    except (ValueError, RecursionError):
        raise BadValue(column, "is text that is no JSON", "Write it as JSON.") from None


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _kind(value: Any) -> str:
    return "missing" if value is None else f"of type {type(value).__name__}"
