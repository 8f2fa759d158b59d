"""``qa``: does the response give an accepted answer to a question on a text, or rightly abstain?

First whether gold and response abstain. Where both do, the response is correct; where one does, it
is not, even if it names the right answer as well. Else the response must contain an accepted
answer, as `says` compares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...records import Case, Verdict, VerdictCode
from .._base import Judge, malformed, per_case, shorten
from .._rows import answers as accepted_texts
from ..text import marked
from ._matching import says
from .abstain import (
    Abstention,
    abstention,
    only_abstains,
    takes_back,
)

LONGEST = 20_000
"""Characters, white space not counted twice: what is longer was never meant as an answer."""

# A gold that cannot be an answer, as "unknown" can.
_NO_ANSWER = re.compile(
    r"\W*(?:unanswerable|cannotanswer|noanswer|not answerable)\W*", re.IGNORECASE
)
# What parts the answer from its grounds in a gold such as "kitchen | Mona > lamp > kitchen".
_SEPARATOR = re.compile(r"\s*(\||\n|;|=>|->|→)")


def qa(*, abstain: Sequence[str] = ()) -> Judge:
    """Judges answers to questions on a text, some of which have none.

    The accepted answers are the row's ``answers`` (a list, or ``{"text": [...]}`` as in SQuAD), its
    ``answer`` (a string), or the gold itself. A question is unanswerable if the row says so in
    ``answerable`` (a boolean), if ``answers`` is empty, or if the gold abstains.

    Args:
        abstain: wordings that abstain besides the general ones, such as ``["NO ANSWER"]``.

    Raises:
        ValueError: ``abstain`` is not a list of texts.
    """
    texts = isinstance(abstain, list | tuple) and all(isinstance(one, str) for one in abstain)
    if not texts:
        raise ValueError("abstain is a list of texts")
    find = abstention(abstain)
    return per_case(lambda case: _decide(case, find))


def _decide(case: Case, find: Abstention) -> Verdict:
    try:
        answers = accepted(case, find)
    except ValueError as error:
        return malformed(case.key, str(error))
    longest = LONGEST + 2 * max(map(len, answers or ()), default=0)
    if len(" ".join(case.response.split())) > longest:
        return _differs(case, "too long to be an answer")
    question = _question(case)
    if answers is None:
        if only_abstains(case.response, find, question):
            reason = "abstains, as it should"
            return Verdict(case.key, "correct", None, reason, VerdictCode.ABSTAINS)
        what = "answers and abstains" if find(case.response, question) else "answers"
        return _differs(case, f"{what}, but the question has no answer")
    if not answers:
        return Verdict(case.key, "unknown", None, "the gold is empty", VerdictCode.BAD_GOLD)
    if only_abstains(case.response, find, question, answers):
        reason = f"abstains, gold {shorten(answers[0])}"
        return Verdict(case.key, "incorrect", None, reason, VerdictCode.ABSTAINS)
    if takes_back(case.response, find, question, answers):
        return _differs(case, f"answers and abstains, gold {shorten(answers[0])}")
    response = _head(case.response, case.gold, answers)
    answer = shorten(response)
    verdicts = [says(span, answers, question) for span in marked(response) or [response]]
    if all(verdicts) and (said := verdicts[-1]):
        reason = f"{said[0]} {shorten(said[1])}"
        return Verdict(case.key, "correct", answer, reason, VerdictCode.EQUAL)
    reason = f"does not say {shorten(answers[0])}"
    return Verdict(case.key, "incorrect", answer, reason, VerdictCode.DIFFERS)


def _differs(case: Case, reason: str) -> Verdict:
    answer = shorten(case.response)
    return Verdict(case.key, "incorrect", answer, reason, VerdictCode.DIFFERS)


def accepted(case: Case, find: Abstention) -> tuple[str, ...] | None:
    """The accepted answers that are not empty; None if the question is unanswerable.

    Raises:
        ValueError: the row has no gold, a column of the wrong type, or columns that contradict each
            other.
    """
    answers = _answers(case.gold, case.meta)
    answerable = case.meta.get("answerable")
    if answerable is not None and not isinstance(answerable, bool):
        raise ValueError("answerable is neither true nor false")
    if answerable is False:
        if case.meta.get("answers") is not None and not _all_abstain(answers or (), find, case):
            raise ValueError("answerable is false, but there are answers")
        return None
    if answers is None:
        raise ValueError("no gold")
    if answerable:
        if not answers or (answers == case.gold and all(map(_NO_ANSWER.fullmatch, answers))):
            raise ValueError("answerable is true, but there are no answers")
    elif not answers or _all_abstain(case.gold or answers, find, case):
        return None
    return tuple(answer for answer in answers if answer.strip())


def _all_abstain(texts: Sequence[str], find: Abstention, case: Case) -> bool:
    return all(only_abstains(text, find, _question(case)) for text in texts)


def _question(case: Case) -> str:
    """The row's ``question``, else the last line of the prompt that asks, else its last line."""
    column = case.meta.get("question")
    if isinstance(column, str):
        return column
    lines = case.prompt[-1]["content"].strip().splitlines() if case.prompt else []
    return next((line for line in reversed(lines) if "?" in line), lines[-1] if lines else "")


def _answers(gold: Sequence[str], meta: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The column's answers, else the gold; None where there is neither."""
    given = meta.get("answers")
    if isinstance(given, Mapping):
        given = given.get("text")
        if given is None:
            raise ValueError("answers has no text")
    if given is None:
        single = meta.get("answer")
        given = list(gold) or None if single is None else [single]
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ValueError("answers is neither a list of texts nor {text: [...]}")
    return accepted_texts("answers", tuple(given))


def _head(response: str, gold: Sequence[str], answers: Sequence[str]) -> str:
    """The response up to the separator, if the gold shows that the answer stands in front of one.

    A response in the gold's form may name the right answer among the grounds of a wrong one.
    """
    for text in gold:
        for answer in answers:
            if text.startswith(answer) and (parted := _SEPARATOR.match(text, len(answer))):
                return response.split(parted[1], 1)[0]
    return response
