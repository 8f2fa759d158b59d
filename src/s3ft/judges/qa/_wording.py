"""Where a sentence has an answer's words: its parts in any order, each with its own words.

"4 losses and 3 wins" has the words of "3 wins and 4 losses", "3 losses and 4 wins" has not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ._claims import TURNS
from ._units import UNITS
from ._wanted import PARTING, Wanted
from ._words import SMALL, forms
from ._written import Word

_ORDERED = frozenset("/:")
"""Marks between numbers and words whose order counts: "5/4" is not "4/5"."""
_SEQUENCE = frozenset({"then", "before", "after", "followed", "preceded"})
_TRIES = 500
"""Placements that are tried: a text may repeat an answer's words without end."""

Place = tuple[int, int]


def worded(said: Sequence[Word], wanted: Wanted, question: Collection[str]) -> Place | None:
    """Where the words of one sentence have all that tells the answer.

    What the question has as well tells nothing, but where a part has it in the sentence too it
    belongs to that part.
    """
    parts = [list(dict.fromkeys(f for f in part if f not in SMALL)) for part in _parts(wanted)]
    telling = [[form for form in part if form not in question] for part in parts]
    if len({form for part in telling for form in part}) < 2:
        return None
    texts = forms(said)
    name = wanted.all_capital and not wanted.items and not wanted.parted
    longest = len(wanted.form) + 1 if name else 2 * len(wanted.form) + 2
    there = set(texts)
    own = [
        part if there.issuperset(part) else few for part, few in zip(parts, telling, strict=True)
    ]
    if len(parts) == 1:
        own = telling
    elif own == telling != parts:  # "red and blue", which of what the order tells
        own = [[form for part in _distinct(telling) for form in part]]
    place = _place(_distinct(own), texts, longest)
    if place is None:
        return None
    turned = (TURNS | {"or", "but"}) & set(texts[slice(*place)]) - set(wanted.form)
    return None if turned else place


def _parts(wanted: Wanted) -> list[list[str]]:
    """The forms of the parts of an answer that may stand in any order."""
    said = wanted.words
    marks = {word.mark for word in said[1:]}
    ordered = marks & _ORDERED or _SEQUENCE.intersection(wanted.form)
    if ordered or not (wanted.items or wanted.parted):
        return [wanted.form]
    joined = [at for at, word in enumerate(said) if word.form == "and"]
    inner = bool(joined) and any(word.mark == "," for word in said[joined[-1] :])
    # "Lima, Peru and Quito, Ecuador": what parts the items is no comma.
    splitting = {";"} if ";" in marks else (set() if inner else PARTING)
    found: list[list[str]] = [[]]
    for at, word in enumerate(said):
        if at and (word.mark in splitting or word.form == "and"):
            found.append([])
        if word.form != "and":
            found[-1].append(word.form)
    return [part for part in found if part]


def _distinct(parts: Sequence[Sequence[str]]) -> list[list[str]]:
    """The parts, without the words of an earlier one: "red and white cats" has cats but once."""
    seen: set[str] = set()
    found = []
    for part in parts:
        kept = [form for form in part if form not in seen or form.isdecimal()]
        seen.update(part)
        if kept:
            found.append(kept)
    return found


def _place(parts: Sequence[Sequence[str]], said: Sequence[str], longest: int) -> Place | None:
    """From the first to past the last word of all parts, none within another."""
    tries = iter(range(_TRIES))
    several = len(parts) > 1
    choices = [list(_standing(part, said, longest, several=several)) for part in parts]

    def choose(taken: tuple[tuple[int, ...], ...]) -> Place | None:
        if len(taken) == len(parts):
            every = [at for places in taken for at in places]
            first, last = min(every), max(every) + 1
            return (first, last) if last - first <= longest else None
        for places in choices[len(taken)]:
            if next(tries, None) is None:
                return None
            if all(_apart(places, other) for other in taken):
                found = choose((*taken, places))
                if found:
                    return found
        return None

    return choose(())


def _apart(one: Sequence[int], other: Sequence[int]) -> bool:
    if len(one) == 1 or len(other) == 1:  # "John" in "Robert and John Kennedy"
        return not set(one) & set(other)
    return max(one) < min(other) or max(other) < min(one)


def _standing(
    part: Sequence[str], said: Sequence[str], longest: int, *, several: bool
) -> Iterator[tuple[int, ...]]:
    """The places of a part's words: in their order, unless they are a number and a word, or a part
    of two words among several parts."""
    where = {form: [at for at, one in enumerate(said) if one == form] for form in part}
    numbers = sum(form.isdecimal() for form in part)
    free = sum(form not in UNITS for form in part) < 3 and (several or numbers) and numbers < 2
    for anchor in where[part[0]]:
        if free:
            near = [min(where[form], key=lambda at: abs(at - anchor), default=-1) for form in part]
        else:
            near = [anchor]
            for form in part[1:]:
                near.append(next((at for at in where[form] if at > near[-1]), len(said) + longest))
        if min(near) >= 0 and max(near) - min(near) < longest:
            yield tuple(near)
