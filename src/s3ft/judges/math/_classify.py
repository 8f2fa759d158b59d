"""What a span of text is as an answer: values, mathematics, words, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..text import LONGEST
from ._phrases import denies, word_set
from ._reader import read
from ._tokens import Unread
from ._typography import as_latex, plain
from ._units import unit_at
from ._value import Listing, Quantity, Value, WordValue

_COMMAND = re.compile(
    r"\\(?:text|mbox|textbf|mathrm)\s*\{[^{}]{0,200}\}|\\(?:begin|end)\{\w+\*?\}|\\[a-zA-Z]+"
)
_MATHEMATICS = re.compile(r"\\[a-zA-Z(\[]")
_FRAMED = re.compile(r"[\\^_={<>]|^\S*[^\s/]$|^\S$")
_PROSE = re.compile(r"(?!(?:sin|cos|tan|log|exp|sqrt|lcm|gcd)\b)[^\W\d_]{3,}")
_LETTERS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_UNIT_AT_END = re.compile(r"[\d})]\s*(?=[^\W\d_°%]+(?:\s|\^|$|/))")
_SUBSCRIPT = re.compile(r"_\s*\{(\w+)\}")
_BASE = re.compile(r"\d\s*_\s*\{?\s*\d")  # math-verify leaves out what base a number is in
_COMMA = re.compile(r"\d,\d")
_ARTICLES = word_set("a an the it is it's on in at be are was so")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read out of a text: as written, and the values that it can be read as.

    ``math`` is what math-verify may be asked, empty where it may not: without values and math, the
    answer is there but cannot be read as one ("not 5").
    """

    text: str
    values: tuple[Value, ...] = ()
    math: str = ""

    @property
    def identity(self) -> object:
        """Equal for answers that are plainly the same."""
        if len(self.values) == 1 and isinstance(self.values[0], Quantity):
            return self.values[0].number.value, self.values[0].unit
        return re.sub(r"[\s$]|\\[!,;: ]", "", _SUBSCRIPT.sub(r"_\1", self.text))

    @property
    def is_word(self) -> bool:
        """Whether it is an answer in words that are no number."""
        return any(isinstance(value, WordValue) for value in self.values)


def has_latex(text: str) -> bool:
    """Whether the text holds LaTeX, a dollar sign for money not being any."""
    if _MATHEMATICS.search(text):
        return True
    # A pair of dollar signs frames mathematics if what is between them looks like it.
    between = text.split("$")[1:-1]
    return any(part and len(part) <= LONGEST and _FRAMED.search(part) for part in between)


def classify(span: str, *, loose: bool = False) -> Answer | None:
    """What a span is: values, mathematics, an answer that cannot be read, or no answer (None)."""
    span = span.strip()
    boxed = span.startswith("\\boxed{") and span.endswith("}")
    bare = span[7:-1] if boxed else span
    shown = plain(bare[:LONGEST])
    if not shown:
        return None
    readings: list[Value | Unread] = []
    if len(bare) <= LONGEST:
        readings.append(read(shown, loose=loose))
        if _COMMA.search(shown):
            readings.append(read(shown, comma=True, loose=loose))
    values = tuple(dict.fromkeys(r for r in readings if not isinstance(r, Unread)))
    if values:
        return Answer(_told(shown, values[-1], loose=loose), values, _math_of(values[-1]))
    if Unread.UNCLEAR in readings:
        return Answer(bare)
    if Unread.FORMULA in readings or len(bare) > LONGEST:
        return _formula(span, bare, boxed=boxed)
    return read_as_word(shown, boxed=boxed or "$" in bare)


def _formula(span: str, bare: str, *, boxed: bool) -> Answer | None:
    prose = has_prose(bare)
    if _BASE.search(bare) or denies(re.findall(r"[\w'’]+|\\neg|¬", bare.lower())):
        return Answer(bare)
    if boxed or not prose:
        return Answer(bare, math=framed(span))
    if has_latex(span):
        return Answer(span, math=as_latex(span))
    return Answer(bare) if any(c.isdigit() for c in bare) else None


def framed(text: str) -> str:
    """The text as math-verify finds the mathematics in it."""
    text = as_latex(text)
    marked = any(sign in text for sign in ("$", "\\(", "\\["))
    return text if marked or has_prose(text) else f"${text}$"


def _told(shown: str, value: Value, *, loose: bool) -> str:
    return value.text if loose and isinstance(value, Quantity) and value.text else shown


def units_differ(gold: str, said: str) -> bool:
    """Whether two texts of mathematics end in units that differ."""
    a, b = (
        unit_at(_UNIT_AT_END.split(plain(text[-LONGEST:]))[-1].split())[0] for text in (gold, said)
    )
    return a is not None and b is not None and a != b


def _math_of(value: Value) -> str:
    if isinstance(value, Quantity):
        return f"${value.number}$"
    if isinstance(value, Listing):
        return f"${', '.join(str(item.value.number) for item in value.items)}$"
    return ""


def read_as_word(shown: str, *, boxed: bool) -> Answer | None:
    """An answer that is a word or a few, less what leads to them."""
    words = lower_words(shown)
    while len(words) > 1 and words[0] in _ARTICLES:
        words.pop(0)
    if not words:
        return Answer(shown, math=f"${shown}$") if boxed or len(shown) < 9 else None
    if len(words) == 1 and len(words[0]) == 1:
        return Answer(shown, math=f"${shown.strip('()')}$")  # a variable
    return Answer(shown, (WordValue(" ".join(words)),))


def has_prose(text: str) -> bool:
    """Whether it holds a word that is neither a command of LaTeX nor a function's name."""
    return bool(_PROSE.search(_COMMAND.sub("", text)))


def lower_words(text: str) -> list[str]:
    """Its words of letters."""
    return [word.lower() for word in _LETTERS.findall(text)]
