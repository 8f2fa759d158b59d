"""Parts a short text into numbers, times, ratios, words and signs, and tells formulas apart."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from ._number import NUMERAL, NUMERAL_WITH_COMMA, Numeral, numeral
from ._number_words import SHORT_SCALES, number_at, scale_at
from ._phrases import Turned, word_set
from ._units import unit_at
from ._value import Clock, Ratio


class Unread(Enum):
    """Why a text has no value."""

    NOTHING = "it says no number"
    UNCLEAR = "it says numbers, but none that can be told to be the answer"
    FORMULA = "it is mathematics"


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    value: Numeral | Clock | Ratio | None = None
    glued: bool = False  # no space before it
    apart: bool = False  # a number with a space behind its sign


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<clock>(?<![\d:.])\d{{1,2}}:[0-5]\d(?![\d:]))
        |(?P<ratio>\d+(?:\s?:\s?\d+)+)
        |(?P<number>(?P<sign>(?<![\w)\]])[-+]\s?)?(?P<money>[$€£¥₹]\s?)?(?P<inner>-\s?)?
           (?:(?P<whole>\d+)\s+(?P<above>\d+)\s?/\s?(?P<below>\d+)(?![\d.])
             |(?P<top>{number})(?:\s?/\s?(?P<bottom>{number}))?))
        |(?P<word>[^\W\d_]+(?:['][^\W\d_]+)*(?:\^\{{?[23]\}}?)?)
        |(?P<relation>[<>!=]=|=[<>])
        |(?P<other>\S)""",
        re.VERBOSE,
    )


_TOKENS = {False: _pattern(NUMERAL), True: _pattern(NUMERAL_WITH_COMMA)}
_CURRENCIES = word_set("us usd eur rs")
_LINKING = word_set("is was are be equals equal of by to at about than from es ist est är è são é")
_ENDS = frozenset(")]}'|!")
"""What ends something to which a number may be added."""
_COMMA = re.compile(r"-?\d+,\d+")
_ALGEBRA = word_set("\\ - ^ _ { } | = < > + * × ÷ ! @ >= <= != => =< /")


def tokens_of(text: str, comma: bool) -> list[Token]:
    tokens = []
    end = 0
    for found in _TOKENS[comma].finditer(text):
        glued, end = found.start() == end and end > 0, found.end()
        if found["number"]:
            if found["money"]:
                tokens.append(Token(found["money"].strip()))
            apart = (found["sign"] or "")[1:].isspace()
            text = found[0].replace(found["money"] or " ", "")
            tokens.append(Token(text, _number(found), glued, apart))
        elif found["clock"]:
            hour, minute = map(int, found[0].split(":"))
            tokens.append(Token(found[0], Clock(hour, minute), glued))
        elif found["ratio"]:
            terms = tuple(Fraction(int(term)) for term in found[0].split(":"))
            tokens.append(Token(found[0], Ratio(terms), glued))
        else:
            tokens.append(Token(found[0], None, glued))
    return [token for at, token in enumerate(tokens) if not _hyphen(tokens, at)]


