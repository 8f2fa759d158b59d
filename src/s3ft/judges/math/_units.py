"""Units of measurement: which of them measure the same, and by what factor they differ.

Words that are no unit ("apples") are none of them: they name what is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """What is measured ("length", "length^2", "length/time") and how large one unit of it is."""

    dimension: str
    factor: Fraction = Fraction(1)

    def alike(self, other: Unit) -> bool:
        """Whether both measure the same; a degree may be one of a temperature."""
        a, b = sorted((self.dimension, other.dimension), key=len)
        return a == b or b.startswith(a + " ")


_PREFIXES: dict[str, tuple[str, Fraction | int]] = {
    "": ("", 1),
    "k": ("kilo", 10**3),
    "M": ("mega", 10**6),
    "G": ("giga", 10**9),
    "c": ("centi", Fraction(1, 100)),
    "d": ("deci", Fraction(1, 10)),
    "m": ("milli", Fraction(1, 10**3)),
    "µ": ("micro", Fraction(1, 10**6)),
    "n": ("nano", Fraction(1, 10**9)),
}
# Symbol, names, dimension, and the size of one in the dimension's first unit.
_METRIC = [
    ("m", "metre meter", "length", 1),
    ("g", "gram gramme", "mass", 1),
    ("s", "second sec", "time", 1),
    ("L", "litre liter", "volume", 1),
    ("l", "", "volume", 1),
    ("J", "joule", "energy", 1),
    ("W", "watt", "power", 1),
    ("N", "newton", "force", 1),
    ("V", "volt", "voltage", 1),
    ("A", "ampere amp", "current", 1),
    ("Hz", "hertz", "frequency", 1),
    ("Pa", "pascal", "pressure", 1),
    ("mol", "mole", "amount", 1),
    ("cal", "calorie", "heat", 1),
    ("B", "byte", "data", 8),
    ("bit", "bit", "data", 1),
]
_OTHERS: dict[str, tuple[str, Fraction | int]] = {
    "in inch inches": ("length", Fraction(254, 10**4)),
    "ft foot feet": ("length", Fraction(3048, 10**4)),
    "yd yard yards": ("length", Fraction(9144, 10**4)),
    "mi mile miles": ("length", Fraction(1609344, 10**3)),
    "min mins minute minutes": ("time", 60),
    "h hr hrs hour hours": ("time", 3600),
    "day days": ("time", 86400),
    "week weeks": ("time", 7 * 86400),
    "month months": ("months", 1),
    "year years yr yrs": ("months", 12),
    "lb lbs": ("mass", Fraction("453.59237")),
    "oz ounce ounces": ("mass", Fraction("28.349523125")),
    "ton tons": ("tons", 1),
    "tonne tonnes": ("mass", 10**6),
    "gallon gallons gal": ("gallons", 1),
    "quart quarts qt": ("gallons", Fraction(1, 4)),
    "pint pints": ("gallons", Fraction(1, 8)),
    "cup cups": ("gallons", Fraction(1, 16)),
    "acre acres": ("acres", 1),
    "hectare hectares ha": ("length^2", 10**4),
    "$ dollar dollars usd buck bucks": ("dollars", 1),
    "cent cents ¢": ("dollars", Fraction(1, 100)),
    "€ euro euros eur": ("euros", 1),
    "£ gbp": ("pounds", 1),
    "pence": ("pounds", Fraction(1, 100)),
    "¥ yen jpy": ("yen", 1),
    "yuan rmb cny": ("yuan", 1),
    "₹ rupee rupees inr": ("rupees", 1),
    "% percent pct percentage prozent procent procenta процент процента процентов": ("percent", 1),
    "‰ permille promille": ("percent", Fraction(1, 10)),
    "° degree degrees deg": ("degree", 1),
    "°C celsius": ("degree celsius", 1),
    "°F fahrenheit": ("degree fahrenheit", 1),
    "radian radians rad": ("radian", 1),
    "mph": ("length/time", Fraction(1609344, 3600 * 10**3)),
    "kph kmh": ("length/time", Fraction(1000, 3600)),
}


def _table() -> dict[str, Unit]:
    table = {}
    for symbol, names, dimension, size in _METRIC:
        for prefix, (name, factor) in _PREFIXES.items():
            unit = Unit(dimension, Fraction(size) * factor)
            table[prefix + symbol] = unit
            for word in names.split():
                table[name + word] = table[name + word + "s"] = unit
    for words, (dimension, factor) in _OTHERS.items():
        table |= {word: Unit(dimension, Fraction(factor)) for word in words.split()}
    # A single capital is rather a name than a unit, and so is what an English word is.
    for word in ("J", "W", "N", "V", "A", "B", "amp", "amps", "mole", "moles"):
        table.pop(word, None)
    return table


UNITS = _table()
PERCENT = UNITS["%"]
_OF_A_HUNDRED = {"per cent", "pour cent", "por ciento", "por cento", "per cento"}
_PER = {"per", "a", "an", "/", "each"}
_SQUARED = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3}
_POWER = re.compile(r"(.+?)\^\{?([23])\}?")


def unit_at(words: Sequence[str]) -> tuple[Unit | None, int]:
    """The unit that the words begin with, and how many of them say so; (None, 0) if none does."""
    head, used = _one(words)
    if head is None:
        return None, 0
    rest = words[used:]
    if rest[:1] and rest[0] in _PER:
        below, more = _one(rest[1:])
        money = head.dimension in ("dollars", "euros", "pounds", "yen", "yuan", "rupees", "percent")
        if below and not money:  # the price of what is asked for is often said without the "a day"
            return Unit(f"{head.dimension}/{below.dimension}", head.factor / below.factor), (
                used + 1 + more
            )
    return head, used


def _one(words: Sequence[str]) -> tuple[Unit | None, int]:
    if not words or _is_preposition(words):
        return None, 0
    if " ".join(words[:2]).lower() in _OF_A_HUNDRED:
        return PERCENT, 2
    if (power := _SQUARED.get(words[0].lower())) and len(words) > 1:
        base = _named(words[1])
        return (_raised(base, power), 2) if base else (None, 0)
    if words[0] == "°" and len(words) > 1 and words[1] in ("C", "F"):
        return UNITS["°" + words[1]], 2
    if (raised := _POWER.fullmatch(words[0])) and (base := _named(raised[1])):
        return _raised(base, int(raised[2])), 1
    unit = _named(words[0])
    if unit and unit.dimension == "degree" and len(words) > 1:
        scale = _named(words[1])
        if scale and scale.dimension.startswith("degree "):
            return scale, 2
    if unit and len(words) > 1 and words[1].lower() in ("squared", "cubed"):
        return _raised(unit, _SQUARED[words[1].lower()]), 2
    return unit, 1 if unit else 0


def _is_preposition(words: Sequence[str]) -> bool:
    """Whether "in" says no inches: "5 in all"."""
    return words[0] == "in" and len(words) > 1 and words[1].isalpha()


def _named(word: str) -> Unit | None:
    return UNITS.get(word) or (UNITS.get(word.lower()) if len(word) > 2 else None)


def _raised(unit: Unit, power: int) -> Unit:
    if (unit.dimension, power) == ("length", 3):
        return Unit("volume", unit.factor**3 * 1000)
    return Unit(f"{unit.dimension}^{power}", unit.factor**power)
