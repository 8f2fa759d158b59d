"""What stands before an abstention and is none: apologies, grounds, and the text as its subject."""

from __future__ import annotations

import re

from ._speech import rule

_CONNECTIVE = (
    r"(?:and|so|but|also|however|unfortunately|sadly|regrettably|therefore|thus|hence|again|then"
    r"|well|hmm|um|oh|ok|okay|sorry|apologies|my apologies|alas|honestly|frankly|actually|clearly"
    r"|in short|in conclusion|overall|in fact|indeed|to be honest|to be clear|please note|note|in"
    r" summary|at this time|at the moment|currently|additionally|furthermore|moreover|yet|although"
    r"|though|while|even though|whereas|because|since|as|given that|apparently|still|otherwise"
    r"|instead|nevertheless|nonetheless|of course|as such|answer)(?: that)?(?: ,)?"
)
_APOLOGY = (
    r"(?:(?:i|we) (?:am|are) (?:\w+ ){0,2}(?:sorry|afraid)|i (?:apologi[sz]e|regret)(?: for (?:the"
    r"|any) \w+)?)(?: (?:but|that|to say))?(?: ,)?"
)
_OPINION = (
    r"(?:i|we) (?:\w+ly )?(?:think|believe|would say|must say|would have to say|have to say|find"
    r"|feel|conclude|see|note|can (?:only )?say|can see|can conclude)(?: that)?(?= (?:the|it|there"
    r"|this|i|no|none|neither|nothing|that)(?!\S))",
    r"it (?:\w+ )?(?:seems|appears|looks like|looks as if|turns out|follows)(?: to me)?(?: that)?"
    r"(?= (?:the|it|there|this|i|no|none|neither|nothing|we|her|his|its|their)(?!\S))",
    r"(?:the |my )?(?:(?!no |any )\w+ )?(?:answer|truth|fact|point)(?: to (?:this|the|that|your)"
    r" question)? is(?: that)?(?= \S)",
    r"(?:this|that|which)(?: \w+)? (?:means|suggests|implies|indicates)(?: that)?",
)
_GROUNDS = (
    r"(?:based on|according to|from|given|in|within|judging by|judging from|going by|considering"
    r"|as per|per|using|after (?:\w+ly )?\w+ing(?: \w+)?|(?:looking|searching|reading) (?:at"
    r"|through|in)|(?:up)?on (?:\w+ )?\w+ing|having (?:\w+ly )?(?:read|reviewed|searched|checked)"
    r"(?: through)?)(?:(?: (?!none|neither|no part)\S+){0,4}? TEXT(?: (?:in|from|of) TEXT)?| what"
    r" (?:is|was|i|you|we) \w+(?: \w+)?)(?: ,)?",
    r"(?:regarding|concerning|as for|as to|about|with regard to|with respect to|when it comes to"
    r"|in terms of|as of)(?: (?!,)\S+){1,14} ,",
)
_LEAD = re.compile(rf"{rule(_CONNECTIVE, _APOLOGY, *_OPINION, *_GROUNDS)} ?")
_MOST = 6  # leads that one clause has

_IT = re.compile(
    rf"(?:it|they)(?= {rule('ADV SAY', 'only|just|merely|simply|do|does|did|never|fails?|lacks?')}"
    r"| is (?:silent|about))"
)
_IT_TELLS = re.compile(
    rf"(?:it|they) {rule('(?:do|does|never)(?: ADV not)? ADV TELL', '(?:only|just|merely) SAY')}"
)
_VERB_FIRST = re.compile(rule("not|never|nothing|does|do|did|fails|lacks|omits|leaves|remains|SAY"))
_OF_TEXT = re.compile(rule("SUBJ ADV (?:SAY|DO|BE|never|only|just|merely|fails|lacks)"))
_TEXT_TELLS = re.compile(rule("SUBJ (?:does )?ADV SAY"))
_TEXT = re.compile(rf"(?<!\S){rule('TEXT')}")


def bare(clause: str) -> str:
    """The clause without what leads up to it, such as "unfortunately" or "based on the text"."""
    for _ in range(_MOST):
        lead = _LEAD.match(clause)
        if not lead:
            break
        clause = clause[lead.end() :]
    return clause


def inherit(clause: str, after_text: bool) -> str:
    """The clause with the text as its subject, where a pronoun or nothing stands for it.

    Args:
        after_text: whether the clause before names the text.
    """
    if (pronoun := _IT.match(clause)) and (after_text or _IT_TELLS.match(clause)):
        return f"the text{clause[pronoun.end() :]}"
    if after_text and _VERB_FIRST.match(clause):
        return f"the text {clause}"
    return clause


def names_text(clause: str) -> bool:
    """Whether it names the text."""
    return bool(_TEXT.search(clause))


def of_text(clause: str) -> bool:
    """Whether the text is its subject."""
    return bool(_OF_TEXT.match(clause))


def tells(clause: str) -> bool:
    """Whether the text says something in it."""
    return bool(_TEXT_TELLS.match(clause))