def _hyphen(tokens: list[Token], at: int) -> bool:
    """Whether it only joins to a word, as in "12-year-old"."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        tokens[at].text == "-"
        and tokens[at].glued
        and following is not None
        and following.glued
        and len(following.text) > 1
        and following.text.isalpha()
    )


def _number(found: re.Match[str]) -> Numeral:
    top = numeral(found["top"] or found["above"])
    if bottom := found["bottom"] or found["below"]:
        below = numeral(bottom).value
        if not below:
            raise Turned
        top = Numeral(top.value / below)
    if found["whole"]:
        top = Numeral(top.value + int(found["whole"]))
    minus = ("-" in (found["sign"] or "")) != bool(found["inner"])
    return top.times(-1) if minus else top


def with_number_words(tokens: list[Token]) -> list[Token]:
    words = [token.text.lower() for token in tokens]
    found: list[Token] = []
    at = 0
    while at < len(words):
        number = number_at(words, at)
        end = number[1] if number else at + 1
        text = " ".join(token.text for token in tokens[at:end])
        found.append(Token(text, Numeral(number[0])) if number else tokens[at])
        at = end
    return found


def is_algebra(text: str) -> bool:
    return text in _ALGEBRA or (len(text) == 1 and unicodedata.category(text) == "Sm")


def no_plain_text(tokens: list[Token], places: list[int]) -> Unread | None:
    """Whether what stands around the numbers makes a formula of them, or something unknown."""
    for at, token in enumerate(tokens):
        text = token.text
        if at and tokens[at - 1].value and (scale := scale_at(text)):
            text = scale[1]
        if not text.isascii() and any(c.isnumeric() for c in text):
            return Unread.UNCLEAR  # a circled or Chinese number
        if unicodedata.combining(token.text[0]):
            return Unread.UNCLEAR  # a line over digits that recur
        if is_algebra(token.text) and not _is_plain_sign(tokens, at):
            return Unread.FORMULA
    for at in places:
        unit = at > 1 and tokens[at - 2].value and unit_at([tokens[at - 1].text])[1]
        left = (
            tokens[at - 1] if at and not unit and not _labelled(tokens, at) else None
        )  # "3 h 20 min"
        right = tokens[at + 1] if at + 1 < len(tokens) else None
        if left and left.text in "$€£¥₹" and right and right.glued and right.text in SHORT_SCALES:
            right = None
        unread = (left and _behind(left, tokens[at])) or (right and _before(tokens[at], right))
        if unread:
            return unread
    several = len(places) > 1 or any(_COMMA.fullmatch(tokens[at].text) for at in places)
    bracketed = several and any(token.text in "([" for token in tokens)
    return Unread.FORMULA if bracketed else None


def _labelled(tokens: list[Token], at: int) -> bool:
    """Whether all that stands before a number is the label of an item: ``(a) -5``."""
    label = [token.text for token in tokens[:at]]
    return label[-1:] == [")"] and len(label[:-1]) in (1, 2) and label[-2] in "abcdeABCDE"


def _behind(left: Token, number: Token) -> Unread | None:
    """What stands before a number makes of it: ``x2``, ``AZ2``, ``total - 5``, ``x^2 + 5``."""
    signed = number.text[0] in "+-"
    if signed and ("^" in left.text or left.text in _ENDS):
        return Unread.FORMULA
    if not left.text.isalpha():
        return None
    if number.apart and left.text.lower() not in _LINKING:
        # a dash, or a sign; of letters it is one of algebra
        return Unread.FORMULA if len(left.text) < 3 else Unread.UNCLEAR
    if left.text.isascii() and len(left.text) == 1 and left.text not in "aIoye":
        return Unread.FORMULA
    glued = number.glued and left.text.isascii()
    return Unread.UNCLEAR if glued and left.text.lower() not in _CURRENCIES else None


def _before(number: Token, right: Token) -> Unread | None:
    """What stands behind a number makes of it: ``2x``, ``5!``, ``16-3``."""
    if right.text == "!":
        return Unread.FORMULA if right.glued else None
    if right.value and right.text[0] in "+-":
        return Unread.UNCLEAR if right.glued else Unread.FORMULA
    if right.text == "-":
        return Unread.UNCLEAR if right.glued else Unread.FORMULA
    if right.text.lower() == "pi":
        return Unread.FORMULA
    base, power, _ = right.text.partition("^")
    if power and len(base) == 1 and base != "u" and not unit_at([right.text])[1]:
        return Unread.FORMULA  # "5 x^2", where "u" are units
    if "GREEK" in unicodedata.name(right.text[0], "") and right.text[1:] == "":
        return Unread.FORMULA
    letter = right.text.isalpha() and right.text.isascii() and len(right.text) == 1
    unit = right.text in ("a", "I") or unit_at([right.text])[1]
    return Unread.FORMULA if letter and not unit else None


def _is_plain_sign(tokens: list[Token], at: int) -> bool:
    """Whether a sign of algebra stands in plain text: "km/h", "> 4", "5+"."""
    sign = tokens[at].text
    left = tokens[at - 1].text if at else ""
    right = tokens[at + 1] if at + 1 < len(tokens) else None
    if sign == "/":
        return left.isalpha() and right is not None and right.text.isalpha()
    if sign == "-":
        return left.isalpha() and len(left) > 1
    if sign in ("<", ">", "<=", ">=", "=<", "=>", "≤", "≥", "!=", "≠", "¬"):
        return right is not None and (not left or (left.isalpha() and len(left) > 2))
    return sign == "+" and right is None
