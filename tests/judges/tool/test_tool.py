"""The tool judge: the same calls in any dress, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from growth import assert_linear
from s3ft import judge
from s3ft.judges import registry
from s3ft.judges.tool import tool
from s3ft.records import Case, Verdict, VerdictCode

GOLD = '<tool_call>\n{"name": "weather", "arguments": {"city": "Aix", "days": 2}}\n</tool_call>'
CALL = '{"name": "weather", "arguments": {"city": "Aix", "days": 2}}'
OTHER = '{"name": "time", "arguments": {"zone": "UTC+1", "at": {"h": [1, 2.5], "exact": true}}}'
BOTH = f"<tool_call>\n{CALL}\n</tool_call>\n<tool_call>\n{OTHER}\n</tool_call>"


def ask(response: str, *gold: str, **options: Any) -> Verdict:
    return next(tool(**options)([Case("0", (), response, gold or (GOLD,))]))


RIGHT = {
    "itself": GOLD,
    "keys in another order": GOLD.replace('"city": "Aix", "days": 2', '"days": 2, "city": "Aix"'),
    "on one line": f"<tool_call>{CALL}</tool_call>",
    "words before": f"I will look that up.\n\n{GOLD}",
    "another number of the same value": GOLD.replace("2}", "2.0}"),
    "an escape": GOLD.replace("Aix", "\\u0041ix"),
    "JSON": CALL,
    "JSON over lines": json.dumps(json.loads(CALL), indent=2),
    "a list": f"[{CALL}]",
    "Llama": CALL.replace("arguments", "parameters"),
    "Llama, its mark": "<|python_tag|>" + CALL.replace("arguments", "parameters"),
    "Llama, its type": '{"type": "function", ' + CALL.replace("arguments", "parameters")[1:],
    "OpenAI": json.dumps(
        [{"id": "a", "type": "function", "function": {"name": "weather",
          "arguments": '{"city": "Aix", "days": 2}'}}]
    ),
    "Mistral": f"[TOOL_CALLS] [{CALL}]",
    "Mistral, with an id": f'[TOOL_CALLS][{CALL[:-1]}, "id": "abcdefghi"}}]',
    "Mistral, newer": '[TOOL_CALLS]weather[ARGS]{"city": "Aix", "days": 2}',
    "Mistral, without special tokens": 'weather{"city": "Aix", "days": 2}',
    "Python": 'weather(city="Aix", days=2)',
    "a list of Python": "[weather(city='Aix', days=2)]",
    "LFM": "<|tool_call_start|>[weather(city='Aix', days=2)]<|tool_call_end|>",
    "Qwen3-Coder": "<tool_call>\n<function=weather>\n<parameter=city>\nAix\n</parameter>\n"
    "<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>",
    "GLM": "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value>Aix</arg_value>\n"
    "<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>",
}  # fmt: skip


@pytest.mark.parametrize("form", RIGHT)
def test_right_in_other_dress(form: str) -> None:
    verdict = ask(RIGHT[form])
    assert (verdict.label, verdict.code) == ("correct", VerdictCode.EQUAL), verdict.reason
    assert str(verdict.answer).startswith("weather(")
    assert ask(GOLD, RIGHT[form]).label == "correct", "and so as a gold"
    assert ask(RIGHT[form], RIGHT[form]).label == "correct"


def changed(old: str, new: str) -> str:
    assert old in GOLD
    return GOLD.replace(old, new)


DIFFERS = {
    "another function": changed("weather", "whether"),
    "another case of the name": changed("weather", "Weather"),
    "another value": changed("Aix", "Arles"),
    "another number": changed("2}", "3}"),
    "nearly the number": changed("2}", "2.0000000000000000001}"),
    "text for a number": changed("2}", '"2"}'),
    "true for a number": changed("2}", "true}"),
    "null": changed("2}", "null}"),
    "a list of it": changed("2}", "[2]}"),
    "an argument less": changed(', "days": 2', ""),
    "an argument more": changed("2}", '2, "unit": "C"}'),
    "an argument more that is null": changed("2}", '2, "unit": null}'),
    "no arguments": changed('{"city": "Aix", "days": 2}', "{}"),
    "case of a text": changed("Aix", "aix"),
    "space in a text": changed("Aix", "Aix "),
    "the call twice": f"{GOLD}\n{GOLD}",
    "a call more": BOTH,
    "arguments within arguments": changed('{"city"', '{"arguments": {"city"').replace("2}", "2}}"),
    "Python, another value": "weather(city='Aix', days=-2)",
    "Python, text": "weather(city='Aix', days='2')",
    "Python, true for one": "weather(city='Aix', days=True)",
}

UNREADABLE = {
    "nothing but words": "It is sunny in Aix.",
    "a key twice": changed('"city"', '"city": "Arles", "city"'),
    "a name twice": changed('{"name"', '{"name": "time", "name"'),
    "a keyword twice": "weather(city='Aix', city='Aix', days=2)",
    "NaN": changed("2}", "NaN}"),
    "infinity": changed("2}", "-Infinity}"),
    "Python's infinity": "weather(city='Aix', days=1e999)",
    "arguments as text": changed('{"city": "Aix", "days": 2}', '"{\\"city\\": \\"Aix\\"}"'),
    "arguments as a list": changed('{"city": "Aix", "days": 2}', '["Aix", 2]'),
    "arguments under two names": changed('"arguments"', '"parameters": {}, "arguments"'),
    "a key of another kind": changed('"arguments"', '"sudo": true, "arguments"'),
    "quoted in a line": f"One could write <tool_call>{CALL}</tool_call> here.",
    "quoted in back-ticks": f"One could write `[TOOL_CALLS] [{CALL}]`",
    "JSON in words": f"I would call {CALL}",
    "JSON and words after it": f"{CALL}\nThat is the call.",
    "words after": f"{GOLD}\nIt is sunny.",
    "a result made up": f"{GOLD}\n<tool_response>\nsun\n</tool_response>",
    "words between": f"{GOLD}\nand\n{GOLD}",
    "in a fence": f"```json\n{CALL}\n```",
    "its form in a fence": f"Like this:\n```\n{GOLD}\n```",
    "nested": f"<tool_call>\n{GOLD}\n</tool_call>",
    "in a list of lists": f"[[{CALL}]]",
    "not closed": GOLD.removesuffix("</tool_call>"),
    "cut": GOLD[:-30],
    "an empty list": "[]",
    "no name": '{"arguments": {"city": "Aix", "days": 2}}',
    "a name that is none": changed('"weather"', "3"),
    "by position": "weather('Aix', 2)",
    "an expression": "weather(city='A' + 'ix', days=2)",
    "a call within": "weather(city=str('Aix'), days=2)",
    "a star": "weather(**{'city': 'Aix', 'days': 2})",
    "called at once": "(lambda city, days: 0)(city='Aix', days=2)",
    "an attribute of a call": "open('x').weather(city='Aix', days=2)",
    "an f-string": "weather(city=f'{1}', days=2)",
    "a walrus": "weather(city=(x := 'Aix'), days=2)",
    "two statements": "weather(city='Aix', days=2)\nweather(city='Aix', days=2)",
    "an import": "__import__('os').system(command='true')",
    "deep JSON": '{"name": "weather", "arguments": ' + '{"a": ' * 100_000,
    "deep Python": "weather(a=" + "[" * 5_000,
    "many signs": "weather(a=" + "-" * 15_000 + "1)",
    "many digits": changed("2}", "2" * 10_000 + "}"),
    "a huge exponent": changed("2}", "1e" + "9" * 30 + "}"),
}


@pytest.mark.parametrize("form", DIFFERS)
def test_other_calls_are_incorrect(form: str) -> None:
    verdict = ask(DIFFERS[form])
    assert (verdict.label, verdict.code) == ("incorrect", VerdictCode.DIFFERS), verdict.reason
    assert ask(GOLD, DIFFERS[form]).label == "incorrect", "the other way round too"


@pytest.mark.parametrize("form", UNREADABLE)
def test_what_is_not_wholly_calls_is_incorrect(form: str) -> None:
    verdict = ask(UNREADABLE[form])
    assert (verdict.label, verdict.code) == ("incorrect", VerdictCode.UNREADABLE), verdict.reason
    assert verdict.reason
    gold = ask(GOLD, UNREADABLE[form])
    assert (gold.label, gold.code) == ("unknown", VerdictCode.BAD_GOLD)
    assert "is no call of functions: " in gold.reason


def test_calls_in_a_block_of_thoughts_are_not_made() -> None:
    rows = [
        {"response": f"<think>\n{GOLD}\n</think>\nIt is sunny.", "gold": GOLD},
        {"response": f"<think>\n{GOLD}", "gold": GOLD},
        {"response": f"<think>\nno {OTHER}\n</think>\n{GOLD}", "gold": f"<think>a</think>{GOLD}"},
    ]
    assert [v.label for v in judge(rows, "tool")] == ["incorrect", "incorrect", "correct"]


def test_several_calls() -> None:
    swapped = f"<tool_call>{OTHER}</tool_call>\n<tool_call>{CALL}</tool_call>"
    python = "[time(zone='UTC+1', at={'exact': True, 'h': [1, 2.50]}), weather(city='Aix', days=2)]"
    for response in (BOTH, swapped, f"[{OTHER}, {CALL}]", f"{CALL}; {OTHER}", python):
        assert ask(response, BOTH).label == "correct", response
    assert ask(BOTH, BOTH, ordered=True).label == "correct"
    assert ask(swapped, BOTH, ordered=True).label == "incorrect"
    assert ask(GOLD, BOTH).reason == "1 call, gold 2 calls"
    assert ask(f"[{CALL}, {CALL}]", BOTH).label == "incorrect"
    assert ask(f"[{CALL}, {CALL}]", f"{CALL}{CALL}").label == "correct"


def test_any_accepted_gold_will_do() -> None:
    assert ask(GOLD, changed("2}", "3}"), GOLD).label == "correct"


def test_arguments_that_do_not_count() -> None:
    other = changed("2}", '5, "unit": "C"}')
    assert ask(other).label == "incorrect"
    assert ask(other, ignore_arguments=["days", "unit"]).label == "correct"
    assert ask(other, ignore_arguments=["weather.days", "weather.unit"]).label == "correct"
    assert ask(other, ignore_arguments=["time.days", "unit"]).label == "incorrect"


def test_texts_compared_loosely() -> None:
    other = changed("Aix", " AIX\\n")
    assert ask(other).label == "incorrect"
    assert ask(other, loose_text=True).label == "correct"
    assert ask(changed("2}", '"2"}'), loose_text=True).label == "incorrect"


def test_text_between_tags_may_be_a_text_or_a_value() -> None:
    tags = "<tool_call>\n<function=f>\n<parameter=a>\n{}\n</parameter>\n</function>\n</tool_call>"
    for text, value in (
        ("2", "2"),
        ("2", '"2"'),
        ("True", "true"),
        ("[1]", "[1]"),
        ("a\nb", '"a\\nb"'),
    ):
        gold = f'{{"name": "f", "arguments": {{"a": {value}}}}}'
        assert ask(tags.replace("{}", text), gold).label == "correct", value
    assert ask(tags.replace("{}", "2"), tags.replace("{}", "3")).label == "incorrect"


def test_a_row_without_a_gold_is_malformed() -> None:
    verdict = next(tool()([Case("0", (), GOLD, ())]))
    assert (verdict.label, verdict.code) == ("unknown", VerdictCode.MALFORMED)


def test_reasons_say_what_differs() -> None:
    assert ask(changed("Aix", "Arles")).reason == 'weather: city is "Arles", gold "Aix"'
    assert ask(changed(', "days": 2', "")).reason == "weather: days is not given"
    assert ask(changed("weather", "time")).reason == "calls time, gold weather"


def test_options_are_checked() -> None:
    from s3ft.errors import InputError

    with pytest.raises(InputError, match="ignore_arguments is a list of names"):
        registry.make("tool", {"ignore_arguments": "unit"})


LONG = {
    "calls": f"<tool_call>{CALL}</tool_call>\n",
    "marks": "<tool_call>",
    "lists": "[TOOL_CALLS] [",
    "objects": CALL,
    "names": "weather",
    "XML": "<tool_call><function=f><parameter=a>\n",
    "GLM": "<tool_call>f<arg_key>a</arg_key><arg_value>",
    "fences": "```\n",
    "spaces": " ",
    "Python": "f(a=1), ",
}


@pytest.mark.parametrize("form", LONG)
def test_a_huge_response_takes_linear_time(form: str) -> None:
    text = LONG[form] * (200_000 // len(LONG[form]))
    assert_linear(lambda size: ask(f"<tool_call>{text[:size]}"), 200_000)
    assert_linear(lambda size: ask(f"{text[:size]} x"), 200_000)
