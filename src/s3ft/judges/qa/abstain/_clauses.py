"""Text as plain clauses: lower case, one form of each negation, quotations taken out.

"I’m sorry, but the passage *doesn't* say" is the clauses "i am sorry" and, joined by "but", "the
passage does not say". Every pattern is bounded, because the text may be hostile.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)*_]{0,9}\s+|\n+")

QUOTED = "quoted"
"""Stands for what is quoted: another's words, which are not the text's own."""

_QUOTE = re.compile(
    r"\"[^\"\n]{1,300}\"|“[^“”\n]{1,300}”|«[^«»\n]{1,300}»|(?<!\w)[‘'](?:[^‘’'\n]"
    r"|(?<=\w)[’'](?=\w)){1,300}[’'](?!\w)"
)
# What a text calls its answer is its own: The answer is "unanswerable".
_CALLED = re.compile(r"\b(?:answer|response|reply)\b[^.!?\n\"“]*$", re.IGNORECASE)
_LONGEST_CALLED = 40
# The question, repeated.
_ASKS = re.compile(r"\b(?:question|query|answer to|answer for)[\s:,]*$", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`#~|]+|^[ \t]*(?:[->•]|\d{1,3}[.)]) ", re.MULTILINE)
_CONTRACTIONS = (
    (re.compile(r"[’ʼ´]"), "'"),
    (re.compile(r"\(e?s\)"), "s"),
    (re.compile(r", (?:however|unfortunately|though|sadly|therefore|of course|then),"), ""),
    (re.compile(r"\bcan'?t\b|\bcan not\b|\bcannot\b|\bca n't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bain't\b"), "is not"),
    (re.compile(r"\b(do|does|did|is|was|are|were|could|would|has|have|had)n'?t\b"), r"\1 not"),
    (re.compile(r"(?<=\w) ?n't\b"), " not"),
    (re.compile(r"\b(i|we|you|they|it|that|there|he|she)'(?:m|re|s)\b"), r"\1 is"),
    (re.compile(r"\bi is\b"), "i am"),
    (re.compile(r"(?<=\w)'ve\b"), " have"),
    (re.compile(r"(?<=\w)'d\b"), " would"),
    (re.compile(r"(?<=\w)'ll\b"), " will"),
)

_MARKS = re.compile(r"[.!?\"“”«»‘]|(?<!\w)'|'(?!\w)")

_PRONOUN = r"(?:it|he|she|they|i|we|you|there|this|that)"
_STARTS = (
    rf"(?:{_PRONOUN}|the|these|those|no|none|nothing|neither|nowhere|not|any|its|his|her|their|my"
    r"|our|is|does|do|did|can|only|more|please)\b"
)
"""How a clause starts after a word that does not always join clauses."""
# Clauses are joined by one of these. A subordinate clause that leads ends at a comma.
_JOINT = re.compile(
    r"\s*(?<!\d):\s*|\s*[;()\[\]]\s*|\s+[-\u2013/]+\s+|\s*\u2014\s*|\.{3,9}\s*|…\s*"
    r"|(?<!\S)(?<!nothing )(?<!anything )(?<!all )(?<!one )(?P<plain>but|however|even though"
    r"|although|though|whereas|because|therefore|nevertheless|nonetheless|hence)(?![^\s,])"
    rf"|(?<!\S)(?P<perhaps>while|since|yet|so|as|thus|given that)(?= {_STARTS})|(?:, "
    rf"|(?<!\S))(?P<and>and)(?= (?:{_PRONOUN} \w+|the answer|so|therefore|no|nothing)\b)|(?<=\S),"
    rf" (?=(?:{_PRONOUN} \w+|the answer|so|therefore|no|nothing)\b)"
    r"|, which (?=(?:the|this) )|, (?=which (?:suggests|implies|means|makes|indicates|(?:is|was)"
    r" [^,]*$))"
)
_LEADS = re.compile(
    r"(although|even though|though|while|whereas|because|since|as|given that|if|when|unless)\b"
)
_POLARITY = re.compile(r"(no|nope|yes|yeah|yep)(?:, ?|$)")
_ENDS_LEAD = re.compile(rf", (?={_STARTS})")
CONDITION = frozenset({"if", "when", "unless"})
REASON = frozenset({"because"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, its words and commas parted by single spaces.

    Args:
        link: the word that joins it to the one before, "" where none does.
    """

    text: str
    link: str = ""


def sentences(text: str) -> list[str]:
    """The text's sentences, each without space around it."""
    return [part for piece in _SENTENCE.split(text) if (part := piece.strip())]


def plain(text: str) -> str:
    """The text in lower case without markup, its negations written out ("does not")."""
    form = _MARKUP.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    for pattern, written in _CONTRACTIONS:
        form = pattern.sub(written, form)
    return form


def unquoted(text: str, *, keep: bool = True) -> str:
    """The text with each quotation replaced by one word.

    Args:
        keep: whether a text that is a quotation as a whole stays.
    """
    whole = text.strip()
    if keep and (quote := _QUOTE.match(whole)) and not whole[quote.end() :].strip(" .!"):
        return quote[0][1:-1]
    return _QUOTE.sub(_one_word, text)


def _one_word(quote: re.Match[str]) -> str:
    before = quote.string[max(0, quote.start() - 60) : quote.start()]
    if _ASKS.search(before):
        return ""
    called = _CALLED.search(before) and len(quote[0]) < _LONGEST_CALLED
    return quote[0][1:-1] if called else f" {QUOTED} "


def clauses(sentence: str) -> list[Clause]:
    """The clauses of one sentence, which is `plain` and `unquoted`."""
    sentence = sentence.strip()
    found: list[Clause] = []
    link, start = "", 0
    if lead := _LEADS.match(sentence):
        comma = _ENDS_LEAD.search(sentence) or re.compile(",").search(sentence)
        if comma:
            found.append(Clause(spaced(sentence[lead.end() : comma.start()]), lead[1]))
            start = comma.end()
    elif polarity := _POLARITY.match(sentence):
        found.append(Clause(polarity[1]))
        start = polarity.end()
    for joint in _JOINT.finditer(sentence, start):
        found.append(Clause(spaced(sentence[start : joint.start()]), link))
        link = joint["plain"] or joint["perhaps"] or joint["and"] or ""
        start = joint.end()
    found.append(Clause(spaced(sentence[start:]), link))
    return [clause for clause in found if clause.text]


def spaced(form: str) -> str:
    """Its words and commas with one space between them."""
    return " ".join(_MARKS.sub(" ", form.replace(",", " , ")).split()).strip(", ")
