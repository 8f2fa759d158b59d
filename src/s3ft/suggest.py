"""What was meant by a name that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that is most like this one; None where none is like enough.

    Args:
        likeness: the least that counts, by difflib's ratio: 1 is the name itself.
    """
    return next(iter(difflib.get_close_matches(name, list(known), 1, likeness)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``Did you mean 'median'?``, or an empty string where no known name is like it."""
    near = closest(name, known)
    return "" if near is None else f"Did you mean {near!r}?"
