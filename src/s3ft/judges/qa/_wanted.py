"""An accepted answer: its wordings, and where the same words are another answer.

"Ireland" in "Northern Ireland", "5" in "5 million" or "3-5", "US" in "let us see" are others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from ._dates import is_month
from ._elsewhere import goes_on
from ._others import is_of_another
from ._units import UNITS
from ._words import SMALL, forms, words
from ._written import SENTENCE_ENDS, Word

_BRACKETS = re.compile(r" ?\([^()]{0,60}\)")
_HONORIFICS = frozenset({"sir", "dame", "dr", "doctor", "mr", "mrs", "ms", "prof", "professor"})
_TITLES = _HONORIFICS | {
    "president", "prime", "minister", "king", "queen", "justice", "senator", "captain", "general",
    "pope", "lord", "lady", "bishop", "emperor", "philosopher", "professor", "princess", "prince",
    "archduke",
}  # fmt: skip
_LEADING = frozenset(
    {"about", "around", "approximately", "circa", "c", "roughly", "estimated", "usually",
     "originally", "in", "at", "on", "by", "from", "to", "for", "during"}
)  # fmt: skip
_COMPANIES = frozenset({"inc", "ltd", "corp", "llc", "plc", "gmbh", "incorporated", "limited"})
_AMOUNTS = frozenset({"percent", "dollar", "euro", "pound", "yen", "rupee"})
_NOT_ALONE = _AMOUNTS | {"bc", "hundred", "dozen", "thousand", "million", "billion", "trillion"}
# In front of a name these make another name; in front of any word the second ones turn it.
_NAMING = frozenset(
    {"new", "north", "south", "east", "west", "northern", "southern", "eastern", "western",
     "central", "upper", "lower", "papua", "equatorial", "great", "little", "saint", "san", "santa",
     "fort", "port", "lake", "mount", "cape", "inner", "outer", "old", "greater"}
)  # fmt: skip
_TURNING = frozenset(
    {"non", "anti", "ex", "former", "formerly", "vice", "deputy", "assistant", "pseudo", "quasi",
     "half", "almost", "nearly", "un"}
)  # fmt: skip
_BOUNDING = frozenset(
    {"over", "under", "above", "below", "than", "least", "most", "between", "minimum", "maximum",
     "exceeding", "beyond"}
)  # fmt: skip
PARTING = SENTENCE_ENDS | frozenset(",;:/")
_LIMITS = _BOUNDING | {"age", "need", "must", "limit", "required"}  # in a question after a bound
_PARTLY = frozenset({"mid", "early", "late"})
_RELATING = frozenset(
    {"near", "outside", "opposite", "beyond", "before", "after", "toward", "like"}
)
_PORTIONS = frozenset({"half", "third", "quarter", "fraction", "percent", "multiple"})
_MULTIPLES = frozenset({"twice", "thrice", "double", "triple"})
# Words that mean something else without their capitals; the first also where a sentence starts.
_FUNCTION = frozenset(
    {"i", "a", "an", "the", "it", "us", "who", "or", "in", "me", "am", "as", "at", "be", "he", "hi",
     "id", "is", "no", "of", "oh", "ok", "on", "pa", "so", "to", "we", "you", "she", "they", "that",
     "this", "what", "when", "where", "why", "how", "if", "yes", "not", "and", "but", "go", "do",
     "may", "will", "can", "all", "one", "her", "him", "them", "our", "your"}
)  # fmt: skip
_COMMON = _FUNCTION | frozenset(
    {"aid", "aids", "march", "mark", "bill", "rose", "turkey", "china", "polish",
     "reading", "nice", "jack", "art", "grace", "hope", "faith", "frank", "pat", "sue", "drew",
     "rob", "chase", "grant", "dean", "august", "mobile", "bath", "orange", "cork", "split", "ram",
     "led", "mercury", "ace", "case"}
)  # fmt: skip


class Wanted:
    """An accepted answer.

    ``form`` are the forms of its words; ``items`` those of each item, if it is a list.
    """

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.words = words(answer)
        self.form = forms(self.words)
        parts = [part.strip("\"'“”‘’(),.") for part in answer.split()]
        self.is_name = len(parts) > 2 and all(
            part[:1].isupper() and part.replace("-", "").isalpha() for part in parts
        )
        self.all_capital = all(word.capital or word.form in SMALL for word in self.words)
        self.items = _items(self.words)
        self.parted = any(word.mark in PARTING for word in self.words[1:])

    def phrases(self) -> Iterator[list[str]]:
        """The words by which a response contains it, those in brackets and titles left out."""
        yield self.form
        bare = _BRACKETS.sub("", self.answer)
        short = self.words if bare == self.answer else words(bare)
        short = short[_role(short) :]
        if short and len(short) < len(self.words):
            yield forms(short)
        if len(self.form) > 1 and self.form[-1] in _COMPANIES and self.words[-1].capital:
            yield self.form[:-1]
        if len(self.form) == 2 and self.words[0].is_number and self.form[1] in _AMOUNTS:
            yield self.form[:1]

    def written_as(self, said: Sequence[Word]) -> bool:
        """Whether it is written so, where without its capitals it is another word."""
        if len(self.words) != 1 or self.form[0] not in _COMMON:
            return True
        mine, other = self.words[0], said[0]
        shouted = len(mine.written) > 1 and mine.written.isupper()
        if mine.article and self.form[0] in {"the", "a"} and mine.article != other.article:
            return False
        return other.written.isupper() or not shouted

    def is_another(
        self, said: Sequence[Word], start: int, end: int, question: Collection[str]
    ) -> bool:
        """Whether the same words are part of another answer there."""
        first, last = said[start], said[end - 1]
        if goes_on(said, start, end, question) or is_of_another(
            said, start, end, question, self.form
        ):
            return True
        if not self.parted and any(word.mark in PARTING for word in said[start + 1 : end]):
            return True
        before = said[start - 1] if start else None
        after = said[end] if end < len(said) else None
        if len(self.words) == 1 and self._is_common(said, start):
            return True
        if before is not None and first.mark in {" ", "-"}:
            named = start > 1 and said[start - 2].form in {"named", "called"}
            if before.form in _TURNING | (_RELATING - set(question)) and not named:
                return True
            if before.form in _NAMING and before.capital and first.capital:
                return True
            if before.form == "per" and first.form in UNITS and "often" not in question:
                return True
            if (
                first.mark == "-"
                and before.form not in _PARTLY
                and not (before.is_number and not first.is_number)
            ):
                return True
        if any(
            one is not None and _is_symbol(one) and _is_symbol(first) and one.form not in self.form
            for one in (before, after)
        ):
            return True
        if first.is_number and before is not None and _bounds(said, start, question):
            return True
        if after is None or after.mark not in {" ", "-", "", ":", "/"}:
            return False
        if last.is_number:
            return _goes_on(said, end, question)
        if after.mark == "-" or (after.mark == "" and after.form in {"+", "#"}):
            return True
        if after.form == "city" and after.capital and self.form != ["new", "york"]:
            return True
        return (
            last.capital
            and after.mark == " "
            and after.written.isdecimal()
            and after.form != "1"
            and len(after.form) < 3
        )

    def _is_common(self, said: Sequence[Word], start: int) -> bool:
        mine, other = self.words[0], said[start]
        letter = len(mine.form) == 1 and mine.form.isalpha()
        if not letter and mine.form not in _COMMON:
            return False
        if mine.written.islower() and not letter:
            return False
        if mine.form == "i" or (mine.form == "a" and (start == 0 or other.mark in SENTENCE_ENDS)):
            return True
        if mine.written != other.written:
            return True
        initial = start == 0 or other.mark in SENTENCE_ENDS
        return initial and not letter and not mine.written.isupper() and mine.form in _FUNCTION


def _is_symbol(word: Word) -> bool:
    return not word.form[-1:].isalnum()


def _role(found: Sequence[Word]) -> int:
    """How many words in front only lead to the answer or tell who a person is."""
    lead = 0
    while lead < len(found) - 1 and found[lead].form in _LEADING:
        lead += 1
    name = len(found)
    while name > lead and found[name - 1].capital and not found[name - 1].article:
        name -= 1
    titled = found[lead].form in _TITLES and name == lead
    described = (
        lead < name and found[name - 1].form not in SMALL and found[name - 1].written.islower()
    )
    if len(found) - name > 1 and described and found[name].mark == " ":
        return name
    if titled:
        rest = lead
        while rest < len(found) - 1 and found[rest].form in _TITLES:
            rest += 1
        return rest if len(found) - rest > 1 or found[lead].form in _HONORIFICS else lead
    return lead


def _bounds(said: Sequence[Word], start: int, question: Collection[str]) -> bool:
    """Whether what stands in front makes the number there a bound, a range or another figure."""
    first, before = said[start], said[start - 1]
    if (
        first.mark == " "
        and not first.article
        and before.form in _BOUNDING
        and not _LIMITS & set(question)
    ):
        return True
    far = said[start - 2] if start > 1 else before
    part = before.form == "of" and far.form in _PORTIONS
    if (part or before.form in _MULTIPLES) and not (_PORTIONS | _MULTIPLES) & set(question):
        return True
    if before.form in {"to", "through"} and far.is_number and not is_month(far.form):
        return True
    if before.form == "and" and any(
        word.form == "between" for word in said[max(0, start - 4) : start]
    ):
        return True
    if not before.is_number:
        return False
    return first.mark in {"-", ":", "/"} or (
        first.mark == " "
        and not any(is_month(word.form) for word in said[max(0, start - 3) : start])
    )


def _goes_on(said: Sequence[Word], end: int, question: Collection[str]) -> bool:
    """Whether what stands behind a number makes it another."""
    after = said[end]
    far = said[end + 1] if end + 1 < len(said) else after
    if after.form in _NOT_ALONE:
        return True
    if after.is_number and after.mark in {"-", ":", "/"}:
        return True
    if after.is_number and after.mark == " ":
        return not any(is_month(word.form) for word in said[max(0, end - 3) : end])
    if after.form in {"to", "through"} and far.is_number:
        return True
    if after.mark == "" and len(after.form) < 3 and after.form not in SMALL:
        return True
    number, unit = said[end - 1].form, after.form.split()  # "square km" is one word
    year = len(number) == 4 and number.isdecimal() and "how" not in question
    asked = bool((UNITS | {"2"}) & set(question))  # "second" is read as an ordinal
    return unit[-1] in UNITS and not set(unit) <= set(question) and (asked or year)


def _items(found: Sequence[Word]) -> list[list[str]]:
    """The items of an answer that is a list: parted by "and", or three and more by commas."""
    items: list[list[str]] = [[]]
    joined = False
    for word in found:
        if word.form == "and":
            joined = True
        if word.form == "and" or word.mark in {",", ";"}:
            items.append([])
        if word.form != "and":
            items[-1].append(word.form)
    kept = [item for item in items if item]
    return kept if len(kept) > 3 or (joined and len(kept) > 1) else []
