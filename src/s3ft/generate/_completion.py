"""Reads what a server sent: one chat completion, or why there is none. Nothing in it is trusted."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..records import FinishReason
from ._limits import Tokens


class Malformed(ValueError):
    """The body is no chat completion."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer. What a server may leave out is None."""

    text: str
    finish_reason: FinishReason
    logprob: float | None = None
    prompt_ids: tuple[int, ...] | None = None
    token_ids: tuple[int, ...] | None = None
    used: Tokens | None = None


def read(body: bytes) -> Completion:
    """The answer in the body of a chat completion.

    Whatever ended the answer but the model itself (the token limit, a content filter, a call of a
    tool) is ``length``: such an answer is not whole.

    Raises:
        Malformed: it is not JSON, was cut, or holds no answer.
    """
    try:
        data = json.loads(body)
        choice = data["choices"][0]
        message, reason = choice["message"], choice["finish_reason"]
        text = message.get("content")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise Malformed(f"no chat completion ({type(error).__name__})") from None
    if not isinstance(reason, str) or not isinstance(text, str | None):
        raise Malformed("no chat completion (finish_reason or content is no text)")
    return Completion(
        # A lone surrogate is no character, and could not be stored.
        text=(text or "").encode(errors="replace").decode(),
        finish_reason="stop" if reason == "stop" else "length",
        logprob=_logprob(choice.get("logprobs")),
        prompt_ids=_ids(data.get("prompt_token_ids")),
        token_ids=_ids(choice.get("token_ids")),
        used=_used(data.get("usage")),
    )


def explanation(body: object) -> str:
    """The server's own words in an error's body, on one line."""
    for name in ("error", "message", "detail"):
        if isinstance(body, Mapping) and name in body:
            body = body[name]
    text = body if isinstance(body, str) else json.dumps(body, default=str)
    return " ".join(text.split())[:500]


def is_too_long(words: str) -> bool:
    """Whether a server refused a prompt because the model has no room for it."""
    return any(
        sign in words.casefold()
        for sign in ("context_length_exceeded", "context length", "context size", "context window")
    )


def is_filtered(words: str) -> bool:
    """Whether a server refused a prompt for its content."""
    return any(sign in words for sign in ("content_filter", "content_policy"))


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
