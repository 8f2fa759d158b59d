"""``match``: is the response the gold answer, but for case, punctuation and spacing?"""

from __future__ import annotations

import re
import unicodedata

from ..records import Case, Verdict
from ._base import Judge, each, malformed, shorten

# Marks around words. Those inside a number ("3.5", "1,000", "10:30") and in front of one (".5")
# belong to it, and symbols ("-5", "C++", "50%") always stay: without them it is another answer.
_MARKS = re.compile(r"(?<=\d)[.,:](?=\d)|\.(?=\d)|([.,;:!?\"'()\[\]{}*_`“”‘’«»…])")


def normalise(text: str, *, ignore_case: bool = True, ignore_punctuation: bool = True) -> str:
    """The text as it is compared: one form of each character, single spaces."""
    text = unicodedata.normalize("NFKC", text)
    if ignore_case:
        text = text.casefold()
    if ignore_punctuation:
        text = _MARKS.sub(lambda mark: "" if mark[1] else mark[0], text)
    return " ".join(text.split())


def match(*, ignore_case: bool = True, ignore_punctuation: bool = True) -> Judge:
    """Judges by equality with any accepted answer.

    Args:
        ignore_case: "paris" is "Paris".
        ignore_punctuation: "Paris." is "Paris"; "3.5" is still not "35".
    """

    def form(text: str) -> str:
        return normalise(text, ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)

    def decide(case: Case) -> Verdict:
        if not case.gold:
            return malformed(case.key, "no gold")
        said = form(case.response)
        answer = shorten(case.response)
        golds = [form(gold) for gold in case.gold]
        if not said:
            return Verdict(case.key, "incorrect", None, "empty response")
        if said in golds:
            same = shorten(case.gold[golds.index(said)])
            return Verdict(case.key, "correct", answer, f"{answer} = {same}")
        if not all(golds):
            return Verdict(case.key, "unknown", answer, "the gold is empty")
        return Verdict(case.key, "incorrect", answer, f"{answer}, gold {shorten(case.gold[0])}")

    return each(decide)
