"""Responses without content, which models that judge tend to accept (arXiv 2507.08794, table 1)."""

from __future__ import annotations

import re

from ...records import Case, Verdict, VerdictCode
from .._base import shorten
from ..text import normalise

_SAYS_SOMETHING = re.compile(r"[^\W_]")
_OPENERS = re.compile(
    r"(?:(?:sure|certainly|of course|okay|ok|yes|well)\s+)?"
    r"(?:(?:here(?:s| is| are)|this is|below is|the following is)\s+)?"
    r"(?:(?:my|the|a|an|our|your|step by step|detailed|final|correct|full|complete)\s+){0,3}"
    r"(?:thought process|thinking process|thoughts?|reasoning|thinking|analysis|solution|answer"
    r"|final answer|explanation|response|result|output|conclusion|steps?"
    r"|lösung|antwort|solución|respuesta|réponse|解|答|答案|解答|かいせつ|解説)"
    r"(?:\s+(?:is|is as follows|as follows|follows|process|below))?"
    r"|lets (?:solve|think about|work through|break down|look at|do|start with) "
    r"(?:this|the|it)(?: \w+){0,3}?(?: step by step| together| carefully)?"
    r"|lets (?:think|think it through|begin|start|see|go)(?: step by step)?"
    r"|step by step|therefore|so|thus|hmm+|um+"
)


def says_nothing(case: Case) -> Verdict | None:
    """Refuse a response that has no letter or digit, or only announces an answer.

    One that is an accepted answer as it stands is not refused.
    """
    text = normalise(case.response)
    if case.response.strip() in (gold.strip() for gold in case.gold):
        return None
    if text and text in (normalise(gold) for gold in case.gold):
        return None
    if not _SAYS_SOMETHING.search(case.response) or _OPENERS.fullmatch(text):
        answer = shorten(case.response)
        return Verdict(case.key, "incorrect", answer, "no content", VerdictCode.EMPTY)
    return None
