"""What a text says otherwise than another, by words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

LONGEST = 2000
"""Words of a text that is compared: the time grows with their square."""

ALIKE = 0.25
"""Texts that share less are two texts, not one changed: marks would be on nearly every word."""

_WORD = re.compile(r"\s+|\w+\s*|[^\w\s]\s*")


class Piece(NamedTuple):
    """A part of a text: in both, in the text alone (``ins``), or in the other alone (``del``)."""

    kind: Literal["", "ins", "del"]
    text: str


def differences(other: str, text: str) -> list[Piece]:
    """A text in pieces, with what stands in the other instead; one piece where they have too little
    in common, or are too long."""
    before, after = _WORD.findall(other), _WORD.findall(text)
    plain = [Piece("", text)] if text else []
    if max(len(before), len(after)) > LONGEST:
        return plain
    matcher = SequenceMatcher(None, [w.strip() for w in before], [w.strip() for w in after])
    if matcher.ratio() < ALIKE:
        return plain

    def pieces() -> Iterator[Piece]:
        for change, a, b, c, d in matcher.get_opcodes():
            if change == "equal":
                yield Piece("", "".join(after[c:d]))
                continue
            if a < b:
                yield Piece("del", "".join(before[a:b]))
            if c < d:
                yield Piece("ins", "".join(after[c:d]))

    return list(pieces())
