"""The engine for OpenAI's protocol with functions to call: what is sent, and what calls become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from architectures import tokenizer_of, trl_template
from endpoint import Body, completion, serve
from s3ft.chat import Chat
from s3ft.generate import OpenAIEngine
from s3ft.recipe import Endpoint
from s3ft.records import Message, Request, Response, Sampling

pytestmark = pytest.mark.usefixtures("quick_retries")

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
ARGUMENTS = {"city": "Aïx"}
CALL = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": ARGUMENTS}}
SENT = CALL | {"function": {"name": "weather", "arguments": json.dumps(ARGUMENTS)}}
HERMES = '<tool_call>\n{"name": "weather", "arguments": {"city": "Aïx"}}\n</tool_call>'
USER = Message(role="user", content="How is it?", tools=[TOOL])


def ask(message: Body, turns: tuple[Message, ...] = (USER,), chat: Chat | None = None) -> Any:
    """What the engine makes of a message, and what it sent."""
    said = completion("", finish_reason="tool_calls", message={"role": "assistant", **message})
    with serve(lambda body: said) as server:
        engine = OpenAIEngine(Endpoint(url=server.url, model="m"), chat=chat)
        request = Request("key", turns, (), Sampling(max_new_tokens=9))
        [[response]] = engine.generate([request])
    return response, server.bodies[-1]


def test_functions_are_sent_beside_the_turns_and_arguments_as_text() -> None:
    before = Message(role="assistant", content="", tool_calls=[CALL])
    result = Message(role="tool", content="sun", tool_call_id="a")
    _, body = ask({"content": "Sunny."}, (USER, before, result))
    assert body["tools"] == [TOOL]
    assert body["messages"] == [
        {"role": "user", "content": "How is it?"},
        {"role": "assistant", "content": "", "tool_calls": [SENT]},
        result,
    ]


def test_calls_become_text_that_the_model_ended() -> None:
    response, _ = ask({"content": None, "tool_calls": [SENT]})
    assert (response.text, response.finish_reason) == (HERMES, "stop")
    response, _ = ask({"content": "I look.", "tool_calls": [SENT]})
    assert response.text == f"I look.\n{HERMES}"


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("qwen3", "qwen3", HERMES),
        ("llama3", "llama3_1", '{"name": "weather", "parameters": {"city": "Aïx"}}'),
        ("gemma3", "gemma3", HERMES),  # it has no form of its own
    ],
)
def test_calls_are_written_as_the_model_at_hand_writes_them(
    kind: str, name: str, text: str
) -> None:
    chat = Chat(tokenizer_of(kind), template=trl_template(name))
    response, _ = ask({"content": "", "tool_calls": [SENT]}, chat=chat)
    assert response.text == text


BAD: list[Any] = [
    [{"function": {"name": "weather", "arguments": '{"city": '}}],
    [{"function": {"name": "weather", "arguments": "[1]"}}],
    [{"function": {"name": "weather", "arguments": '{"a": NaN}'}}],
    [{"function": {"name": 3, "arguments": "{}"}}],
    [{"function": {"name": "weather", "arguments": '{"a": "\\ud800"}'}}],
    [7],
    "f()",
]


@pytest.mark.parametrize("calls", BAD, ids=repr)
def test_calls_that_are_none_are_no_answer(calls: Any) -> None:
    response, _ = ask({"content": "", "tool_calls": calls})
    assert not response.whole
    assert response.finish_reason == "tool_calls"


def test_a_call_where_none_was_offered_is_no_answer() -> None:
    response: Response
    response, body = ask({"tool_calls": [SENT]}, (Message(role="user", content="How is it?"),))
    assert "tools" not in body
    assert response.finish_reason == "tool_calls"
