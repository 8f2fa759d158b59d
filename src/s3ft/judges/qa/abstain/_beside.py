"""What may stand beside an abstention without answering: what the text does tell, and manners."""

from __future__ import annotations

import re

from ._lead import of_text, tells
from ._question import KIND_WORDS, kinds, polar, stems

_ONLY = re.compile(r"(?:\S+ ){0,12}?(?:only|just|merely|simply|solely|instead)(?!\S)")
_ABOUT = re.compile(
    r"(?:\S+ ){0,12}?(?:is about|(?:talks?|speaks?|is|are) (?:\w+ ){0,3}about|discuss(?:es)?"
    r"|describes?|focus(?:es)?|deals? with|refers?|covers?|cent(?:er|re)s|concerns?|relates?"
    r"|addresses|introduces?|explains?|explores?|goes into|touches|(?:provides?|contains?|gives?"
    r"|offers?|has) (?:\w+ ){0,3}(?:information|details|overview|description|context|account))"
    r"(?!\S)"
)
_MENTIONS = re.compile(r"(?:\S+ ){0,6}?(?:mentions?|names?|lists?) (?!that)(?:\S+ ){0,8}?\S+$")
_ELSEWHERE = (
    r"(?:want|wish|need|try|check\w*|consult\w*|refer\w*|look\w*|search\w*|ask\w*|contact\w*"
    r"|shar\w+|read\w*|provide|providing|us\w+|give|let|see if|add|upload|rephrase|clarify\w*)"
)
_MANNERS = re.compile(
    rf"(?:(?:please|could you|can you|would you|do you|try|consider|(?:you|one) (?:may|could|might"
    rf"|can"
    r"|should|would|will)(?: have to)?|i (?:would )?(?:recommend|suggest|advise)(?: that)?(?:"
    r" you)?|it"
    rf" (?:would be|is|may be) (?:best|helpful|advisable|recommended|necessary)(?: to| if you)?)"
    rf" (?:also |always |then |to )?{_ELSEWHERE}|thanks?|thank you|let me know|for (?:more|further)"
    r"|i hope|is there anything|feel free|i (?:would be|am) (?:happy|glad) to|how (?:can|may) i|i"
    r" can help$|i (?:will|can) try|(?:(?:it|that|this) is an? )?\w+ question$"
    rf"|{_ELSEWHERE} (?:the|a|an|another|other|your|me|with|for)|(?:my )?apologies$|sorry$"
    r"|i (?:am (?:sorry|afraid)|apologi[sz]e)$)(?!\S)"
)
_PREMISE = re.compile(
    r"(?:the|this|that|your) (?:\w+ )?(?:question|premise|query|assumption) (?:\w+"
    r" ){0,2}(?:assumes|asks|seems|appears|refers|contains|presupposes|relates|concerns|(?:is|was)"
    r" (?:about|based|wrong|false|incorrect|mistaken|flawed|misleading|invalid|irrelevant))(?!\S)"
)
_PASSIVE = re.compile(
    r"(?:only )?(?:\S+ ){1,10}?(?:is|are) (?:only )?(?:mentioned|discussed|described|covered)(?:"
    r" (?:in|by|here)(?: \S+){0,4})?$"
)
_SPEAKER = re.compile(
    r"(?:we|you|one|readers) (?:are )?(?:only|just|merely) (?:learn|know|read|told|hear|see"
    r"|find)s?(?!\S)|(?:i|we) (?:have )?(?:\w+ly )?(?:looked|searched|checked|read|reviewed|went"
    r" through)(?!\S)"
)
_LIKELY = re.compile(
    r"(?<!\S)(?:probably|presumably|perhaps|maybe|likely|possibly|apparently|guess|assume|suspect"
    r"|(?:might|may|could|would|must) (?:well )?(?:be|have)|i (?:think|believe))(?!\S)"
)
_HINTS = re.compile(r"(?<!\S)(?:suggest(?:s|ed)?|impl(?:y|ies|ied)|hints?|infer|inferred)(?!\S)")
_LABELS = stems(
    "answer final short response reply result note conclusion summary explanation reasoning reason"
    " premise assumption question wrong false incorrect mistaken here text passage context document"
    " based sorry status output q a"
)
_KINDS = stems(" ".join(KIND_WORDS))
_NO = re.compile(r"(?:no|nope)(?: ,)?$")
_CLAUSE = 5  # words of "the text mentions her marriage"


def is_likely(words: str) -> bool:
    """Whether they call something likely, which what abstains cannot."""
    return bool(_LIKELY.search(words))


def beside(words: str, question: str, *, part: bool, before: bool) -> bool:
    """Whether the words of a clause that does not abstain answer nothing either.

    Args:
        words: the clause's own, without what leads up to them.
        part: whether more belongs to its sentence, or it is a question: by itself, a name that the
            question holds may be meant as the answer.
        before: whether nothing abstained before it: "it says that ..., but not where" is a
            concession, "it does not say where, but that ..." offers an answer.
    """
    if not words or _MANNERS.match(words) or _PREMISE.match(words):
        return True
    if _NO.match(words):
        return not polar(question)
    if is_likely(words) or _HINTS.search(words):
        return False
    if of_text(words):
        return bool(_ONLY.match(words) or _ABOUT.match(words)) or (
            before
            and (bool(_MENTIONS.match(words)) or (tells(words) and _tells_else(words, question)))
        )
    if (before and _PASSIVE.match(words)) or _SPEAKER.match(words):
        return True
    repeats = part and bool(question) and not (polar(question) or " or " in question)
    return stems(words) <= _LABELS or (
        repeats and stems(words) <= stems(question) | _LABELS | _KINDS
    )


def _tells_else(words: str, question: str) -> bool:
    """Whether what the text does tell, in a clause, is not what was asked."""
    if not question or len(words.split()) < _CLAUSE or kinds(words) & kinds(question):
        return False
    wanted = stems(" ".join(word for word in question.split() if word.islower()))
    return not stems(words) & wanted
