"""Yes or no: which of the two a response says to a question that asks whether something is so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from ._claims import AUXILIARIES, CONNECTIVES, Claims
from ._words import SMALL
from ._written import SENTENCE_ENDS, Word

_YES = frozenset({"yes", "yeah", "yep", "yup", "indeed", "absolutely", "definitely", "certainly"})
_NO = frozenset({"no", "nope", "nah"})


def polarity(said: Sequence[Word], question: Sequence[Word], claims: Claims) -> str | None:
    """``yes`` or ``no``; None where the response says neither, or both.

    The word counts where it stands alone: at the start of a sentence or clause with a mark or a
    pronoun behind it. A response without it says yes or no by restating what the question asks.
    """
    places = [(at, answer) for at in range(len(said)) if (answer := _word(said, at))]
    if any(claims.denies(at, at + 1) and said[at].mark == " " for at, _ in places):
        return None
    found = {answer for _, answer in places}
    restated = _restated(said, question, claims)
    if found and restated and restated not in found:
        return None
    return found.pop() if len(found) == 1 else restated if not found else None


def _word(said: Sequence[Word], at: int) -> str | None:
    word = said[at]
    answer = "yes" if word.form in _YES else "no" if word.form in _NO else None
    if answer is None:
        return None
    following = said[at + 1] if at + 1 < len(said) else None
    if answer == "yes" and following is not None and following.form == "not":
        return "no"
    alone = following is None or following.mark not in {" ", "-"} or following.form in _SUBJECTS
    if word.form in _YES - {"yes"} and at:
        return None
    return answer if alone or (answer == "yes" and word.form == "yes") else None


_SUBJECTS = frozenset({"i", "you", "he", "she", "it", "they", "we", "this", "that", "there", "and"})


def _restated(said: Sequence[Word], question: Sequence[Word], claims: Claims) -> str | None:
    """What a response that repeats the question's telling words says by its verb."""
    if not question or question[0].form not in AUXILIARIES:
        return None
    # "Is it known who built it?" asks whether it is known.
    question = list(takewhile(lambda word: word.form not in CONNECTIVES, question))
    telling = {word.form for word in question} - SMALL - AUXILIARIES
    if not telling or not telling - {"it"} <= {word.form for word in said}:
        return None
    last = next(word.form for word in reversed(question) if word.form in telling)
    at = next(place for place, word in enumerate(said) if word.form == last)
    if any(word.mark in SENTENCE_ENDS for word in said[1 : at + 1]):
        return None
    return "yes" if claims.stands(at, at + 1) else "no" if claims.denies(at, at + 1) else None
