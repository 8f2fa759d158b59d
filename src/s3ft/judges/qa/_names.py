"""Where a response has a person's name, with parts of it left out or as initials."""

from __future__ import annotations

from collections.abc import Sequence

from ._words import forms
from ._written import Word

_GAP = 3  # a name's last part stands at most so many words after its first


def place_of_name(words: Sequence[Word], name: Sequence[str]) -> tuple[int, int] | None:
    """Where the words have first and last part of a name, with no other part between them."""
    said = forms(words)
    for at, word in enumerate(said):
        if word != name[0]:
            continue
        for last in range(at + 1, min(len(said), at + 2 + _GAP)):
            if said[last] == name[-1]:
                between = said[at + 1 : last]
                if _same_parts(between, name[1:-1]):
                    return at, last + 1
    return None


def _same_parts(said: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the middle parts said are a name's: initials are all there, no part is another."""
    if said and len(said) != len(name) and all(len(part) == 1 for part in name):
        return False
    return all(any(_same_part(one, part) for part in name) for one in said)


def _same_part(one: str, other: str) -> bool:
    """Whether two parts of a name are the same, or one is the other's initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
