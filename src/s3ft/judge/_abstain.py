"""Whether a text abstains: says that the question has no answer, instead of answering it.

A text may do both: name an answer and take it back ("The text does not say, but perhaps Paris").
`abstention` tells that something abstains; `only_abstains` that nothing else answers.
Every pattern is bounded and read within one sentence, because the text may be hostile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ._match import normalise

_SOURCE = (
    r"(?:(?:text|passage|context|document|article|paragraph|story|conversation|dialogue|excerpt"
    r"|source|snippet|page|information)s?|search results)"
)
_VERB = (
    r"(?:say|state|mention|specif|provide|contain|give|tell|indicate|include|reveal|explain|answer"
    r"|discuss|describe|address|identify|clarify|disclose|offer|cover|have)"
)
_TOLD = (
    r"(?:said|stated|mentioned|specified|provided|contained|given|told|indicated|included|revealed"
    r"|explained|answered|discussed|described|addressed|identified|disclosed|covered|found)"
)
_FIND = (
    r"(?:determine|answer|say|tell|find|infer|conclude|identify|provide|locate|ascertain|deduce"
    r"|know|pinpoint|state)"
)
_NOT = r"(?:(?:do|does|did)(?:n't| not| never)|(?:do|does|did) n't|never)"
_BE = r"(?:is|are|was|were|be|been)"
_ABSTAINS = re.compile(
    "|".join(
        (
            rf"\b{_SOURCE}\b[^.?!]{{0,60}}?\b{_NOT} (?:\w+ ){{0,2}}{_VERB}",
            rf"\b{_BE}(?: not|n't|never) (?:\w+ ){{0,2}}{_TOLD}\b"
            rf"[^.?!]{{0,40}}\b{_SOURCE}\b",
            rf"\b{_BE}(?: not|n't|never) (?:\w+ )?"
            r"(?:said|stated|mentioned|specified|given|told|known|clear|disclosed)$",
            rf"^not (?:\w+ )?(?:{_TOLD}|known|available|clear|sure|certain|answerable)\b",
            rf"\b(?:i|we|you|one) (?:can(?:not|'t| not)|could(?: not|n't)) (?:\w+ )?{_FIND}\b",
            r"\b(?:can(?:not|'t| not)|could(?: not|n't)) be (?:\w+ )?"
            r"(?:determined|answered|inferred|concluded|known|found|identified|deduced)\b",
            rf"\b(?:impossible|not possible|not able|unable) to (?:\w+ )?{_FIND}\b",
            r"\b(?:i|we) (?:do(?: not|n't)|did(?: not|n't)) (?:\w+ )?"
            r"(?:know|have (?:\w+ )?(?:information|data|answer))",
            r"\b(?:i am|i'm|we are|we're) not (?:\w+ )?(?:sure|certain|aware)\b",
            r"\b(?:there is|there's|there are|there was|i have|we have|has|have|with|gives?"
            r"|provides?|contains?|offers?|found) no (?:\w+ ){0,2}"
            r"(?:information|mention|answer|indication|reference|details?|idea|data)\b",
            r"\b(?:not enough|insufficient|lacks?(?: the)?) (?:\w+ )?(?:information|context)\b",
            rf"\bno (?:\w+ )?(?:information|answer|mention)\b[^.?!]{{0,40}}\b{_TOLD}\b",
            r"\bunanswerable\b|\bcannotanswer\b|\bnot answerable\b|\bno answer\b",
        )
    )
)
_WHOLE = re.compile(
    r"(?:(?:the )?answer(?: is|:)? )?"
    r"(?:none|n/a|na|unknown|unclear|no answer|not applicable|no idea|noanswer|impossible)"
)
# An assistant's preamble takes nothing back: "As an AI language model, I have no access to ...".
_PREAMBLE = re.compile(
    r"\bas an (?:ai|artificial intelligence)\b[^.?!]{0,300}?(?:\bbut\b|\bhowever\b|[.?!]|$),?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+|\n+")
# What may stand beside an abstention without answering: what the text does tell, and manners.
_BESIDE = re.compile(
    rf"(?:it|this|that|the (?:given |provided )?{_SOURCE}|they) (?:only|just|merely)\b"
    r"|(?:please|thank|let me know|if you|you (?:may|could|might)|for (?:more|further))\b"
    r"|i hope\b|is there anything"
)
_MANNERS = re.compile(
    r"(?:(?:i'm|i am|we are|we're) (?:very )?(?:sorry|afraid)|sorry|i apologi[sz]e|unfortunately)\b"
    r"(?: but| that)?"
)
_GUESS = re.compile(
    r"\b(?:but|however|although|though|probably|presumably|perhaps|maybe|likely|guess|assume"
    r"|suspect|(?:might|may|could|would|must) (?:be|have))\b"
)

Abstention = Callable[[str], str | None]
"""Finds the sentence of a text that abstains; None where none does."""


def sentences(text: str) -> list[str]:
    """The text's sentences, each without space around it."""
    return [part for piece in _SENTENCE.split(text) if (part := piece.strip())]


def abstention(phrases: Iterable[str] = ()) -> Abstention:
    """Makes the function that finds the sentence in which a text abstains.

    Args:
        phrases: wordings that abstain besides the general ones; case and punctuation do not count.
    """
    own = [form for phrase in phrases if (form := _form(phrase))]

    def find(text: str) -> str | None:
        whole = _form(text)
        if _WHOLE.fullmatch(whole):
            return text.strip()
        said = sentences(_PREAMBLE.sub(" ", text))
        if not said:
            return text.strip() or None  # a preamble and nothing after it
        for sentence in said:
            form = _form(sentence)
            if _ABSTAINS.search(form) or any(f" {phrase} " in f" {form} " for phrase in own):
                return sentence
        return next((text.strip() for phrase in own if f" {phrase} " in f" {whole} "), None)

    return find


def only_abstains(text: str, find: Abstention) -> bool:
    """Whether the text abstains and nothing in it answers all the same."""
    if not find(text):
        return False
    for sentence in sentences(text):
        form = _MANNERS.sub("", _form(sentence), count=1).strip()
        if _GUESS.search(form) or not (not form or find(sentence) or _BESIDE.match(form)):
            return False
    return True


def _form(text: str) -> str:
    """The text as patterns read it: lower case, straight apostrophes, no mark but those."""
    joined = text.replace("’", "'").replace("n 't", "n't")
    return normalise(re.sub(r"(?<=\w)'(?=\w)", "\u02bc", joined)).replace("\u02bc", "'")
