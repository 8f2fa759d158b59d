"""Measures in one spelling: powers of ten as the figures they are, squares and cubes of lengths,
degrees, and the units that capitals tell apart.

Every pattern is bounded, because the text may be hostile.
"""

from __future__ import annotations

import re
from decimal import Decimal

_LATEX = re.compile(r"\$([^$\n\\^]{0,60}[\\^][^$\n]{0,60})\$")  # whose dollars are no money
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(f"{_RAISED}⁺⁻", "0123456789+-")
_TIMES = r"(?<![\w.,/^])(?:(-?\d{1,9}(?:\.\d{1,9})?) ?(?:[×x*·⋅]|\\times|\\cdot) ?)?"
_OF_TEN = re.compile(
    rf"{_TIMES}(?<![\w.,/^])10(?: ?(?:\^|\*\*) ?[{{(]?([+-]?\d{{1,2}})[)}}]?(?![\w^]|\.\d)"
    rf"|([⁺⁻]?[{_RAISED}]{{1,2}})(?![{_RAISED}]))"
)
_E = re.compile(r"(?<![\w.,/-])(-?\d(?:\.\d{1,9})?)[eE]([+-]?\d{1,2})(?!\w|\.\d)")

_LENGTH = r"(km|[cdm]?m|mi|ft|in|yd)"
_WORDS = r"((?:kilo|centi|milli)?met(?:er|re)s?|kms?|miles?|feet|foot|inch(?:es)?|yards?)"
_TO_A_POWER = re.compile(rf" ?(?<![^\W\d_]){_LENGTH}(?:\^?([23])(?!\w|\.\d)|([²³])(?![{_RAISED}]))")
_SHORT = re.compile(rf"\b(sq|cu)\.? ?{_LENGTH}\b")
_SAID = re.compile(rf"\b{_WORDS} (squared|cubed)\b")
_KINDS = {"2": "square", "3": "cubic", "sq": "square", "cu": "cubic"}
_KINDS |= {"²": "square", "³": "cubic", "squared": "square", "cubed": "cubic"}
_PER_SECOND_TWICE = re.compile(r"\bper second (?:per second|squared)\b")
_NUMBER_OR_NOTE = re.compile(rf"([A-Za-z\d]{{0,12}})([⁺⁻]?[{_RAISED}]{{1,12}})")

_DEGREES = re.compile(r" ?[°º] ?([CFNSEW]\b)?|(?<=\d)( degrees? )([CF]|[Cc]entigrade)\b| ?([℃℉])")
_OF = {"C": "celsius", "F": "fahrenheit", "N": "north", "S": "south", "E": "east", "W": "west"}
_OF |= {"℃": "celsius", "℉": "fahrenheit", "centigrade": "celsius", "Centigrade": "celsius"}
_CAPITALS = {
    "W": "watt", "kW": "kilowatt", "KW": "kilowatt", "MW": "megawatt", "GW": "gigawatt",
    "mW": "milliwatt", "kWh": "kilowatt hour", "KWh": "kilowatt hour", "MWh": "megawatt hour",
    "Hz": "hertz", "kHz": "kilohertz", "KHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz",
    "kB": "kilobyte", "KB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "kbps": "kilobit per second", "Mbps": "megabit per second", "Gbps": "gigabit per second",
    "V": "volt", "kV": "kilovolt", "J": "joule", "kJ": "kilojoule", "mL": "ml", "L": "l",
}  # fmt: skip
_ABBREVIATED = re.compile(rf"(?<=\d)[ -]?({'|'.join(sorted(_CAPITALS, key=len)[::-1])})(?![\w/])")
_FEET_AND_INCHES = re.compile(r"(?<![\w'])(\d{1,2})['′] ?(\d{1,2})(?:[\"″”]|'')")


def measures(text: str) -> str:
    """The text with its measures in one spelling, without the raised numbers of footnotes."""
    text = _LATEX.sub(r"\1", text)
    text = _E.sub(_scaled, _OF_TEN.sub(_scaled, text))
    text = _FEET_AND_INCHES.sub(r"\1 ft \2 inch", text)
    text = _TO_A_POWER.sub(lambda at: f" {_KINDS[at[2] or at[3]]} {at[1]}", text)
    text = _SHORT.sub(lambda at: f"{_KINDS[at[1]]} {at[2]}", text)
    text = _SAID.sub(lambda at: f"{_KINDS[at[2]]} {at[1]}", text)
    text = _NUMBER_OR_NOTE.sub(_raised, _PER_SECOND_TWICE.sub("per s^2", text))
    text = _DEGREES.sub(lambda at: f" degree {_OF.get(at[1] or at[3] or at[4], '')} ", text)
    return _ABBREVIATED.sub(lambda at: f" {_CAPITALS[at[1]]}", text)


def _scaled(found: re.Match[str]) -> str:
    factor, *exponents = found.groups()
    [exponent] = [int(one.translate(_PLAIN)) for one in exponents if one]
    return format(Decimal(factor or 1).scaleb(exponent).normalize(), "f")


def _raised(found: re.Match[str]) -> str:
    """A power stands at a number or at a letter or two ("x²", "mc²"), a footnote at words, at years
    and where it is a 1."""
    before, raised = found[1], found[2].translate(_PLAIN)
    short = len(before) < (4 if before.isdigit() else 3)
    return f"{before}^{raised}" if before and short and raised != "1" else f"{before} "
