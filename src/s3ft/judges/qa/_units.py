"""Units and currencies behind a number, each in one name."""

from __future__ import annotations

from collections.abc import Sequence

from ._written import Word

CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
MONEY = frozenset(CURRENCIES.values())
_LENGTHS = {
    "km": "kilometer kilometre km kms", "m": "meter metre m", "cm": "centimeter centimetre cm",
    "mm": "millimeter millimetre mm", "mile": "mile mi", "yard": "yard yd yds",
    "ft": "feet foot ft", "inch": "inch in",
}  # fmt: skip
_TIMES = {
    "second": "second sec s", "minute": "minute min", "hour": "hour hr hrs h", "day": "day",
    "week": "week", "month": "month", "year": "year yr yrs",
}  # fmt: skip
_OTHERS = {
    "percent": "% percent pct", "dollar": "dollar usd buck", "euro": "euro eur",
    "pound": "pound gbp lb lbs", "kg": "kilogram kilogramme kilo kg kgs", "g": "gram gramme g",
    "mg": "milligram milligramme mg", "tonne": "tonne", "oz": "ounce oz", "l": "liter litre l",
    "ml": "milliliter millilitre ml", "bc": "bc bce", "time": "time",
}  # fmt: skip
_SPEEDS = {"mph": ("mile", "hour"), "kph": ("km", "hour"), "kmh": ("km", "hour")}


def _by_spelling(names: dict[str, str]) -> dict[str, str]:
    return {spelling: name for name, spellings in names.items() for spelling in spellings.split()}


_LENGTH, _TIME = _by_spelling(_LENGTHS), _by_spelling(_TIMES)
_NAME = CURRENCIES | _LENGTH | _TIME | _by_spelling(_OTHERS)


UNITS = frozenset([*_LENGTHS, *_TIMES, *_OTHERS]) - MONEY - {"percent", "bc", "time"}
UNITS |= {"fortnight", "decade", "century", "ton", "gallon", "degree"}
"""Names of units that are no amounts of money, and of others that have one spelling."""


def unit(words: Sequence[Word], at: int, *, feet: bool = False) -> tuple[tuple[str, ...], int]:
    """The words of the unit that stands there, in one name, and where it ends; () if none does.

    Args:
        feet: whether the number before was one of feet, so that "in" is inches.
    """
    if at >= len(words) or words[at].mark not in {"", " ", "-"}:
        return (), at
    form, end = words[at].form, at + 1
    if form in _SPEEDS:
        length, time = _SPEEDS[form]
        return (length, "per", time), end
    if form == "per" and _form(words, end) == "cent":
        return ("percent",), end + 1
    if form in {"square", "cubic"}:
        length = _LENGTH.get(_form(words, end), "")
        return ((f"{form} {length}",), end + 1) if length else ((), at)
    if form == "metric" and _form(words, end) in {"ton", "tonne"}:
        return ("tonne",), end + 1
    if form == "in" and not feet and end < len(words) and words[end].mark in {" ", ""}:
        return (), at  # "5 in 1990"
    name = _NAME.get(form)
    return per(words, end, name) if name else ((), at)


def per(words: Sequence[Word], at: int, name: str) -> tuple[tuple[str, ...], int]:
    """A unit's name with what it is for: "an hour", "per hour", "/h"."""
    if at < len(words) and words[at].mark == "/" and (time := _time(words, at)):
        return (name, "per", time), at + 1
    # `spelled` makes "an hour" one hour.
    if _form(words, at) in {"per", "one"} and (time := _time(words, at + 1)):
        return (name, "per", time), at + 2
    return (name,), at


def _time(words: Sequence[Word], at: int) -> str | None:
    if at >= len(words):
        return None
    return "second" if words[at].written == "second" else _TIME.get(words[at].form)  # an ordinal


def _form(words: Sequence[Word], at: int) -> str:
    """The next word where it goes on without a mark."""
    return words[at].form if at < len(words) and words[at].mark in {"", " ", "-"} else ""
