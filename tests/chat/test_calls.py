"""Functions and calls through the real templates: what is trained is the template's own."""

from __future__ import annotations

from typing import Any

import pytest

from architectures import tokenizer_of, trl_template
from s3ft.calls import as_text
from s3ft.chat import Chat, check
from s3ft.errors import InputError
from s3ft.judges.tool import read_calls, tool
from s3ft.records import Case, Message

TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


def call(city: str, id: str = "abcdefghi") -> dict[str, Any]:
    function = {"name": "weather", "arguments": {"city": city, "days": 2}}
    return {"id": id, "type": "function", "function": function}


USER = Message(role="user", content="How is it in Aix?", tools=[TOOL])
ONE = Message(role="assistant", content="", tool_calls=[call("Aix")])
TWO = Message(role="assistant", content="I look.", tool_calls=[call("Aix"), call("Ulm", "b" * 9)])
RESULT = Message(role="tool", content="sun", tool_call_id="abcdefghi", name="weather")

WRITES = [
    ("qwen3", "qwen3"),
    ("qwen3", "qwen2_5"),
    ("qwen3", "qwen3_instruct_2507"),
    ("qwen3", "qwen3_5_think"),
    ("qwen3", "glm4moe"),
    ("qwen3", "lfm2_v2"),
    ("llama3", "llama3_1"),
    ("llama3", "llama3_2"),
]
"""Tokenizer and template."""
PARALLEL = [(kind, name) for kind, name in WRITES if kind != "llama3"]


def chat_of(kind: str, name: str) -> Chat:
    return Chat(tokenizer_of(kind), template=trl_template(name))


def rendered(chat: Chat, turns: list[Any], tools: Any = None) -> list[int]:
    ids = chat.tokenizer.apply_chat_template(
        turns, tools=tools, chat_template=chat.template, tokenize=True, return_dict=False
    )
    return list(ids)


@pytest.mark.parametrize(("kind", "name"), WRITES)
def test_the_ids_of_prompt_and_calls_are_the_template_s(kind: str, name: str) -> None:
    chat = chat_of(kind, name)
    for turn in (ONE, TWO) if (kind, name) in PARALLEL else (ONE,):
        text = chat.written([USER], turn)
        prompt, answer = chat.prompt_ids([USER]), chat.completion_ids([USER], text)
        plain = {"role": "user", "content": USER["content"]}
        whole = rendered(chat, [plain, turn], [TOOL])
        # GLM's template leaves the end of the turn to the next one.
        assert list(prompt + answer) == [*whole, chat.stop_id][: len(prompt + answer)]
        assert chat.stop_id == answer[-1]
        assert chat.read(answer, prompt).answer.strip() == text
        assert check(chat, [USER], text) == []


@pytest.mark.parametrize(("kind", "name"), WRITES)
def test_the_judge_reads_what_the_template_writes(kind: str, name: str) -> None:
    for turn in (ONE, TWO) if (kind, name) in PARALLEL else (ONE,):
        text = chat_of(kind, name).written([USER], turn)
        assert len(read_calls(text)) == len(turn["tool_calls"])
        gold = as_text(turn["content"], turn["tool_calls"])
        for golds in ((gold,), (text,)):
            [verdict] = tool()([Case("0", (), text, golds)])
            assert verdict.label == "correct", verdict.reason


@pytest.mark.parametrize(("kind", "name"), WRITES)
def test_earlier_calls_and_results_are_in_the_prompt(kind: str, name: str) -> None:
    chat = chat_of(kind, name)
    prompt = chat.prompt_text([USER, ONE, RESULT])
    assert "Aix" in prompt.split("How is it in Aix?")[1]
    assert "sun" in prompt
    assert "Tells the weather." in prompt
    assert check(chat, [USER, ONE, RESULT], "Sunny.") == []


REFUSED = [
    ("llama3", "llama3", "does not show the functions that may be called: weather"),
    ("gemma3", "gemma3", "does not show the functions"),
    ("phi3", "phi3", "does not show the functions"),
    ("qwen3", "gptoss", "writes calls of functions as no answer is written"),
    ("qwen3", "gemma4", "writes calls of functions as no answer is written"),
]


@pytest.mark.parametrize(("kind", "name", "words"), REFUSED)
def test_what_a_template_cannot_write_is_refused(kind: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        chat_of(kind, name).written([USER], ONE)
    assert error.value.remedy


def test_parallel_calls_where_the_template_takes_one() -> None:
    with pytest.raises(InputError, match="only supports single tool-calls"):
        chat_of("llama3", "llama3_1").written([USER], TWO)


def test_a_call_that_the_template_leaves_out_is_refused() -> None:
    """gemma3's template drops calls, and without functions nothing else would tell."""
    with pytest.raises(InputError, match="writes calls of functions as no answer"):
        chat_of("gemma3", "gemma3").written([Message(role="user", content="Hi")], ONE)


def test_what_a_template_drops_of_earlier_turns_is_told() -> None:
    asked = Message(role="user", content="How is it in Aix?")
    problems = check(chat_of("gemma3", "gemma3"), [asked, ONE, asked], "Sunny.")
    assert problems == ["the template drops a call of weather in an earlier turn"]
    template = trl_template("qwen3").replace('message.role == "tool"', "false")
    chat = Chat(tokenizer_of("qwen3"), template=template)
    problems = check(chat, [USER, ONE, RESULT], "Sunny.")
    assert problems == ["the template drops or changes the tool message 'sun'"]


def test_thoughts_before_a_call() -> None:
    chat = chat_of("qwen3", "qwen3")
    text = chat.written([USER], ONE, "I need it.")
    read = chat.read(chat.completion_ids([USER], text, "I need it."), chat.prompt_ids([USER]))
    assert (read.answer.strip(), read.reasoning.strip()) == (text, "I need it.")
