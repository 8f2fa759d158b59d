"""Function calls as text, in the form of Hermes and Qwen: what no chat template has written yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .records import Message


def as_text(content: str, calls: Iterable[Mapping[str, Any]]) -> str:
    """What is said, and after it each call as ``<tool_call>{"name", "arguments"}</tool_call>``.

    Args:
        calls: in OpenAI's form, their arguments as mappings.
    """
    return "\n".join([*filter(None, [content.strip()]), *map(_block, calls)])


def said(turn: Message) -> str:
    """What a turn says and calls, for people to read."""
    return as_text(turn["content"], calls) if (calls := turn.get("tool_calls")) else turn["content"]


def _block(call: Mapping[str, Any]) -> str:
    function = call["function"]
    inner = {"name": function["name"], "arguments": function["arguments"]}
    return f"<tool_call>\n{json.dumps(inner, ensure_ascii=False)}\n</tool_call>"
