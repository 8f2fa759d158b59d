"""What an answer can be, and when two answers are the same.

What is ambiguous is not the same: a percentage and a bare number, two units that differ, a number
and a bound on it. A unit that only one side names is taken for the one that was asked for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ._number import Numeral, same
from ._units import PERCENT, Unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit.

    ``compound`` if it is told in several units ("5 feet 3 inches"): it cannot do without them.
    ``text`` is how it is written, where that is not all of what was read.
    """

    number: Numeral
    unit: Unit | None = None
    compound: bool = False
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; ``half`` is "am", "pm", or empty where the text does not say."""

    hour: int
    minute: int
    half: str = ""

    def of_day(self) -> int:
        """Minutes since midnight."""
        hour = self.hour % 12 + 12 * (self.half == "pm") if self.half else self.hour
        return 60 * hour + self.minute


@dataclass(frozen=True, slots=True)
class Ratio:
    """Terms that stand to each other as ``3:1``."""

    terms: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """All numbers on one side of a limit: ``>`` 4. The sign ``..`` is a range without its ends."""

    sign: str
    limit: Quantity


@dataclass(frozen=True, slots=True)
class ListedValue:
    """A value of several, and the words by which the text tells it from the others."""

    value: Quantity
    label: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listing:
    """Several values, which count together; ``either`` if the text joins them by "or"."""

    items: tuple[ListedValue, ...]
    either: bool = False


@dataclass(frozen=True, slots=True)
class WordValue:
    """An answer that is no number: "monday", "yes"."""

    text: str


Value = Quantity | Clock | Ratio | Bound | Listing | WordValue


def agree(gold: Value, said: Value) -> bool:
    """Whether what was said is the gold."""
    match gold, said:
        case Quantity(), Quantity():
            return _quantities_agree(gold, said)
        case Clock(), Clock():
            return _times_agree(gold, said)
        case Ratio(), Ratio():
            return len(gold.terms) == len(said.terms) and all(
                a * said.terms[0] == b * gold.terms[0]
                for a, b in zip(gold.terms, said.terms, strict=True)
            )
        case Bound(), Bound():
            return gold.sign == said.sign and _quantities_agree(gold.limit, said.limit)
        case Listing(), Listing():
            hedges = said.either and not gold.either
            return not hedges and _listings_agree(gold.items, said.items)
        case WordValue(), WordValue():
            return gold.text == said.text
    return False


def _quantities_agree(gold: Quantity, said: Quantity) -> bool:
    if gold.unit and said.unit:
        if not gold.unit.alike(said.unit):
            return False
        gold, said = (
            replace(q, number=q.number.times(q.unit.factor)) if q.unit else q for q in (gold, said)
        )
    elif gold.compound or said.compound or _is_share(said.unit):
        return False
    return same(gold.number, said.number)


def _is_share(unit: Unit | None) -> bool:
    return unit is not None and unit.dimension == PERCENT.dimension


def _times_agree(gold: Clock, said: Clock) -> bool:
    if bool(gold.half) == bool(said.half) or max(gold.hour, said.hour) > 12:
        return gold.of_day() == said.of_day()
    if gold.half:
        return False  # it could be either half of the day
    return (gold.hour % 12, gold.minute) == (said.hour % 12, said.minute)


def _listings_agree(gold: tuple[ListedValue, ...], said: tuple[ListedValue, ...]) -> bool:
    """Whether each item has its own on the other side.

    Where both sides tell by words which is which, by these words; where neither does, in any order;
    where one does, in its order.
    """
    if len(gold) != len(said):
        return False
    named = [any(item.label for item in items) for items in (gold, said)]
    if named[0] != named[1]:
        return all(_quantities_agree(a.value, b.value) for a, b in zip(gold, said, strict=True))
    left = list(said)
    for item in gold:
        own = next((other for other in left if _items_agree(item, other)), None)
        if own is None:
            return False
        left.remove(own)
    return True


def _items_agree(a: ListedValue, b: ListedValue) -> bool:
    told_alike = bool(a.label & b.label) or a.label == b.label
    return told_alike and _quantities_agree(a.value, b.value)


def distinguishing(items: list[ListedValue]) -> tuple[ListedValue, ...]:
    """The items with only those words in their labels that no other item shares."""
    uses = Counter(word for item in items for word in item.label)
    return tuple(replace(i, label=frozenset(w for w in i.label if uses[w] == 1)) for i in items)
