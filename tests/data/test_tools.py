"""Functions that a model may call and its calls: as data have them, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import Write, read, refused

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": {"city": "Aix", "days": 2}},
}
TEXT = '<tool_call>\n{"name": "weather", "arguments": {"city": "Aix", "days": 2}}\n</tool_call>'
USER = {"role": "user", "content": "How is it in Aix?"}
GOLD = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "name": "weather", "content": "sun"}
SAID = {"role": "assistant", "content": "Sunny."}


def with_arguments(arguments: Any) -> dict[str, Any]:
    return CALL | {"function": CALL["function"] | {"arguments": arguments}}  # type: ignore[operator]


def test_tools_and_a_gold_that_calls_them(write: Write) -> None:
    [example] = read(write([{"messages": [USER, GOLD], "tools": [TOOL], "level": 1}]))
    assert example.prompt == ({**USER, "tools": [TOOL]},)
    assert example.completion == TEXT
    assert example.accepted == (TEXT,)
    assert example.calling == GOLD
    assert example.meta == {"gold": [TEXT], "level": 1}


def test_the_tools_stand_in_the_first_turn_after_the_recipe_s_system_message(write: Write) -> None:
    path = write([{"messages": [USER, GOLD], "tools": [TOOL]}])
    [example] = read(path, system="Be brief.")
    assert [turn.get("tools") for turn in example.prompt] == [None, [TOOL]]


SAME: list[tuple[str, dict[str, Any]]] = [
    ("JSON text", {"tools": json.dumps([TOOL])}),
    ("a list of JSON texts", {"tools": [json.dumps(TOOL)]}),
    ("functions alone", {"tools": [TOOL["function"]]}),
    ("nulls of Parquet", {"tools": [TOOL | {"x": None}]}),
    ("arguments as text", {"call": with_arguments(json.dumps({"city": "Aix", "days": 2}))}),
    ("an argument of another", {"call": with_arguments({"city": "Aix", "days": 2, "n": None})}),
    ("content null", {"content": None}),
    ("as prompt and completion", {"split": True}),
]


@pytest.mark.parametrize("change", [c[1] for c in SAME], ids=[c[0] for c in SAME])
def test_the_layouts_in_which_data_have_them(write: Write, change: dict[str, Any]) -> None:
    gold = GOLD | {"tool_calls": [change.get("call", CALL)], "content": change.get("content", "")}
    row: dict[str, Any] = {"tools": change.get("tools", [TOOL])}
    halves = {"prompt": [USER], "completion": [gold]}
    row |= halves if "split" in change else {"messages": [USER, gold]}
    [example] = read(write([row]))
    assert example.prompt == ({**USER, "tools": [TOOL]},)
    assert (example.completion, example.calling) == (TEXT, GOLD)


def test_null_in_json_text_is_a_value(write: Write) -> None:
    call = with_arguments('{"city": null}')
    [example] = read(write([{"messages": [USER, GOLD | {"tool_calls": [call]}]}]))
    assert '{"city": null}' in example.completion


def test_earlier_calls_and_their_results_are_kept(write: Write) -> None:
    [example] = read(write([{"messages": [USER, GOLD, RESULT, SAID], "tools": json.dumps([TOOL])}]))
    assert example.prompt == ({**USER, "tools": [TOOL]}, GOLD, RESULT)
    assert (example.completion, example.calling) == ("Sunny.", None)
    assert "gold" not in example.meta


def test_what_is_said_and_thought_beside_a_call(write: Write) -> None:
    gold = GOLD | {"content": "<think>hm</think>I look."}
    [example] = read(write([{"messages": [USER, gold], "tools": [TOOL]}]))
    assert (example.completion, example.reasoning) == (f"I look.\n{TEXT}", "hm")
    assert example.calling == GOLD | {"content": "I look."}


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("tools no list", {"tools": {"a": 1}}, "tools: is of type dict, not a list"),
    ("tools no JSON", {"tools": "[{"}, "tools: is text that is no JSON"),
    ("no name", {"tools": [{"type": "function", "function": {"a": 1}}]}, "tools[0].function.name"),
    ("another type", {"tools": [{"type": "web_search", "x": 1}]}, "tools[0].type: is 'web_search'"),
    ("parameters", {"tools": [{"name": "f", "parameters": "x"}]}, "tools[0].parameters: is of"),
    ("call no object", {"call": 3}, "messages[1].tool_calls[0]: is of type int, not an object"),
    (
        "call no name",
        {"call": {"function": {"arguments": {"a": 1}}}},
        "[0].function.name: is missing",
    ),
    (
        "a list",
        {"call": with_arguments([1])},
        "function.arguments: is of type list, not a JSON obj",
    ),
    (
        "no JSON",
        {"call": with_arguments("city=Aix")},
        "function.arguments: is text that is no JSON",
    ),
    ("NaN", {"call": with_arguments('{"days": NaN}')}, "function.arguments.days: is nan"),
    ("half a character", {"call": with_arguments('{"a": "\\ud800"}')}, "a: has half a character"),
    ("NaN in tools", {"tools": '[{"name": "f", "parameters": {"a": NaN}}]'}, "is nan"),
]


@pytest.mark.parametrize(("change", "words"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_what_is_wrong_is_named(write: Write, change: dict[str, Any], words: str) -> None:
    gold = GOLD | {"tool_calls": [change.get("call", CALL)]}
    row = {"messages": [USER, gold], "tools": change.get("tools", [TOOL])}
    message = refused(write([row]))
    assert words in message
    assert "\n  " in message, "there is a remedy"
