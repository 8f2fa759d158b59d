"""What may stand beside an abstention without answering: what the text does tell, and manners."""

from __future__ import annotations

import re

from ._asked import KIND_WORDS, kinds, polar, stems
from ._lead import of_text, tells

_ONLY = re.compile(r"(?:\S+ ){0,12}?(?:only|just|merely|simply|solely|instead)(?!\S)")
_ABOUT = re.compile(
    r"(?:\S+ ){0,12}?(?:is about|(?:talks?|speaks?|is|are) (?:\w+ ){0,3}about|discuss(?:es)?"
    r"|describes?|focus(?:es)?|deals? with|refers?|covers?|cent(?:er|re)s|concerns?|relates?"
    r"|addresses|introduces?|explains?|explores?|goes into|touches|(?:provides?|contains?|gives?"
    r"|offers?|has) (?:\w+ ){0,3}(?:information|details|overview|description|context|account))"
    r"(?!\S)"
)
_MENTIONS = re.compile(r"(?:\S+ ){0,6}?(?:mentions?|names?|lists?) (?!that)(?:\S+ ){0,8}?\S+$")
_MANNERS = re.compile(
    r"(?:please|thanks?|thank you|let me know|if you|you (?:may|could|might|can|should|would|will)"
    r"|for (?:more|further)|i hope|is there anything|feel free|could you|can you|would you|do you"
    r"|i (?:would be|am) (?:happy|glad)|i (?:would )?(?:recommend|suggest)|it (?:would be|is"
    r"|may be)"
    r" (?:best|helpful|advisable|recommended|necessary)|try|consider|consult|check"
    r"|how (?:can|may|else can) i|i can help|i (?:will|can) try|sorry|sadly|unfortunately"
    r"|my apologies|apologies|i apologi[sz]e|i (?:am|regret) (?:sorry|afraid|that)?)(?!\S)"
)
_PREMISE = re.compile(
    r"(?:the|this|that|your) (?:\w+ )?(?:question|premise|query|assumption) (?:\w+"
    r" ){0,2}(?:is|was|are"
    r"|assumes|asks|seems|appears|refers|contains|presupposes|relates|concerns)(?!\S)"
)
_PASSIVE = re.compile(
    r"(?:only )?(?:\S+ ){1,10}?(?:is|are) (?:only )?(?:mentioned|discussed|described|covered)"
    r"(?: (?:in|by|here)(?: \S+){0,4})?$"
)
_SPEAKER = re.compile(
    r"(?:i|we|you|one) (?:(?:have |am |are )?only|just)(?!\S)"
    r"|(?:i|we) (?:have )?(?:\w+ly )?(?:looked|searched|checked|read|reviewed|went through)(?!\S)"
)
_GUESS = re.compile(
    r"(?<!\S)(?:probably|presumably|perhaps|maybe|likely|possibly|guess|assume|suspect"
    r"|suggest(?:s|ed)?"
    r"|impl(?:y|ies|ied)|hints?|infer|inferred|(?:might|may|could|would|must) (?:well )?(?:be|have)"
    r"|i (?:think|believe)|my guess|apparently)(?!\S)"
)
_LABELS = stems(
    "answer final short response reply result note conclusion summary explanation reasoning reason"
    " premise assumption question wrong false incorrect mistaken here text passage context document"
    " based sorry status output q a"
)
_KINDS = stems(" ".join(KIND_WORDS))
_NO = re.compile(r"(?:no|nope)(?: ,)?$")
_CLAUSE = 5  # words of "the text mentions her marriage"


def guesses(clause: str) -> bool:
    """Whether it names something as likely."""
    return bool(_GUESS.search(clause))


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
    if guesses(words):
        return False
    if of_text(words):
        return bool(_ONLY.match(words) or _ABOUT.match(words)) or (
            before
            and (bool(_MENTIONS.match(words)) or (tells(words) and _tells_else(words, question)))
        )
    if _PASSIVE.match(words) or _SPEAKER.match(words):
        return True
    repeats = part and bool(question) and not (polar(question) or " or " in question)
    return stems(words) <= _LABELS or (
        repeats and stems(words) <= stems(question) | _LABELS | _KINDS
    )


def _tells_else(words: str, question: str) -> bool:
    """Whether what the text does tell, in a clause, is not what was asked."""
    if not question or len(words.split()) < _CLAUSE or kinds(words) & kinds(question):
        return False
    asked = stems(" ".join(word for word in question.split() if word.islower()))
    return not stems(words) & asked
