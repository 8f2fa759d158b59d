"""xLAM's function calling (APIGen, Liu et al., arXiv 2406.18518): tools and calls in OpenAI's form.

A row is ``{"id", "query", "tools", "answers"}``, the last two as JSON text or lists. Tools are
``{"name", "description", "parameters": {NAME: {"description", "type", "default"}}}``, where types
are Python's (``int``, ``str, optional``, ``List[int]``); answers are ``{"name", "arguments"}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from .._values import BadValue
from ._nested import Flat, Found, LayoutOptions, objects, parsed, text, unknown, value

_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "tuple": "array",
    "set": "array",
    "dict": "object",
}
_TYPE = re.compile(r"\w+")


def xlam(row: Mapping[str, Any], options: LayoutOptions) -> Found:
    """The row with ``messages``, the query and the calls, beside ``tools`` as JSON schemas.

    Raises:
        BadValue: it is no row of xLAM's.
    """
    if not {"query", "tools", "answers"} <= row.keys():
        raise unknown("xLAM's: it lacks query, tools or answers", row)
    yield "", partial(_flat, row)


def _flat(row: Mapping[str, Any]) -> Flat:
    told = {key: parsed(row[key], key) for key in ("tools", "answers")}
    calls = [
        {
            "type": "function",
            "function": {
                "name": value(call, "name", str),
                # As text, in which a null is a value.
                "arguments": json.dumps(value(call, "arguments", dict), ensure_ascii=False),
            },
        }
        for call in objects(told, "answers")
    ]
    if not calls:
        raise BadValue("answers", "calls no function", "Leave such rows out.")
    messages = [
        {"role": "user", "content": text(row, "query")},
        {"role": "assistant", "content": "", "tool_calls": calls},
    ]
    tools = [_tool(tool) for tool in objects(told, "tools")]
    beside = {key: one for key, one in row.items() if key != "answers"}
    return {**beside, "messages": messages, "tools": json.dumps(tools, ensure_ascii=False)}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    given = value(tool, "parameters", dict) if tool.get("parameters") else {}
    for name, told in given.items():
        if not isinstance(told, Mapping):
            raise BadValue(f"tools.parameters.{name}", "is no object")
        kind = str(told.get("type") or "str")
        python = _TYPE.match(kind)
        schema = {"type": _TYPES.get(python[0].casefold() if python else "", "string")}
        kept = {key: told[key] for key in ("description", "default") if key in told}
        properties[name] = schema | kept
        if "optional" not in kind.casefold() and "default" not in told:
            required.append(name)
    parameters = {"type": "object", "properties": properties, "required": required}
    function = {
        "name": value(tool, "name", str),
        "description": str(tool.get("description") or ""),
        "parameters": parameters,
    }
    return {"type": "function", "function": function}
