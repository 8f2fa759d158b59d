"""Reads a numeral as an exact fraction, and says when two of them are the same number.

Exact, because a float would call 0.1 + 0.2 and 0.3 different, and bounded, because the text may be
hostile: an exponent of four digits is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction

_PLAIN = r"\d+(?:\.\d*)?|\.\d+"
_GROUPED = (
    r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?(?![\d,]*\d)"  # 1,234.5
    r"|[1-9]\d{0,2}(?:[ ']\d{3})+(?!\d)(?:[.,]\d+)?"  # 1 234,5
    r"|[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d*)?(?![\d,]*\d)"  # 1,23,456 in India
    r"|[1-9]\d{0,2}(?:\.\d{3})+,\d+(?!\d)|[1-9]\d{0,2}(?:\.\d{3}){2,}(?![\d,.]*\d)"  # 1.234,5
)
_EXPONENT = r"(?:[eE][-+]?\d{1,3}(?![\d.]*\d))?"
NUMERAL = rf"(?:{_GROUPED}|{_PLAIN}){_EXPONENT}"
NUMERAL_WITH_COMMA = rf"(?:{_GROUPED}|\d+,\d+(?![\d,]*\d)|{_PLAIN}){_EXPONENT}"
"""The same where a comma may part the decimals, as in ``3,5``."""

_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}")
_NOISE = Fraction(1, 2**47)
_PRINTED = 15
"""Significant digits from which a decimal is taken for the print of a double."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """An exact number; ``digits`` is how many a decimal with a point has, 0 for any other."""

    value: Fraction
    digits: int = 0

    def __str__(self) -> str:
        """As a decimal where it was one, else as a fraction."""
        if not self.digits:
            return str(self.value)
        with localcontext(prec=self.digits + 20):
            return f"{Decimal(self.value.numerator) / Decimal(self.value.denominator):f}"

    def times(self, factor: Fraction | int) -> Numeral:
        """This number multiplied."""
        return replace(self, value=self.value * factor)


def numeral(text: str) -> Numeral:
    """The number that the text, which matches `NUMERAL_WITH_COMMA`, is."""
    mantissa, _, exponent = re.sub("[ ']", "", text).lower().partition("e")
    mark = max(",.", key=mantissa.rfind)
    if mantissa.count(mark) > 1 or (mark == "," and _THOUSANDS.fullmatch(mantissa)):
        mark = ""  # what groups the thousands parts no decimals
    whole, _, decimals = mantissa.partition(mark) if mark else (mantissa, "", "")
    whole = re.sub("[,.]", "", whole)
    value = Fraction(int(whole + decimals or "0"), 10 ** len(decimals))
    value *= Fraction(10) ** int(exponent or "0")
    return Numeral(value, len((whole + decimals).lstrip("0")) if decimals else 0)


def terminates(value: Fraction) -> bool:
    """Whether the value has a finite decimal expansion."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def same(a: Numeral, b: Numeral) -> bool:
    """Whether two numerals are one number.

    Equal exactly; or as doubles, where one is a decimal of so many digits as a program prints
    (3.999999999999999); or to six significant digits, where no decimal can express one of them.
    """
    if a.value == b.value:
        return True
    gap, size = abs(a.value - b.value), max(abs(a.value), abs(b.value))
    printed = max(a.digits, b.digits) >= _PRINTED > min(a.digits, b.digits)
    if printed and gap <= size * _NOISE:
        return True
    if terminates(a.value) and terminates(b.value):
        return False
    return gap * 10**6 <= size
