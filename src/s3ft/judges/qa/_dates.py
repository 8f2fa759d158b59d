"""Dates in text: which ones, and whether two can be the same day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._words import SMALL

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = {name: month for month, name in enumerate(_MONTHS, start=1)}
_MONTH |= {name[:3]: month for name, month in _MONTH.items() if name != "may"} | {"sept": 9}
_ALSO_WORDS = frozenset({"may", "mar", "march", "august"})  # months only beside a number


@dataclass(frozen=True, slots=True)
class Date:
    """A date, as far as it is told."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def tells(self, other: Date) -> bool:
        """Whether whoever says this date says the other: the same, or finer."""
        mine, its = (self.year, self.month, self.day), (other.year, other.month, other.day)
        return all(a == b for a, b in zip(mine, its, strict=True) if b is not None)

    def contradicts(self, other: Date) -> bool:
        """Whether both cannot hold: in a field that both tell, they differ."""
        mine, its = (self.year, self.month, self.day), (other.year, other.month, other.day)
        both = [(a, b) for a, b in zip(mine, its, strict=True) if None not in (a, b)]
        return any(a != b for a, b in both)


def dates(words: Sequence[str]) -> list[Date]:
    """The dates among these `words`, by month first, then the years that stand alone."""
    words = [word for word in words if word != "of"]
    found, used = [], set()
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        if word not in _MONTH:
            continue
        if word in _ALSO_WORDS and not (before.isdigit() or after.isdigit()):
            continue
        day, behind = None, at + 1
        if _is_day(after):
            day, behind = int(after), at + 2
        elif _is_day(before):
            day = int(before)
        year = words[behind] if behind < len(words) and _is_year(words[behind], 3) else None
        found.append(Date(int(year) if year else None, _MONTH[word], day))
        used.update({at, behind} if year else {at})
    for at, word in enumerate(words):
        decade = words[at + 1 : at + 2] == ["s"]
        if _is_year(word) and at not in used and not decade:
            found.append(Date(int(word)))
    return found


def only_date(words: Sequence[str]) -> Date | None:
    """The date that is all these words say; None if they say anything else."""
    if any(not (word in _MONTH or word.isdigit() or word in SMALL) for word in words):
        return None
    found = dates(words)
    told = sum(field is not None for date in found for field in (date.year, date.month, date.day))
    whole = told == sum(word not in SMALL for word in words)
    return found[0] if len(found) == 1 and whole else None


def is_month(word: str) -> bool:
    """Whether the word may name a month."""
    return word in _MONTH


def _is_day(word: str) -> bool:
    return word.isdecimal() and len(word) < 3 and 1 <= int(word) <= 31


def _is_year(word: str, least: int = 4) -> bool:
    return word.isdecimal() and least <= len(word) <= 4 and (len(word) < 4 or word[0] in "12")
