"""What a response puts beside an answer: "Paris, London or Rome", "red and white", "2, 5, or 7"."""

from __future__ import annotations

from collections.abc import Sequence

from ._claims import AUXILIARIES
from ._dates import is_month
from ._words import SMALL
from ._written import SENTENCE_ENDS, Word

_CHOICES = frozenset({"or", "versus", "vs", "alternatively"})
_HEDGES = frozenset({"possibly", "perhaps", "maybe", "probably", "either", "rather"})
_WITHIN = _HEDGES | {
    "in",
    "at",
    "on",
    "by",
    "from",
    "to",
    "of",
    "it",
    "is",
    "was",
    "also",
    "his",
    "her",
}
_JOINS = frozenset({"and", "plus"})
_LONGEST_ITEM = 5  # words
_MANY = 4  # items parted by commas alone that are a list; three may be a town, its state and land
_RELATIVES = frozenset(
    {"which", "who", "where", "that", "when", "but", "although", "though", "because"}
)

# What ends a place's own name: "Denver, Colorado, United States".
_LANDS = frozenset(
    {"state", "kingdom", "england", "scotland", "wale", "ireland", "france", "germany", "italy",
     "spain", "portugal", "netherland", "belgium", "switzerland", "austria", "poland", "russia",
     "ukraine", "sweden", "norway", "denmark", "finland", "iceland", "greece", "turkey", "hungary",
     "romania", "bulgaria", "serbia", "croatia", "republic", "europe", "asia", "africa", "america",
     "canada", "mexico", "brazil", "argentina", "chile", "peru", "colombia", "cuba", "china",
     "japan", "korea", "india", "pakistan", "bangladesh", "indonesia", "malaysia", "thailand",
     "vietnam", "philippine", "australia", "zealand", "egypt", "morocco", "algeria", "nigeria",
     "kenya", "ethiopia", "israel", "iran", "iraq", "syria", "arabia", "emirate", "union", "dc"}
)  # fmt: skip

Span = tuple[int, int]


class Listed:
    """The items beside an answer in one list.

    ``items`` are their spans; ``choice`` tells that they are offered as alternatives, ``several``
    that they are named together.
    """

    def __init__(self, said: Sequence[Word], start: int, end: int) -> None:
        self._response = said
        self._seen: set[str] = set()
        self.hedged = False
        self._alike = said[start]
        right = self._right(end)
        left = self._left(start)
        self.items = [*left, *right]
        self.choice = bool(self.items) and bool(self._seen & {*_CHOICES, "/"})
        joined = bool(self._seen & _JOINS)
        dated = any(is_month(word.form) for word in said[max(0, start - 2) : end])
        three = len(self.items) == 2 and said[start].capital and start == 0
        unlike_a_place = three and not _LANDS.intersection(
            word.form for word in said[slice(*self.items[-1])]
        )
        least = 2 if said[start].is_number and not dated else _MANY
        many = unlike_a_place or len(self.items) + 1 >= least
        self.several = bool(self.items) and (joined or many)
        self.words = end - start + sum(last - first + 1 for first, last in self.items)

    def _right(self, end: int) -> list[Span]:
        said, items, at = self._response, [], end
        while at < len(said):
            first = self._separator(at)
            if first is None:
                break
            behind = first
            while (
                behind < len(said)
                and behind - first < _LONGEST_ITEM
                and (behind == first or self._separator(behind) is None)
                and said[behind].mark not in ({*SENTENCE_ENDS, "("} if behind > first else {"("})
                and said[behind].form not in AUXILIARIES | _RELATIVES
            ):
                behind += 1
            verb = behind < len(said) and said[behind].form in AUXILIARIES
            if behind == first or verb or not self._is_item(first, behind):
                break
            items.append((first, behind))
            at = behind
        self._note(end, at)
        return items

    def _left(self, start: int) -> list[Span]:
        said, items, at = self._response, [], start
        while at > 0:
            first = at
            while (
                first > 0
                and said[first].mark == " "
                and said[first - 1].form in SMALL - _JOINS - _CHOICES
            ):
                first -= 1  # "in Paris or in London"
            conjunction = first > 0 and said[first - 1].form in _CHOICES | _JOINS
            last = first - 1 if conjunction else first
            if not conjunction and said[first].mark not in {",", ";", "/"}:
                break
            if last == 0 or (conjunction and said[first].mark in SENTENCE_ENDS):
                break
            begin = last
            while (
                begin > 0
                and last - begin < _LONGEST_ITEM
                and said[begin - 1].form not in AUXILIARIES | _RELATIVES | SMALL | _CHOICES
                and (
                    begin == last
                    or said[begin].mark not in {*SENTENCE_ENDS, ",", ";", "/", "(", ":"}
                )
            ):
                begin -= 1
            while begin < last and not self._alike_at(begin):
                begin += 1
            if begin == last:
                break
            self._seen.add(said[first - 1].form if conjunction else said[first].mark)
            items.append((begin, last))
            at = begin
        return items

    def _separator(self, at: int) -> int | None:
        """Where the item behind the separator that stands there starts; None if none does."""
        said, first = self._response, at
        parted = said[at].mark in {",", ";", "/"}
        if said[at].mark in SENTENCE_ENDS | {"("}:
            return None
        while first < len(said) and said[first].form in _CHOICES | _JOINS:
            parted, first = True, first + 1
        if not parted:
            return None
        while first < len(said) and said[first].form in _WITHIN:
            self.hedged = self.hedged or said[first].form in _HEDGES
            first += 1
        return first if first < len(said) else None

    def _is_item(self, first: int, behind: int) -> bool:
        while first < behind and self._response[first].form in _WITHIN:
            first += 1
        return first < behind and self._alike_at(first)

    def _alike_at(self, at: int) -> bool:
        """Whether the word there could be another answer of the same kind."""
        word, wanted = self._response[at], self._alike
        if wanted.is_number or wanted.capital:
            return word.is_number == wanted.is_number and word.capital == wanted.capital
        return word.form not in SMALL

    def _note(self, start: int, end: int) -> None:
        for word in self._response[start:end]:
            if word.form in _CHOICES | _JOINS:
                self._seen.add(word.form)
            if word.mark in {",", ";", "/"}:
                self._seen.add(word.mark)
