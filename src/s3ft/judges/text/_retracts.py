"""What a text says behind its answer to take it back: "Wait, no, 13", "That can't be right".

Whoever thinks aloud corrects himself, and what was said first is then no answer of his. Every scan
is linear in the text.
"""

from __future__ import annotations

import re

_STARTS = r"(?:\A[\s.…,;—–-]*|[.!…;:()\n]\s*|,\s*|\s[—–-]\s*)"
"""Where a clause starts; not behind a question, which may be answered with no."""

_FAULT = (
    r"(?:wrong|incorrect|mistaken|false|a\s+mistake|an\s+error|not\s+(?:right|correct|true|it)"
    r"|n['’]t\s+(?:right|correct|true|it)"
    r"|(?:can\s?not|can['’]t|couldn['’]t|could\s+not)\s+be\s+(?:right|correct|true|it))\b"
)
_DENIED = re.compile(
    rf"\b(?:that|this|it|which|answer|result)(?:['’]s|['’]d|\b)[^.!?\n\d]{{0,25}}?(?:\b|(?=n['’])){_FAULT}"
    rf"|\b(?:no|wait|hmm+|actually|oops|sorry|but)\b[^.!?\n\d]{{0,40}}\b{_FAULT}",
    re.IGNORECASE,
)
_IN_ITS_SENTENCE = re.compile(
    r"\A,[^\S\n]*"
    r"(?:(?:which|but|though|although|and|that|this|it|is|was|clearly|obviously|of|course)\s+)+"
    r"(?:wrong|incorrect|false|a\s+mistake|not\s+(?:right|correct|true))\b",
    re.IGNORECASE,
)
"""Where a clause goes on behind a comma: ", which is wrong"."""
_SUPPOSED = re.compile(
    r"\b(?:if|unless|whether|in\s+case|nothing|where|when|why|how|what|anyone|someone|some|many|you|hope)\b"
    r"|(?:not|n['’]t|never|nor|hardly)\s+(?:\w+\s+)?(?:wrong|incorrect|mistaken|false|an?\s+(?:mistake|error))\b",
    re.IGNORECASE,
)
_RECANTED = re.compile(
    rf"{_STARTS}(?:(?:oh|ah|wait|hmm+|hold\s+on)\b[\s,.…!]{{0,4}})?no\b(?=\s*[,.:;!…—–]|\s+wait\b|\s*\Z)"
    r"|\b(?:i|we)(?:\s+have|['’]ve)?\s+made\s+an?\s+(?:\w{1,20}\s+)?(?:mistake|error)\b"
    r"|\b(?:my|our)\s+(?:mistake|error|bad)\b"
    r"|\b(?:scratch|strike|ignore|disregard)\s+(?:that|this)\b"
    r"|\b(?:i|we)\s+(?:misread|miscounted|miscalculated|mistook|misspoke|misunderstood|misstated)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    rf"{_STARTS}(?:so\s+|but\s+|or\s+)?(?:wait|hold\s+on|actually|w?oops|hmm+|correction"
    r"|on\s+second\s+thoughts?|sorry(?=\s*[,.:;!…—–])|rather(?!\s+than)|i\s+mean|i\s+meant"
    r"|let\s+me\s+(?:re-?(?:check|compute|calculate|count|consider|do|think)\w*|correct|fix"
    r"|(?:check|think|try)\s+again))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"\w+")
_CLAUSE_END = re.compile(r"[.!?\n]")
_FEW = 4
"""Words that are no more than another answer."""

_REACH = 600
"""How far (characters) behind an answer is looked."""


def retracted(said: str, behind: str) -> bool:
    """Whether what stands behind an answer denies it, or corrects it into another.

    A correction that comes to the same number again takes nothing back.

    Args:
        said: the answer as it is written.
        behind: the text from its end on.
    """
    behind = behind[:_REACH]
    for denial in _DENIED.finditer(behind):
        sentence = _CLAUSE_END.split(behind[: denial.start()])[-1]
        other = set(_numbers(sentence)) - set(_numbers(said))
        if not other and not _SUPPOSED.search(sentence + denial[0]):
            return True
    if _IN_ITS_SENTENCE.match(behind) or _RECANTED.search(behind):
        return True
    return any(_is_other(said, behind[found.end() :]) for found in _CORRECTS.finditer(behind))


def _is_other(said: str, corrected: str) -> bool:
    """Whether what follows "wait", "actually" and their like comes to another answer."""
    numbers = _numbers(corrected)
    if ours := _numbers(said):
        return bool(numbers) and numbers[-1] not in ours
    words = _WORD.findall(_CLAUSE_END.split(corrected.lstrip(" .,:;!…—–-\n"))[0].casefold())
    again = set(_WORD.findall(said.casefold())) <= set(words)
    return 0 < len(words) <= _FEW and not again


def _numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in _NUMBER.findall(text)]
