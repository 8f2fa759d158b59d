"""What one turn says and thinks: its text or parts of text, and the keys that hold thoughts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ..calls import as_text
from ..reasoning import split
from ..records import Message
from ._values import BadValue, holds_nothing

REASONING = ("reasoning_content", "reasoning", "thinking")
"""Keys of an assistant turn that hold its thoughts; the first that holds some is read."""

_TEXT = ("text", "input_text", "output_text")
_THOUGHT = ("thinking", "reasoning")
_PART = 'A part is {"type": "text", "text": "..."}.'


def content(value: Any, column: str, ignored: Collection[str]) -> tuple[str, str]:
    """Text and thoughts of a turn's content: a text, or a list of parts, put together as they are.

    Raises:
        BadValue: it is neither, or a part is no text.
    """
    if isinstance(value, str):
        return value, ""
    if value is None:
        raise BadValue(column, "is null or missing")
    if not isinstance(value, list):
        problem = f"is of type {type(value).__name__}, not text or parts of text"
        raise BadValue(column, problem, _PART)
    said, thought = "", ""
    for index, part in enumerate(value):
        at = f"{column}[{index}]"
        if not isinstance(part, dict):
            raise BadValue(at, f"is of type {type(part).__name__}, not a part", _PART)
        kind = part.get("type") or "text"
        if kind not in (*_TEXT, *_THOUGHT):
            remedy = "Only text is trained on: leave such rows out."
            raise BadValue(at, f"is a part of type {kind!r}, not text", remedy)
        key = next((key for key in (kind, "text") if not holds_nothing(part.get(key))), "text")
        _refuse_others(part, {"type", key, *ignored}, at)
        text = part.get(key)
        if kind in _THOUGHT:
            thought += content(text, f"{at}.{key}", ignored)[0]
        elif isinstance(text, str):
            said += text
        else:
            raise BadValue(f"{at}.text", f"is of type {type(text).__name__}, not text", _PART)
    return said, thought


def _refuse_others(part: Mapping[str, Any], known: Collection[str], column: str) -> None:
    for key, value in part.items():
        if key not in known and not holds_nothing(value):
            raise unknown_key(f"{column}.{key}")


def unknown_key(column: str) -> BadValue:
    """The error of a key that holds something which the text alone would lose."""
    key = column.rpartition(".")[2]
    remedy = f"Leave such rows out, or do without it: data.ignore=[{key}]."
    return BadValue(column, "holds what the text alone would lose", remedy)


def thoughts(turn: Mapping[str, Any], column: str, ignored: Collection[str]) -> str:
    """What an assistant turn holds under the keys of thoughts; empty where it holds none."""
    for key in REASONING:
        if key not in ignored and not holds_nothing(turn.get(key)):
            return content(turn[key], f"{column}.{key}", ignored)[0]
    return ""


def answer_of(text: str, column: str) -> str:
    """The text without a block of thoughts before it; a BadValue where no answer follows."""
    return answer_and_thoughts(Message(role="assistant", content=text), column)[0]


def answer_and_thoughts(turn: Message, column: str, beside: str = "") -> tuple[str, str]:
    """Answer and thoughts of a gold turn, which may hold a block of thoughts in its text.

    Args:
        beside: thoughts that a column of their own holds.

    Raises:
        BadValue: the block is not closed, nothing follows it, or thoughts are given twice and
            differ.
    """
    calls = turn.get("tool_calls", ())
    parts = split(as_text(turn["content"], calls) if calls else turn["content"])
    if not parts.finished:
        remedy = "Close the block and write the answer after it, or leave such rows out."
        raise BadValue(column, "begins its thoughts and never ends them", remedy)
    if not parts.answer.strip():
        raise BadValue(column, "has thoughts and no answer after them", "Leave such rows out.")
    found = (parts.reasoning, turn.get("reasoning_content", ""), beside)
    return parts.answer, once(found, column)


def once(found: Iterable[str], column: str) -> str:
    """The thoughts that are given, be it in several places; a BadValue where these differ."""
    held = [text for text in found if text.strip()]
    if len({text.strip() for text in held}) > 1:
        remedy = "Give them once: in a block of the answer, in a key of its turn, or in a column."
        raise BadValue(column, "has its thoughts in two places, and they differ", remedy)
    return held[0] if held else ""
