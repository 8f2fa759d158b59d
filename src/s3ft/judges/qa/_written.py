"""The words of a text as they stand there: form, writing, and the mark in front of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ._variants import one_form

SENTENCE_ENDS = frozenset(".?")
"""The marks in front of a word that starts a sentence."""

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20,
}  # fmt: skip
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff"
# Small letters part from the capitals behind them and letters from digits, as run-together words
# do, but for a letter's own number ("B12", "CO2") or sign ("C++", "A+"). Scripts without spaces
# have a word a character; others keep their marks; a flag is two characters.
_WORD = re.compile(
    r"(?<![A-Za-z\d])[A-Z]{1,2}-?\d+(?![\w.]?\d|[a-z])|[A-Za-z]\+\+"
    r"|(?<!\w)[A-Z](?:#|[+-](?![\w+-]))"
    r"|(?<!\d)\d{1,3}0s(?![a-z])|(?:(?<!\w)-)?\d+(?:[.:]\d+)*|[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
    rf"|[{_SPACELESS}]|(?:[^\W\d_{_SPACELESS}][\u0300-\u036f\u0900-\u0dff]*)+"
    r"|[\U0001f1e6-\U0001f1ff]{2}|[+#%$€£¥₹]|[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_ABBREVIATED = frozenset(
    {"dr", "mr", "mrs", "ms", "st", "mt", "vs", "no", "jr", "sr", "prof", "ft"}
)
_ROMAN = re.compile(r"X{0,3}(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}


class Word(NamedTuple):
    """A word of a text.

    ``form`` is what is compared; ``written`` how it stands there; ``mark`` what stands in front:
    ``""`` where it is joined on, ``-``, a space, one of ``,;:/(`` and ``)``, a dash ``—``, or the
    end of a sentence, ``.`` or ``?``; ``article`` the article in front, which is no word.
    """

    form: str
    written: str
    mark: str
    article: str = ""

    @property
    def is_number(self) -> bool:
        return self.form[-1:].isdecimal()

    @property
    def capital(self) -> bool:
        return self.written[:1].isupper()


def tokens(text: str) -> Iterator[Word]:
    """The words in the order of the text, articles among them."""
    end, before = 0, ""
    for token in _WORD.finditer(text):
        written = token[0]
        yield Word(
            _form(written, before), written, _mark(text[end : token.start()], before, written)
        )
        end, before = token.end(), written


_NARROW = str.maketrans("，、；：（）？！．", ",,;:()?!.")


def _mark(gap: str, before: str, after: str) -> str:
    gap = gap.translate(_NARROW)
    if gap in {"", "."}:
        return ""
    if gap == " ":
        return " "
    goes_on = after[0].islower() and "\n" not in gap  # a title's or a quotation's own mark
    if "?" in gap and not goes_on:
        return "?"
    if "\n" in gap or "。" in gap or ("!" in gap and not goes_on):
        return "."
    initial = len(before) == 1 and not before.islower()
    if "." in gap and len(gap) > 1 and not initial and before.lower() not in _ABBREVIATED:
        return "."
    for mark in ";:(),/":
        if mark in gap:
            return mark
    if "-" in gap:
        return "-" if gap == "-" else "—"
    return "—" if "—" in gap else " "


def _form(written: str, before: str) -> str:
    word = written.casefold()
    if word in _ORDINALS:
        return str(_ORDINALS[word])
    # "Henry V", but no pronoun or initial: a numeral of one letter stands behind a name.
    named = len(before) > 2 and before[0].isupper() and before[1:].islower()
    if (len(written) > 1 or named) and _ROMAN.fullmatch(written[:9]) and written != "L":
        values = [_ROMAN_VALUES[letter] for letter in written]
        pairs = zip(values, [*values[1:], 0], strict=True)
        return str(sum(-one if one < following else one for one, following in pairs))
    if written[0].isupper() and written[-1].isdecimal():
        return word.replace("-", "")
    return one_form(word)
