"""``match``: is the response the gold answer, but for case, punctuation and spacing?"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from ...records import Case, Verdict, VerdictCode
from .._base import Judge, malformed, per_case, shorten

_CHARACTERS = str.maketrans(
    dict.fromkeys("−–‐‑﹣－", "-")
    | dict.fromkeys("’‘", "'")
    | {c: f"^{power}" for power, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {c: f" {Fraction(unicodedata.numeric(c)).limit_denominator(10)}" for c in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\xad\u200e\u200f", "")
)
_COUNTERS = re.compile(r"(?<=\w)[①-⓿❶-➓]")  # "5①" is not "51"
_MOST_COMBINING = 30
"""Combining characters in a row; sorting more of them, as normal forms do, takes its time."""

_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]{1,300})\1(?!\w)")
_END = r"\s{0,3}[-+]?[\d./∞]{1,30}\s{0,3}"
_NUMBER = re.compile(r"(?<!\w)\d+\Z")
_LONGEST = 40
"""Digits of a number in front of a mark that are looked at."""
_MARKS = re.compile(
    rf"(?P<interval>[(\[]{_END}(?:[,;]{_END}){{1,9}}[)\]])|[.,;:!?\"'()\[\]{{}}*_`“”‘«»…]+"
)


def normalise(text: str, *, ignore_case: bool = True, ignore_punctuation: bool = True) -> str:
    """The text as it is compared: one form of each character, single spaces.

    Punctuation around words goes. Between two characters of a number or word it parts them, and
    stays, but for the dots and apostrophes of abbreviations; it also stays where it makes another
    answer of a number (".5", "5!", "[0, 1)"). Symbols stay ("-5", "C++", "50%").
    """
    text = _COUNTERS.sub(r" \g<0>", text.translate(_CHARACTERS))
    text = unicodedata.normalize("NFKC", text if text.isascii() else _few_combining(text))
    if ignore_case:
        text = text.casefold()
    if ignore_punctuation:
        text = _EMPHASIS.sub(r"\2", text)
        unpaired = {quote for quote in "'\"" if text.count(quote) % 2}
        text = _MARKS.sub(lambda mark: _kept(mark, unpaired), text)
    return " ".join(text.split())


def _few_combining(text: str) -> str:
    kept, row = [], 0
    for character in text:
        row = row + 1 if unicodedata.combining(character) else 0
        if row <= _MOST_COMBINING:
            kept.append(character)
    return "".join(kept)


def _kept(mark: re.Match[str], unpaired: set[str]) -> str:
    """What is left of a punctuation mark."""
    if mark["interval"]:
        return "".join(mark[0].split())
    text, what = mark.string, mark[0]
    before, behind = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    if before.isalnum() and behind.isalnum():
        letters = before.isalpha() and behind.isalpha()
        return what if not letters or what in "([" else "" if what in ".'`" else " "
    if what[-1] == "." and behind.isdigit():
        return "."
    number = _NUMBER.search(text, max(0, mark.start() - _LONGEST), mark.start())  # not "B12!"
    raised = number is not None and (what[0] == "!" or what[0] in unpaired)
    starred = before.isalnum() and what[0] == "*" and what[1:2] != "*"
    return what[0] if raised or starred else ""


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
            return Verdict(case.key, "incorrect", None, "empty response", VerdictCode.EMPTY)
        if said in golds:
            same = shorten(case.gold[golds.index(said)])
            reason = f"{answer} = {same}"
            return Verdict(case.key, "correct", answer, reason, VerdictCode.EQUAL)
        if not all(golds):
            return Verdict(case.key, "unknown", answer, "the gold is empty", VerdictCode.BAD_GOLD)
        reason = f"{answer}, gold {shorten(case.gold[0])}"
        return Verdict(case.key, "incorrect", answer, reason, VerdictCode.DIFFERS)

    return per_case(decide)
