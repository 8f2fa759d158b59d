"""Other languages than English: what denies in them, and names where no space parts words.

A denial that is not known would let "nicht Paris" pass for Paris. What is said here turns rather
too much of a clause than too little: a right answer that is refused does little harm.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from ._written import Word

_ENGLISH = frozenset(
    {"what", "which", "where", "when", "why", "how", "who", "whose", "whom", "does", "did", "were",
     "the", "and", "this", "that", "with"}
)  # fmt: skip
"""Words that no other language here has, one of which is in nearly every question."""

_DENIES = frozenset(
    {"nicht", "kein", "keine", "keinen", "keiner", "keinem", "keines", "nie", "niemal", "weder",
     "pas", "jamai", "aucun", "aucune", "non", "nunca", "jama", "tampoco", "ningun", "ninguno",
     "ninguna", "nao", "nem", "nenhum", "nenhuma", "ne", "nessun", "nessuno", "nessuna", "не",
     "нет", "ни", "ні", "niet", "geen", "nooit", "inte", "icke", "ikke", "ej", "aldrig", "ei", "nu",
     "neni", "degil", "khong", "bukan", "tidak", "δεν", "οχι", "ليس", "ليست", "לא", "नहीं"}
)  # fmt: skip
"""In the form in which words are compared, most without their marks."""

CONTRASTS = frozenset(
    {"sondern", "mais", "sino", "pero", "mas", "ma", "bensi", "а", "но", "maar", "men", "utan",
     "aber", "doch", "ist", "est", "cest", "es", "e", "это", "la", "adalah"}
)  # fmt: skip
"""What begins a clause that denies nothing, behind one that did."""

_KOREAN = re.compile(r"아니|아닙|아닌|않")

_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_KANA = re.compile("[\u3040-\u309f]")
_CHINESE = re.compile(
    r"不(?![过過仅僅但只久管断斷丹])|[并並绝絕而](?=非)|(?<![北南东東西])非(?![常洲盟])|[没沒](?![错錯])|未(?![来來])"
)
_JAPANESE = re.compile(r"(?<!少)な[いく](?!て)|なかった|ません|ではな|じゃな")
_PARTICLES = frozenset(
    "的是了和与與及在为為也都将將曾有於于叫即到从從由说說答案称稱名乃属屬至向给給当當位就被跟而但并並或不"
)
"""Characters beside which a name may end or begin."""


class Turn(NamedTuple):
    """A word that denies, and from where to where in its clause."""

    place: int
    start: int
    end: int


def is_english(said: Sequence[Word], question: Collection[str]) -> bool:
    """Whether a response and its question may be English."""
    return bool(_ENGLISH & (set(question) | {word.form for word in said}))


def turns(said: Sequence[Word], start: int, end: int) -> Iterator[Turn]:
    """What denies in the clause from ``start`` to ``end``, in any of these languages.

    A denial at its beginning turns what follows, one that stands elsewhere the whole clause; in
    Japanese and Korean it turns what stands before.
    """
    for place in range(start, end):
        form = said[place].form
        if _KOREAN.match(form):
            yield Turn(place, start, place)
        elif form in _DENIES:
            yield Turn(place, place if place == start else start, end)
    text = "".join(
        said[place].form if _is_wide(said[place]) else " " for place in range(start, end)
    )
    for found in _CHINESE.finditer(text):
        place = start + found.start()
        follows = found.start() == 0 or text[found.start() - 1] == "而" or found[0] == "而"
        yield Turn(place, place if follows else start, end)
    for found in _JAPANESE.finditer(text):
        yield Turn(start + found.start(), start, start + found.start())


def goes_on(said: Sequence[Word], start: int, end: int, question: Collection[str]) -> bool:
    """Whether a name from ``start`` to ``end``, in a script without spaces, is part of a longer."""

    def joined(inner: int, outer: int) -> bool:
        if not 0 <= outer < len(said) or said[max(inner, outer)].mark:
            return False
        one, other = said[inner], said[outer]
        if not (_is_wide(one) and _is_wide(other)) or _KANA.match(other.form):
            return False
        return other.form not in _PARTICLES and other.form not in question

    return joined(start, start - 1) or joined(end - 1, end)


def _is_wide(word: Word) -> bool:
    return len(word.form) == 1 and _WIDE.match(word.form) is not None
