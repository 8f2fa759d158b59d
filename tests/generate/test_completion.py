"""What is read in the body of a chat completion, as a server sends it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from endpoint import serve
from growth import assert_linear
from s3ft.generate import OpenAIEngine, Unanswered
from s3ft.recipe import Endpoint
from s3ft.records import Message, Request, Response, Sampling

pytestmark = pytest.mark.usefixtures("quick_retries")


def body(reason: Any = "stop", **message: Any) -> bytes:
    choice = {"message": {"role": "assistant", **message}, "finish_reason": reason}
    return json.dumps({"choices": [choice]}).encode()


def read(body: bytes, *, split_reasoning: bool = True) -> Response:
    """What the engine makes of a body; a request that gets no answer is sent twice."""
    with serve(lambda _: (200, body)) as server:
        endpoint = Endpoint(url=server.url, model="m", retries=1)
        engine = OpenAIEngine(endpoint, split_reasoning=split_reasoning)
        message = Message(role="user", content="How many?")
        [[response]] = engine.generate([Request("key", (message,), (), Sampling())])
    return response


CALL = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]

ANSWERS: dict[str, tuple[bytes, tuple[str, str, str]]] = {
    "a text": (body(content="It is 5."), ("It is 5.", "", "stop")),
    "end of text": (body("eos_token", content="5"), ("5", "", "stop")),
    "no reason": (body(None, content="5"), ("5", "", "stop")),
    "an unknown reason": (body("weird", content="5"), ("5", "", "weird")),
    "cut": (body("MAX_TOKENS", content="5"), ("5", "", "length")),
    "both fields": (
        body(content="5", reasoning_content="2 + 3"),
        ("5", "2 + 3", "stop"),
    ),
    "the field of later servers": (body(content="5", reasoning="2 + 3"), ("5", "2 + 3", "stop")),
    "the space between": (
        body(content="\n\n    return 5\n", reasoning_content="so"),
        ("    return 5", "so", "stop"),
    ),
    "reasoning alone": (
        body(content=None, reasoning_content="It is 5."),
        ("", "It is 5.", "thinking"),
    ),
    "reasoning alone, without a reason": (
        body(None, content="", reasoning="hm"),
        ("", "hm", "thinking"),
    ),
    "reasoning cut": (body("length", content=None, reasoning="hm"), ("", "hm", "length")),
    "a block in the text": (
        body(content="<think>\n2 + 3\n</think>\n\n5"),
        ("5", "2 + 3", "stop"),
    ),
    "a block that the prompt opened": (
        body(content="2 + 3\n</think>\n\n5"),
        ("5", "2 + 3", "stop"),
    ),
    "a block that never ends": (
        body(content="<think>2 + 3 is 5"),
        ("", "2 + 3 is 5", "thinking"),
    ),
    "a block that is cut": (body("length", content="<think>2 +"), ("", "2 +", "length")),
    "parts": (
        body(content=[{"type": "text", "text": "It is "}, {"type": "text", "text": "5."}]),
        ("It is 5.", "", "stop"),
    ),
    "parts with a thought": (
        body(
            content=[
                {"type": "thinking", "thinking": [{"type": "text", "text": "2 + 3"}]},
                {"type": "text", "text": "5"},
            ]
        ),
        ("5", "2 + 3", "stop"),
    ),
    "calls of tools": (body("tool_calls", content=None, tool_calls=CALL), ("", "", "tool_calls")),
    "calls of tools that ended": (body(content="", tool_calls=CALL), ("", "", "tool_calls")),
    "no calls": (body(content="5", tool_calls=[]), ("5", "", "stop")),
    "a refusal": (body(content=None, refusal="I can't."), ("I can't.", "", "refusal")),
    "nothing": (body(content=None), ("", "", "stop")),
    "no choices": (b'{"choices": []}', ("", "", "no_choices")),
    "null choices": (b'{"choices": null}', ("", "", "no_choices")),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers(kind: str) -> None:
    given, (text, reasoning, reason) = ANSWERS[kind]
    found = read(given)
    assert (found.text, found.reasoning, found.finish_reason) == (text, reasoning, reason)


MALFORMED = {
    "no JSON": b"<html>",
    "an error": b'{"choices": [], "error": {"message": "upstream"}}',
    "a number": b"3",
    "no message": b'{"choices": [{"finish_reason": "stop"}]}',
    "content of another kind": body(content={"text": "5"}),
    "a part that is no mapping": body(content=["5"]),
    "a reason of another kind": body(7, content="5"),
    "broken off": body("abort", content="It is"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_no_answer_is_asked_for_again(kind: str) -> None:
    with pytest.raises(Unanswered, match=r"given up after 2 tries: (no chat|the server broke)"):
        read(MALFORMED[kind])


def test_without_marks_the_text_stays_whole() -> None:
    quoted = "The response says </think> yes. [[no]]"
    assert read(body(content=quoted), split_reasoning=False).text == quoted


@pytest.mark.parametrize("filler", [" ", "\n", "<think>", "</think>", "`", "<|channel|>"])
def test_reading_takes_linear_time(filler: str) -> None:
    assert_linear(
        lambda size: read(body(content=filler * size, reasoning_content="\n " * (size // 2))),
        200_000,
    )
