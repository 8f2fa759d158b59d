"""Text as the words that count, each in one form, to compare what is written differently.

"The 25th Best-of-Seven" and "best of 7s: 25" hold the same words. An answer is found across spaces
and hyphens ("Jell-O" in "jello"), and where words were run together ("directed byWilliam Wyler1").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19,
}  # fmt: skip
_ROUND = frozenset(map(str, _TENS.values()))
_ARTICLES = frozenset({"a", "an", "the"})
SMALL = frozenset(
    {
        "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "is", "was", "were",
        "are", "be", "been", "as", "its", "it", "that", "this", "his", "her", "their", "during",
        "since", "about", "around",
    }
)  # fmt: skip
"""Words that say nothing on their own."""

_A_UNIT = re.compile(
    r"\ban? (?=(?:second|minute|hour|day|week|fortnight|month|year|decade|century|quarter|dozen"
    r"|hundred|thousand|million|billion)\b)",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"[⁰¹²³⁴-⁹]+|\[\^?\d+\^?\]")
_DROPPED = re.compile(r"['’]s\b|['’]|(?<=\d)(?:st|[nr]d|th)\b|(?<=\d),(?=\d{3})")
# Words part where small letters turn to capitals and letters to digits, as run-together ones do.
# Scripts without spaces have a word a character.
_WORD = re.compile(
    r"(?:(?<!\w)-)?\d+(?:[.:]\d+)*|[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
    r"|[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|[+#]"
)


def words(text: str) -> list[str]:
    """The words in the order of the text, without articles and most punctuation."""
    text = unicodedata.normalize("NFKD", _FOOTNOTE.sub(" ", text))
    text = "".join(c for c in text if not unicodedata.combining(c))
    found: list[str] = []
    for written in _WORD.findall(_A_UNIT.sub("one ", _DROPPED.sub("", text))):
        word = written.casefold()
        if word in _ARTICLES:
            continue
        if word in _UNITS:
            twenty = found and found[-1] in _ROUND and 0 < _UNITS[word] < 10
            found.append(str((int(found.pop()) if twenty else 0) + _UNITS[word]))
        else:
            found.append(_one_form(word))
    return found


def _one_form(word: str) -> str:
    if word in _TENS:
        return str(_TENS[word])
    if word in _ORDINALS:
        return str(_ORDINALS[word])
    plural = len(word) > 3 and word.endswith("s") and word[-2] not in "sui"
    return word[:-1] if plural else word


def find(given: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The first place (an index of ``given``) where the wanted words stand, spaces apart or not."""
    starts: dict[int, int] = {}
    length = 0
    for index, word in enumerate(given):
        starts[length] = index
        length += len(word)
    starts[length] = len(given)
    text, sought = "".join(given), "".join(wanted)
    at = text.find(sought) if sought else -1
    while at >= 0:
        if at in starts and at + len(sought) in starts:
            return starts[at]
        at = text.find(sought, at + 1)
    return None
