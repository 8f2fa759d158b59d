r"""``math``: does the response's final answer equal the gold's?

The marked answers count first (``####``, ``\boxed{}``, "the answer is", "Answer:", ``A:`` at a
line's start). A response is correct if *every* answer it marks equals the gold, so one that
corrects itself, or hedges, is not. Without a mark, a response that is nothing but an answer is
taken whole; else the last number of its text counts.

Plain numbers are compared exactly, as fractions. What is not a plain number (LaTeX, sets,
intervals, equations) goes to math-verify (https://github.com/huggingface/Math-Verify) in a process
that is killed at the time limit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ...records import Case, Label, Verdict, VerdictCode
from .._base import Judge, malformed, per_case, shorten
from ._answer import (
    MAX_ANSWERS,
    asks_of_beginning,
    read_conclusion,
    read_gold,
    read_response,
    read_word,
    without_annotations,
)
from ._classify import Answer, has_latex, units_differ
from ._typography import as_latex
from ._units import PERCENT
from ._value import Listing, Quantity, agree
from ._worker import Worker, WorkerLost, WorkerTimeout

_PERCENT_ASKED = re.compile(
    r"\b(?:what|which|find|calculate|compute|determine|give|express|as an?|in)\b[^.?!\n]{0,40}"
    r"\bper ?cent(?:age)?\b[^\n]{0,200}$",
    re.IGNORECASE,
)


def math(*, timeout: float = 5.0) -> Judge:
    """Judges by the final answer, as a number or a mathematical expression.

    Args:
        timeout: seconds that math-verify may take over one comparison; then ``unknown``.

    Raises:
        ValueError: the time limit is not positive.
    """
    if not timeout > 0:
        raise ValueError("timeout must be a positive number of seconds")
    return per_case(_Math(timeout))


class _Math:
    """Decides one case; holds the process for what is not a plain number."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.worker = Worker(Path(__file__).with_name("_math_worker.py"))

    def close(self) -> None:
        """End the process; it is started again when it is needed."""
        self.worker.close()

    def __call__(self, case: Case) -> Verdict:
        if not case.gold:
            return malformed(case.key, "no gold")
        response = without_annotations(case.response)
        if not response.strip():
            return Verdict(case.key, "incorrect", None, "empty response", VerdictCode.EMPTY)
        question = case.prompt[-1]["content"][-2000:] if case.prompt else ""
        beginning = asks_of_beginning(question)
        answers, marked = read_response(response, beginning=beginning)
        verdict = None
        for text in case.gold:
            gold = read_gold(without_annotations(text))
            if gold and _PERCENT_ASKED.search(question):
                gold = _as_percent(gold)
            said = answers if marked else _unmarked(gold, answers, response)
            one = self._against(case.key, gold, said, response)
            if one.label == "correct":
                return one
            if verdict is None or one.label == "unknown":
                verdict = one
        assert verdict is not None
        return verdict

    def _against(
        self, key: str, gold: Answer | None, answers: list[Answer], response: str
    ) -> Verdict:
        """The verdict against one accepted answer."""
        if gold is None:
            return _bad_gold(key, None)
        if not answers:
            return Verdict(key, "incorrect", None, "no answer found", VerdictCode.UNREADABLE)
        said = "; ".join(shorten(answer.text) for answer in answers[:MAX_ANSWERS])
        reason = f"different marked answers: {said}"
        differ = Verdict(key, "incorrect", said, reason, VerdictCode.DIFFERS)
        if len(answers) > MAX_ANSWERS:
            return differ
        # What has a value first: one that differs decides, and nobody need ask math-verify.
        for answer in sorted(answers, key=lambda answer: not answer.values):
            try:
                label, read_as = self._compare(gold, answer)
            except (WorkerTimeout, WorkerLost) as error:
                late = isinstance(error, WorkerTimeout)
                code = VerdictCode.TIMEOUT if late else VerdictCode.ERROR
                return Verdict(key, "unknown", said, f"math-verify: {error}", code)
            if label == "unknown":
                return _bad_gold(key, said)
            if answer.text == response:
                said = shorten(read_as or "")
            if label == "incorrect" and len(answers) > 1:
                return differ
            if label == "incorrect":
                reason = f"{said}, gold {shorten(gold.text)}" if said else "no answer found"
                words = (answer.is_word or not answer.values) and not answer.math
                unread = not said or (words and not gold.is_word)
                code = VerdictCode.UNREADABLE if unread else VerdictCode.DIFFERS
                return Verdict(key, "incorrect", said or None, reason, code)
        reason = f"{said} = {shorten(gold.text)}"
        return Verdict(key, "correct", said, reason, VerdictCode.EQUAL)

    def _compare(self, gold: Answer, answer: Answer) -> tuple[Label, str | None]:
        """Whether two answers are equal, and how the second was read."""
        if any(agree(wanted, said) for wanted in gold.values for said in answer.values):
            return "correct", answer.text
        if gold.identity == answer.identity:
            return "correct", answer.text
        if not answer.math or (gold.values and answer.values):
            return "incorrect", answer.text
        if not gold.math:
            return ("incorrect" if gold.values else "unknown"), answer.text
        if units_differ(gold.text, answer.text):
            return "incorrect", answer.text
        reply = self.worker.ask({"gold": gold.math, "answer": answer.math}, self.timeout)
        if not reply["gold_read"]:
            return "unknown", None
        return "correct" if reply["equal"] else "incorrect", reply["read"]


def _bad_gold(key: str, said: str | None) -> Verdict:
    reason = "no answer can be read in the gold"
    return Verdict(key, "unknown", said, reason, VerdictCode.BAD_GOLD)


def _unmarked(gold: Answer | None, ended_in: list[Answer], response: str) -> list[Answer]:
    """What a response says that marks nothing: its end, or what math-verify finds in all of it."""
    if gold and gold.is_word:
        word = read_word(response)
        return [word] if word else []
    if gold and any(isinstance(value, Listing) for value in gold.values):
        whole = read_conclusion(response, loose=False)
        return [whole] if whole else []
    ended_in = [answer for answer in ended_in if not answer.is_word]
    whole_math = as_latex(response.strip())
    if any(a.values or not a.math or whole_math in a.math for a in ended_in):
        return ended_in
    mathematics = has_latex(response) or (gold is not None and not gold.values)
    return [Answer(response, math=whole_math)] if mathematics else ended_in


def _as_percent(gold: Answer) -> Answer:
    """The gold of a question that asks for a percentage: a number alone is one."""
    values = tuple(
        replace(value, unit=PERCENT) if isinstance(value, Quantity) and not value.unit else value
        for value in gold.values
    )
    return replace(gold, values=values)
