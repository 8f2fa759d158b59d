"""Judges of short texts: word for word, one of several choices; and what others share with them."""

from ._choice import choice
from ._markers import LONGEST, Mark, marked, marks
from ._match import match, normalise
from ._retracts import retracted

__all__ = [
    "LONGEST",
    "Mark",
    "choice",
    "marked",
    "marks",
    "match",
    "normalise",
    "retracted",
]
