r"""Brings a text to plain characters: one form of digits, signs and spaces, no LaTeX dressing.

Digits become those of ASCII whatever their script, except the circled, raised and Roman ones, which
say something else. Stop tokens and markup of chat templates become line breaks. Every rule is
linear in the text, because the text may be hostile.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from ._units import unit_at

_SIGNS = str.maketrans(
    dict.fromkeys("−–‐‑﹣－", "-")
    | dict.fromkeys("\xa0\u2007\u2008\u2009\u202f\u3000~", " ")
    | dict.fromkeys("’‘ʼ", "'")
    | {"“": '"', "”": '"', "，": ", ", "：": ": ", "．": ".", "％": "%", "＄": "$", "＝": "="}
    | {"（": "(", "）": ")", "、": ", ", "；": "; ", "！": "! ", "？": "? ", "。": ". ", "٫": "."}
    | {"٬": ",", "⁄": "/", "∕": "/", "⋅": "·"}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\xad\u200e\u200f", " ")
    | {c: f" {Fraction(unicodedata.numeric(c)).limit_denominator(10)}" for c in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_SPECIAL = re.compile(
    r"<\|[^<>|\s]{1,40}\|>|<｜[^<>｜]{1,40}｜>|</?s>|</?(?:bos|eos|pad|unk|end_of_turn|start_of_turn)>|</(?:final_?)?answer>"
    r"|\[/?INST\]"
)
_LATEX = [
    (re.compile(r"\\[dtc]?frac\s*\{\s*(-?\d{1,30})\s*\}\s*\{\s*(\d{1,30})\s*\}"), r" \1/\2"),
    (re.compile(r"\\[dtc]?frac\s*(\d)\s*(\d)(?!\d)"), r" \1/\2"),
    (
        re.compile(r"\\(?:text|textbf|textit|mbox|mathrm|mathbf|boldsymbol)\s*\{([^{}]{0,200})\}"),
        r" \1 ",
    ),
    (re.compile(r"(?<=[a-z])\s+\^"), "^"),
    (re.compile(r"\\!\s*|\\[,;:]|\\(?:left|right|displaystyle|bigl|bigr)\b"), ""),
    (re.compile(r"\^\s*\{?\s*\\circ\s*\}?|\\degree\b"), "°"),
    (re.compile(r"\\[()\[\] ]|\\q?quad\b|\\\\(?=\s*$)"), " "),
    (re.compile(r"\\(?:times|cdot)\b"), "×"),
    (re.compile(r"\\(?:geq?|geqslant)\b"), ">="),
    (re.compile(r"\\(?:leq?|leqslant)\b"), "<="),
    (re.compile(r"\\gt\b"), ">"),
    (re.compile(r"\\lt\b"), "<"),
    (re.compile(r"\\neq?\b"), "!="),
    (re.compile(r"^[\s$]*\\approx\b"), "about "),
    (re.compile(r"\\(?:dots|ldots|cdots)\b"), "…"),
    (re.compile(r"\\([$%#&\"'])"), r"\1"),
]
_POWER_OF_TEN = re.compile(r"\s*(?:×|\*|x)\s*10\s*\^\s*(?:\{\s*([-+]?\d{1,3})\s*\}|([-+]?\d{1,3}))")
# A pair of dollar signs frames mathematics as TeX's readers have it; another one is money.
_FRAMED = re.compile(r"(?<![\\\d])\$\$?(?![\s$])([^$]{1,400}?)(?<![\s\\])\$\$?(?!\d)")
_WHOLLY_FRAMED = re.compile(r"(\$\$?)([^$]+)\1")
_EMPHASIS = re.compile(
    r"(?<!\w)\*\*|\*\*(?!\w)|(?<!\w)__|__(?!\w)|`|(?<!\S)[*_](?=\S)|(?<=\S)[*_](?!\S)"
)


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_LOWERED = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_OF_PROGRAMS = re.compile(r"(?<![A-Za-z]{2})(?<=[\w)])\*\*(?=\d)")
_WORD_AT_END = re.compile(r"[^\W\d_]{1,20}\Z")
_NEGATIVE_POWER = re.compile(r"\^([-+]\d+)")
_PI = re.compile(r"(?<![A-Za-z\\])[Pp]i(?![A-Za-z])")
_ROOT = re.compile(r"√\s*(?:(\d+(?:\.\d+)?|\w)|\(([^()]{0,200})\))")
_SYMBOLS = str.maketrans({"−": "-", "–": "-", "π": "\\pi ", "θ": "\\theta ", "∞": "\\infty "})


def as_latex(text: str) -> str:
    """The text with LaTeX's commands in place of symbols: math-verify passes over these, and would
    read 42² and 42π as 42. Powers of units stay as they are."""
    text = _NEGATIVE_POWER.sub(r"^{\1}", _OF_PROGRAMS.sub("^", text))
    text = _PI.sub(r"\\pi ", text)
    if text.isascii():
        return text
    text = _LOWERED.sub(_lowered, _POWER.sub(_raised_but_of_units, text))
    text = _ROOT.sub(lambda root: f"\\sqrt{{{root[1] or root[2]}}}", text)
    return text.translate(_SYMBOLS)


def _raised(power: re.Match[str]) -> str:
    number = power[0].translate(_RAISED)
    return f"^{number}" if len(number) == 1 else f"^{{{number}}}"


def _raised_but_of_units(power: re.Match[str]) -> str:
    of = _WORD_AT_END.search(power.string[max(0, power.start() - 20) : power.start()])
    if of and unit_at([of[0]])[1]:
        return power[0]
    return _raised(power)


def _lowered(index: re.Match[str]) -> str:
    number = unicodedata.normalize("NFKC", index[0])
    return f"_{number}" if len(number) == 1 else f"_{{{number}}}"


def without_specials(text: str) -> str:
    """The text with a line break for each stop token, or other mark of a chat template."""
    return _SPECIAL.sub("\n", text) if "<" in text or "[" in text else text


def with_ascii_digits(text: str) -> str:
    """The text with the decimal digits of every script as those of ASCII."""
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def plain(text: str) -> str:
    """The text, a short one, with typographic and LaTeX dressing of numbers taken off."""
    text = with_ascii_digits(text).translate(_SIGNS).strip()
    if "**" in text:
        text = _OF_PROGRAMS.sub("^", text)
    if not text.isascii():
        text = _LOWERED.sub(_lowered, _POWER.sub(_raised, text))
    if "{,}" in text:
        text = text.replace("{,}", ",")
    if "\\" in text:
        for pattern, replacement in _LATEX:
            text = pattern.sub(replacement, text)
    if "10" in text and "^" in text:
        text = _POWER_OF_TEN.sub(lambda power: "e" + (power[1] or power[2]), text)
    text = text.strip()
    if whole := _WHOLLY_FRAMED.fullmatch(text):
        text = whole[2]
    elif "$" in text:
        text = _FRAMED.sub(r"\1", text)
    text = _EMPHASIS.sub("", text)
    return text.strip(" \t\n\"'").rstrip(" .,;:\"'")
