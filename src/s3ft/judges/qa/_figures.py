"""Numbers and amounts among words, each in one form: "two and a half million dollars", "$2.5m".

Only what is one number by its words is one: figures side by side ("19 45", "3-1") stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from ._units import CURRENCIES, MONEY, per, unit
from ._written import Word

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "lakh": 10**5, "crore": 10**7,
}  # fmt: skip
_SHORT_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
_OF_OUR_ERA = frozenset({"AD", "CE"})
_LITERAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")  # a longer number is compared as it is written
_ORDINAL = re.compile(r"[a-z]+", re.IGNORECASE)


def fold(words: Sequence[Word]) -> list[Word]:
    """The words with each number in figures and scaled, its unit behind it in one name."""
    found: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        currency = CURRENCIES.get(word.form, "")
        minus = word.form in {"minus", "negative"}
        number = _number(words, at + 1 if currency or minus else at, money=bool(currency))
        if number is None:
            found.append(word)
            at += 1
            continue
        form, end = number
        if found and found[-1].written in _OF_OUR_ERA:
            found.pop()
        written = "".join(part.written for part in words[at:end])
        feet = bool(found) and found[-1].form == "ft"
        names, at = per(words, end, currency) if currency else unit(words, end, feet=feet)
        if MONEY.intersection(names) and form.endswith(".00"):
            form = form[:-3]
        found.append(Word(f"-{form}" if minus else form, written, word.mark, word.article))
        found += [Word(name, name, " ") for name in names]
        if at < len(words) and words[at].written in _OF_OUR_ERA:
            at += 1
    return found


def _number(words: Sequence[Word], at: int, *, money: bool) -> tuple[str, int] | None:
    """The number that starts there, in figures, and where it ends."""
    if at >= len(words):
        return None
    first = words[at]
    literal = _LITERAL.fullmatch(first.written)
    if literal:
        value, end = Decimal(first.form), at + 1
        if end < len(words) and words[end].mark == "":
            short = words[end].form
            if short in _SHORT_SCALES and (money or short in {"k", "bn"}):
                return _figures(value * _SHORT_SCALES[short]), end + 1
        value, scaled = _scaled(words, value, end)
        return (first.form, end) if scaled == end else (_figures(value), scaled)
    if first.form in _PARTS and at + 1 < len(words) and words[at + 1].form in _SCALES:
        value, end = _scaled(words, _PARTS[first.form], at + 1)
        return _figures(value), end
    if first.form == "dozen":
        return "12", at + 1
    if first.form in _UNITS or first.form in _TENS:
        value, end = _in_words(words, at)
        return _figures(value), end
    return (first.form, at + 1) if first.is_number and first.form[0].isdecimal() else None


def _in_words(words: Sequence[Word], at: int) -> tuple[Decimal, int]:
    """A number in words: groups below a thousand, each with its scale, the larger scales first."""
    total, least = Decimal(0), Decimal(10**15)
    while True:
        group, end = _below_thousand(words, at)
        value, behind = _scaled(words, group, end)
        scale = value / group if group else Decimal(1)
        if scale >= least:  # "five million two million" are two numbers
            return total, at
        total, at, least = total + value, behind, scale
        following = at + 1 if _is(words, at, "and") else at
        if scale == 1 or not _starts(words, following):
            return total, at
        at = following


def _below_thousand(words: Sequence[Word], at: int) -> tuple[Decimal, int]:
    value, at = _tens(words, at)
    if value < 100 and _is(words, at, "hundred"):
        value, at = value * 100, at + 1
        following = at + 1 if _is(words, at, "and") else at
        if _starts(words, following):
            rest, at = _tens(words, following)
            value += rest
    return value, at


def _tens(words: Sequence[Word], at: int) -> tuple[Decimal, int]:
    word = words[at].form
    if word in _UNITS:
        return Decimal(_UNITS[word]), at + 1
    value, at = _TENS[word], at + 1
    if at < len(words) and words[at].mark in {" ", "-"}:
        one = words[at]
        if 0 < _UNITS.get(one.form, 0) < 10:
            return Decimal(value + _UNITS[one.form]), at + 1
        if one.form.isdecimal() and int(one.form[:2]) < 10 and one.written.islower():
            return Decimal(value + int(one.form[:1])), at + 1  # "twenty-first"
    return Decimal(value), at


def _scaled(words: Sequence[Word], value: Decimal, at: int) -> tuple[Decimal, int]:
    """The value with "and a half" and the scale words that follow it."""
    if _is(words, at, "and") and at + 1 < len(words) and words[at + 1].form in _PARTS:
        value, at = value + _PARTS[words[at + 1].form], at + 2
    if _is(words, at, "hundred"):
        value, at = value * 100, at + 1
    while at < len(words) and words[at].mark in {" ", "-", ""} and words[at].form in _SCALES:
        value, at = value * _SCALES[words[at].form], at + 1
        if value > 10**30:
            break
    return value, at


def _is(words: Sequence[Word], at: int, form: str) -> bool:
    return at < len(words) and words[at].form == form and words[at].mark in {" ", "-"}


def _starts(words: Sequence[Word], at: int) -> bool:
    """Whether a number in words goes on there."""
    if at >= len(words) or words[at].mark not in {" ", "-"}:
        return False
    return words[at].form in _UNITS or words[at].form in _TENS


def _figures(value: Decimal) -> str:
    return format(value.normalize(), "f")
