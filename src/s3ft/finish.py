"""How a response ended: what servers call it, what it is called here, and how it is described."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SYNONYMS: Mapping[str, str] = {
    "stop": "stop eos eos_token stop_sequence stop_token end_turn word complete completed finished",
    "length": "length max_tokens max_length max_new_tokens max_output_tokens model_length limit"
    " token_limit error_limit model_context_window_exceeded incomplete",
    "content_filter": "content_filter content_filtered safety image_safety recitation language"
    " blocklist prohibited_content spii error_toxic guardrail_intervened sensitive",
    "refusal": "refusal",
    "tool_calls": "tool_calls tool_call tool_use function_call malformed_function_call"
    " unexpected_tool_call",
    "abort": "abort aborted cancelled canceled user_cancel error timeout time_limit"
    " insufficient_system_resource",
}
"""What vLLM, SGLang, TGI, llama.cpp, Ollama and the hosted servers call one and the same."""

_REASON_OF = {word: reason for reason, words in _SYNONYMS.items() for word in words.split()}
_ENUM = re.compile(r"finish_?reason[._]")

_DESCRIPTIONS: Mapping[str, str] = {
    "length": "cut at the token limit",
    "thinking": "ends within its reasoning",
    "content_filter": "withheld by a content filter",
    "refusal": "the model refuses to answer",
    "tool_calls": "calls a tool instead of answering",
    "abort": "broken off by the server",
    "no_choices": "the server sent no answer",
    "too_long": "the prompt is too long for the model",
    "unmatched": "the file has no response to it",
    "empty": "empty response",
}
"""What is wrong with a response that the model did not end itself, or that says nothing."""


def finish_reason(word: str) -> str:
    """What a server's word for the end of an answer means; the word itself where nobody knows."""
    plain = re.sub(r"[\s-]", "_", word.strip().casefold())
    known = _REASON_OF.get(_ENUM.sub("", plain, count=1))
    return known or word.strip()[:80].encode(errors="replace").decode() or "stop"


def describe_finish(reason: str) -> str:
    """The finish reason of a response that is not whole, in words."""
    return _DESCRIPTIONS.get(reason) or f"ended with {reason!r}, not by the model"
