"""What a server means that refuses a request: its prompt, its token limit, or something else.

Servers share no codes for it, so their words are read. What is not recognised is a refusal of the
request as it is, and loses nothing but that request.
"""

from __future__ import annotations

import re

_TOO_LONG = re.compile(
    r"context[_ ](?:length|size|window|limit)"
    r"|`?inputs`? (?:tokens|must have less)"
    r"|(?:prompts?|inputs?|messages?|sequence|token count)\b.{0,80}?"
    r"\b(?:too (?:long|large)|exceeds?|longer than)\b"
    r"|too many tokens",
    re.I | re.S,
)
_LIMIT_NAMED = re.compile(r"max_(?:completion_|new_|output_)?tokens|max_length|num_predict", re.I)
_BOUND = re.compile(
    r"too (?:large|high|big)|at most|up to|exceed|maxim|range|between|below|\bless\b|smaller"
    r"|greater|<=|≤|>|\blimit",
    re.I,
)
_NUMBER = re.compile(r"\d[\d,]*")
_CONTEXT_LENGTH = re.compile(
    r"(?:context[_ ](?:length|size|window|limit)|must be <=|maximum)\D{0,40}(\d[\d,]*)", re.I
)


def is_too_long(words: str) -> bool:
    """Whether a prompt was refused because the model has no room for it and its answer."""
    return bool(_TOO_LONG.search(words))


def is_filtered(words: str) -> bool:
    """Whether a prompt was refused for its content."""
    return any(sign in words for sign in ("content_filter", "content_policy"))


def token_limit_of(words: str, requested: int) -> int | None:
    """The most tokens of an answer that the server allows, where it refuses so many; else None."""
    if not (_LIMIT_NAMED.search(words) and _BOUND.search(words)):
        return None
    return max((n for n in _numbers(words) if 0 < n < requested), default=None)


def context_length_of(words: str) -> int | None:
    """The tokens that there is room for, prompt and answer together, where the words say it."""
    found = _CONTEXT_LENGTH.search(words)
    return int(found[1].replace(",", "")) if found else None


def _numbers(words: str) -> list[int]:
    return [int(number.replace(",", "")) for number in _NUMBER.findall(words)]
