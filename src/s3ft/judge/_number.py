"""Reads a plainly written number as an exact fraction, or says that it is not one.

Exact, because a float would call 0.1 + 0.2 and 0.3 different, and bounded, because the text may be
hostile: a number of a million digits, or one with a huge exponent, is not plain.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

_TYPOGRAPHY = str.maketrans(
    {"−": "-", "–": "-", "‐": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "~": " "}
    | {c: f" {Fraction(unicodedata.numeric(c)).limit_denominator(10)}" for c in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
)
_LATEX = [
    (re.compile(r"\\[dtc]?frac\s*\{\s*(-?\d{1,30})\s*\}\s*\{\s*(\d{1,30})\s*\}"), r" \1/\2"),
    (re.compile(r"\\[dtc]?frac\s*(\d)\s*(\d)(?!\d)"), r" \1/\2"),
    (re.compile(r"\\(?:text|textbf|mbox|mathrm|mathbf)\s*\{([^{}]*)\}"), r" \1 "),
    (re.compile(r"\\[!,;:]|\\(?:left|right|displaystyle)\b"), ""),
    (re.compile(r"\^\s*\{?\s*\\circ\s*\}?"), "°"),
    (re.compile(r"\\[()\[\] ]|\\q?quad\b"), " "),
    (re.compile(r"\\([$%])"), r"\1"),
]
_DECIMAL = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:[ ]\d{3})+(?!\d)(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?:[eE][-+]?\d{1,3}(?!\d))?"
)
_NUMBER = re.compile(
    rf"""(?P<sign>[-+]?)\s*(?:[$€£¥₹]\s*)*(?P<inner>-?)\s*
    (?:(?P<whole>\d+)\s+(?P<above>\d+)\s*/\s*(?P<below>\d+)
      |(?P<top>{_DECIMAL})(?:\s*/\s*(?P<bottom>{_DECIMAL}))?)""",
    re.VERBOSE | re.ASCII,
)
# Directly on the number: a sign, two letters and more, or a squared letter ("5x" is no number).
_UNIT = re.compile(r"\s*[%°$€£¥₹]|\s*/[^\W\d_]{2}|[^\W\d_]{2}|[^\W\d_][²³]|[\s.,;:*_'\"]|\s*\(")
_POWER = re.compile(r"(?<=[^\W\d_])\^\{?[23]\}?")
_NOT_UNIT = re.compile(r"[+*=^<>\\{}|×÷!?#&@]|(?<![^\W\d_])-|-(?![^\W\d_])")
_SINGLE = set("mgLlshC")
_SCALE = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
# Words after which the number is not the whole of what is said.
_MORE = {"and", "or", "plus", "minus", "times", "half", "point", "dozen", "squared", "cubed"}
_DIGITS = frozenset("0123456789")
LONGEST = 200
"""A longer text (characters) is not a plainly written number."""


def plain(text: str) -> str:
    """The text with typographic and LaTeX dressing of numbers taken off."""
    text = text.translate(_TYPOGRAPHY)
    if "{,}" in text:
        text = text.replace("{,}", ",")
    if "\\" in text:
        for pattern, replacement in _LATEX:
            text = pattern.sub(replacement, text)
    return text.strip(" \t\n*_`\"'“”").rstrip(" .,;:*_`\"'“”")


def number(text: str) -> Fraction | None:
    """The value of a text that is one number, or None.

    Understood: signs, currency, thousands (``1,000``, ``1 000``), decimals, exponents, fractions
    and mixed numbers, a unit in words (``18 dollars a day``), ``million`` and its like. A percent
    sign is a unit: ``20%`` is 20.
    """
    if len(text) > LONGEST:
        return None
    text = plain(text)
    match = _NUMBER.match(text)
    if not match:
        return None
    scale = _unit_scale(text[match.end() :])
    if scale is None:
        return None
    above = _decimal(match["top"] or match["above"])
    if bottom := match["bottom"] or match["below"]:
        below = _decimal(bottom)
        if not below:
            return None
        above /= below
    value = (above + int(match["whole"] or 0)) * scale
    return -value if (match["sign"] == "-") != (match["inner"] == "-") else value


def _decimal(text: str) -> Fraction:
    text = text.replace(",", "").replace(" ", "").rstrip(".")
    return Fraction(int(text)) if text.isdigit() else Fraction(text)


def _unit_scale(tail: str) -> int | None:
    """What the words behind a number multiply it by; None where they are no unit."""
    if not tail:
        return 1
    if not _UNIT.match(tail):
        return None
    tail = _POWER.sub("", tail)
    if _NOT_UNIT.search(tail) or any(c.isnumeric() and c not in "²³" for c in tail):
        return None
    words = re.findall(r"[^\W\d_]+", tail)
    if any(word.lower() in _MORE for word in words):
        return None
    if any(len(word) == 1 and word not in _SINGLE and word not in "aAst" for word in words):
        return None
    return 10 ** _SCALE.get(words[0].lower(), 0) if words else 1


def last_number(text: str) -> tuple[str, Fraction] | None:
    """The last number in running text, as written and its value; None where it cannot be read.

    A last number that is part of something else (``3:30``, ``x2``, ``16-3``) reads as None, not as
    the number before it.
    """
    end = max(text.rfind(digit) for digit in _DIGITS)
    if end < 0:
        return None
    words = text[max(0, end - LONGEST) : end + LONGEST].translate(_TYPOGRAPHY).split()
    where = max(i for i, word in enumerate(words) if not _DIGITS.isdisjoint(word))
    word = words[where].rsplit("=", 1)[-1].lstrip("(\"'[").rstrip(")\"'].,;:!?*")
    if "/" in word and where and words[where - 1].isdigit():
        word = f"{words[where - 1]} {word}"
    if where + 1 < len(words) and words[where + 1].lower().rstrip(".,;:!?") in _SCALE:
        word = f"{word} {words[where + 1]}"
    value = number(word)
    return None if value is None else (word, value)


def terminates(value: Fraction) -> bool:
    """Whether the value has a finite decimal expansion."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def same(a: Fraction, b: Fraction) -> bool:
    """Equal exactly, or to six significant digits where a third cannot be written as a decimal."""
    if a == b:
        return True
    if terminates(a) and terminates(b):
        return False
    return abs(a - b) <= max(abs(a), abs(b)) / 10**6
