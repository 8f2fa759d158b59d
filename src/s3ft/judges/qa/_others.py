"""Where a response has the words of an answer, but tells what it tells of something else.

"Lyon beat Paris", "Paris was rejected", "the Treaty of Paris" and "Paris; but the correct answer is
Lyon" do not answer with Paris, unless the question asks for such.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import takewhile

from ._written import Word

_KIN = frozenset(
    {"father", "mother", "parent", "son", "daughter", "child", "children", "brother", "sister",
     "wife", "husband", "widow", "uncle", "aunt", "nephew", "niece", "cousin", "grandfather",
     "grandmother", "grandson", "granddaughter", "stepfather", "stepmother", "stepson", "successor",
     "predecessor", "rival", "enemy", "opponent", "disciple", "pupil", "student", "teacher",
     "friend", "colleague", "follower", "admirer", "descendant", "ancestor", "heir", "mentor",
     "tutor", "fiance", "fiancee", "lover", "namesake", "servant"}
)  # fmt: skip
"""Whoever is one of these to somebody is another, unless a question asks for such."""
_BESIDE = frozenset({"suburb", "outskirt", "outskirts", "vicinity", "opposite", "twin"})
_LACKS = frozenset({"lack", "absence", "shortage", "scarcity", "deficiency", "removal"})
"""Of a thing: that it is not there."""
_POINTS = frozenset({"north", "south", "east", "west"})
"""Of a place, a place beside it; "the north of it" is a part."""
_OVERCOME = frozenset(
    {"beat", "beaten", "beating", "defeat", "defeated", "defeating", "replace", "replaced",
     "replacing", "succeed", "succeeded", "succeeding", "overtook", "surpassed", "outvoted",
     "overthrew", "ousted", "supplanted", "superseded"}
)  # fmt: skip
_CHOSEN = frozenset({"chosen", "picked", "preferred", "selected", "elected", "won", "victory"})
_REFUSED = frozenset({"rejected", "dismissed", "declined", "refused", "discarded", "eliminated"})
_MODAL = frozenset({"could", "might", "would", "should"})
_DISMISSED = frozenset(
    {"rejected", "replaced", "beaten", "defeated", "eliminated", "overlooked", "discarded",
     "superseded", "supplanted", "second", "third", "runner"}
)  # fmt: skip
_IS = frozenset({"is", "was", "wa", "were"})
_CAME = frozenset({"came", "finished", "placed"})
_ASKS_SO = _OVERCOME | _REFUSED | _MODAL | _DISMISSED | _CAME | frozenset(
    {"whom", "did", "against", "opponent", "over", "played", "faced", "fought", "before", "former",
     "predecessor", "chosen", "lost", "lose", "losing", "loser", "last", "2", "3"}
)  # fmt: skip
_TRUE = frozenset({"correct", "right", "actual", "true"})
_ANSWER = frozenset({"answer", "one", "response", "1"})
_OF_PLACES = frozenset({"mayor", "governor", "treaty", "battle", "siege", "bishop", "archbishop"})
"""Of a place these are something else than the place."""


def is_of_another(
    said: Sequence[Word], start: int, end: int, question: Collection[str], answer: Collection[str]
) -> bool:
    """Whether the words from ``start`` to ``end`` are named for another's sake.

    Args:
        question: the forms of the question's words.
        answer: those of the accepted answer.
    """
    if _is_lacking(said, start) and not _LACKS & {*question, *answer}:
        return True
    if said[start].capital and _is_kin_to(said, start, end) and not _KIN & set(question):
        return True
    asks_where = bool({"where", *_BESIDE, *_POINTS} & set(question))
    if said[start].capital and not asks_where and _is_beside(said, start):
        return True
    if said[start].capital and _is_overcome(said, start, end) and not _ASKS_SO & set(question):
        return True
    return _is_owner(said, start, question) or _is_corrected(said, end)


def _is_overcome(said: Sequence[Word], start: int, end: int) -> bool:
    """Whether something else overcame it, or it was passed over, or only could have been."""
    if start > 1 and said[start].mark == " ":
        before, far = said[start - 1].form, said[start - 2].form
        if before in _OVERCOME and any(
            word.capital for word in said[max(0, start - 4) : start - 1]
        ):
            return True
        if before in _REFUSED or (before == "over" and far in _CHOSEN):
            return True
        lead = [word.form for word in said[max(0, start - 4) : start]]
        if "runner" in lead or (lead[-2:] == ["have", "been"] and _MODAL & set(lead)):
            return True
    # As written: the form of "second" is a number.
    after = takewhile(lambda word: word.mark == " ", said[end : end + 2])
    verb, how = [*(word.written.lower() for word in after), "", ""][:2]
    came = verb in _CAME and how in {"second", "third", "last"}
    return verb == "lost" or came or (verb in _IS and how in _DISMISSED)


def _is_owner(said: Sequence[Word], start: int, question: Collection[str]) -> bool:
    """Whether it only tells of where or what something is: "the mayor of Paris"."""
    if start < 2 or not said[start].capital or said[start - 1].form != "of":
        return False
    return said[start - 2].form in _OF_PLACES - {*question} and "where" not in question


def _is_corrected(said: Sequence[Word], end: int) -> bool:
    """Whether the right answer is told behind it."""
    forms = [word.form for word in said[end:]]
    return any(
        one in _TRUE and two in _ANSWER and three in _IS
        for one, two, three in zip(forms, forms[1:], forms[2:], strict=False)
    )


def _is_kin_to(said: Sequence[Word], start: int, end: int) -> bool:
    """Whether it only tells whose somebody is: "Smith's father", "the father of Smith"."""
    behind = end < len(said) and said[end].mark == " " and said[end].form in _KIN
    of = start > 1 and said[start - 1].form == "of" and said[start - 2].form in _KIN
    return behind or of


def _is_lacking(said: Sequence[Word], start: int) -> bool:
    """Whether it only tells what is not there: "lack of oxygen"."""
    return start > 1 and said[start - 1].form == "of" and said[start - 2].form in _LACKS


def _is_beside(said: Sequence[Word], start: int) -> bool:
    """Whether it only tells what something is beside: "a suburb of Paris", "north of Paris"."""
    if start < 2 or said[start - 1].form != "of":
        return False
    what = said[start - 2]
    return what.form in _BESIDE or (what.form in _POINTS and not what.article)
