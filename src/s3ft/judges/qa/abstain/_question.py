"""What a question asks for, as far as its words tell: a place, a time, yes or no."""

from __future__ import annotations

import re

_KINDS = {
    "place": "where place birthplace location city town country region",
    "time": "when date year month day time decade century birthday period birthdate deadline",
    "person": "who whom whose name person identity author artist actor actress winner inventor"
    " player singer founder director",
    "number": "many much number amount count total sum cost price figure percentage size age"
    " population quantity",
    "reason": "why reason cause motive explanation",
    "way": "how way method manner process",
    "title": "title",
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words.split()}
KIND_WORDS = frozenset(_KIND)
"""Words that name a kind of answer: "where", "birthplace", "year"."""

_IRREGULAR = {
    "said": "say", "told": "tell", "given": "give", "gave": "give", "known": "know", "knew": "know",
    "found": "find", "shown": "show", "has": "have", "had": "have", "does": "do", "did": "do",
    "made": "make", "held": "hold",
}  # fmt: skip
_WORD = re.compile(r"\w+")
_SMALL_WORDS = (
    "a an the this that these those it its he him his she her they them their i me my we us our you"
    " your is are was were be been being am do does did have has had can could will would may might"
    " must shall should of in on at to for from by with about as into and or nor not no so than"
    " then there here which what who whom whose where when why how whether if any some such own"
    " also exact exactly precise specific specifically explicitly directly one either"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_POLAR = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|may|might|must|shall|should"
    r")\b(?! not tell)"
)
_WORDS_ASKED = re.compile(
    r"\b(?:say|said|saying|reply|replied|respond(?:ed)?|answer(?:ed)?|title|called|song|lyrics"
    r"|quote|phrase|motto|slogan|told|tell|shout(?:ed)?|write|wrote|read|mean|means|stand for)\b"
)
_NEGATED = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|without|impossible|unable|un(?:known|clear))\b|n't\b"
)


def polar(question: str) -> bool:
    """Whether yes or no answers it."""
    return bool(_POLAR.match(question.strip().casefold()))


def negated(question: str) -> bool:
    """Whether it asks for what is not so."""
    return bool(_NEGATED.search(question.casefold()))


def asks_words(question: str) -> bool:
    """Whether words answer it that may be those of an abstention: a reply, a title."""
    return bool(_WORDS_ASKED.search(question.casefold()))


def stems(text: str) -> frozenset[str]:
    """The text's telling words, each cut to what its forms share."""
    return frozenset(map(stem, _telling(text)))


def stem(word: str) -> str:
    """What the forms of a word share: "mention" of "mentions", "mentioned"."""
    return _IRREGULAR.get(word, word)[:5].rstrip("es")


def kinds(text: str) -> frozenset[str]:
    """The kinds of answer that its words name."""
    return frozenset(kind for word in _WORD.findall(text.casefold()) if (kind := _KIND.get(word)))


def _telling(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in _SMALL]
