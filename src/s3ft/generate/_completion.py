"""Reads what a server sent: one chat completion, or why there is none. Nothing in it is trusted."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..finish import finish_reason
from ..reasoning import Parts, split
from ..records import FinishReason
from ._limits import Tokens

_REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where servers put what a model thinks, beside ``content``."""


class MalformedCompletion(ValueError):
    """The body is no chat completion, or the server did not finish it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer, and the reasoning before it. What a server may leave out is None.

    ``calls`` are of functions, in OpenAI's form with their arguments as mappings.
    """

    text: str
    finish_reason: FinishReason
    logprob: float | None = None
    prompt_ids: tuple[int, ...] | None = None
    token_ids: tuple[int, ...] | None = None
    used: Tokens | None = None
    reasoning: str = ""
    calls: tuple[dict[str, Any], ...] = ()


def read_completion(
    body: bytes, split_reasoning: bool = True, has_tools: bool = False
) -> Completion:
    """The answer in the body of a chat completion.

    A server may put reasoning into a field of its own, or leave it in the text. Where only that is
    there of an answer that ended by itself, it ended ``thinking``.

    Args:
        split_reasoning: whether marks in the text tell of reasoning.
        has_tools: whether functions were offered: then calls of them are an answer.

    Raises:
        MalformedCompletion: it is not JSON, was cut, or holds no answer, or one that the server
            broke off.
    """
    try:
        data = json.loads(body)
        choices = data["choices"]
        if not choices and "error" not in data:
            return Completion("", "no_choices", used=_used(data.get("usage")))
        choice = choices[0]
        message, word = choice["message"], choice.get("finish_reason") or "stop"
        content, thought, refusal = _content(message.get("content"))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise MalformedCompletion(f"no chat completion ({type(error).__name__})") from None
    if not isinstance(word, str):
        raise MalformedCompletion("no chat completion (finish_reason is no text)")
    beside = thought or next(filter(None, (_text(message.get(name)) for name in _REASONING)), "")
    refusal = refusal or _text(message.get("refusal"))
    parts = split(content) if split_reasoning else Parts(content)
    answer = _trimmed(parts.answer) if beside else parts.answer
    reasoning = "\n".join(filter(None, (beside.strip(), parts.reasoning)))
    reason = finish_reason(word)
    calls = _calls(message.get("tool_calls")) if has_tools else ()
    if reason == "abort":
        raise MalformedCompletion(f"the server broke the answer off ({word!r})")
    if refusal:
        answer, reason = answer or refusal, "refusal"
    elif calls:
        reason = "stop" if reason == "tool_calls" else reason
    elif message.get("tool_calls") or message.get("function_call"):
        reason = "tool_calls"
    elif reason == "stop" and reasoning and not answer.strip():
        reason = "thinking"
    return Completion(
        text=_storable(answer),
        finish_reason=reason,
        logprob=_logprob(choice.get("logprobs")),
        prompt_ids=_ids(data.get("prompt_token_ids")),
        token_ids=_ids(choice.get("token_ids")),
        used=_used(data.get("usage")),
        reasoning=_storable(reasoning),
        calls=calls,
    )


def explanation(body: object) -> str:
    """The server's own words in an error's body, on one line."""
    for name in ("error", "message", "detail"):
        if isinstance(body, Mapping) and name in body:
            body = body[name]
    text = body if isinstance(body, str) else json.dumps(body, default=str)
    return " ".join(text.split())[:500]


def _content(value: Any) -> tuple[str, str, str]:
    """Text, reasoning and refusal in a message's content: a text, or a list of parts.

    Raises:
        TypeError: it is something else.
    """
    if value is None or isinstance(value, str):
        return value or "", "", ""
    if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
        raise TypeError
    found: dict[str, list[str]] = {"text": [], "thinking": [], "refusal": []}
    for part in value:
        kind = {"output_text": "text", "reasoning": "thinking"}.get(part["type"], part["type"])
        content = part.get(part["type"], part.get("text"))
        if kind in found:
            found[kind].append(content if isinstance(content, str) else _content(content)[0])
    text, thinking, refusal = ("".join(texts) for texts in found.values())
    return text, thinking, refusal


def _calls(value: Any) -> tuple[dict[str, Any], ...]:
    """The calls of a message; none where one of them is none, or its arguments are no object."""
    calls = []
    try:
        for call in value or ():
            name, arguments = call["function"]["name"], call["function"].get("arguments") or "{}"
            # What JSON text may hold and text may not: a lone surrogate, as in an answer.
            parsed = json.loads(_storable(arguments))
            if not isinstance(name, str) or not isinstance(parsed, dict):
                return ()
            json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode()
            function = {"name": _storable(name), "arguments": parsed}
            calls.append({"type": "function", "function": function})
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return ()
    return tuple(calls)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _trimmed(answer: str) -> str:
    """Without the space around it that stood after the reasoning; a first line's indent stays."""
    return re.sub(r"\A\s*\n", "", answer).rstrip()


def _storable(text: str) -> str:
    """A lone surrogate is no character, and could not be stored."""
    return text.encode(errors="replace").decode()


def _logprob(logprobs: Any) -> float | None:
    entries = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    if not isinstance(entries, list) or not entries:
        return None
    total = 0.0
    for entry in entries:
        value = entry.get("logprob") if isinstance(entry, Mapping) else None
        if not isinstance(value, int | float) or not math.isfinite(value):
            return None
        total += value
    return total


def _ids(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, Sequence) or not all(type(id) is int for id in value):
        return None
    return tuple(value)


def _used(usage: Any) -> Tokens | None:
    if not isinstance(usage, Mapping):
        return None
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if type(prompt) is not int or type(completion) is not int or min(prompt, completion) < 0:
        return None
    return Tokens(prompt, completion)
