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

from pathlib import Path

from ..records import Case, Label, Verdict
from ._answer import Answer, has_latex, read, read_gold, read_last_number, without_annotations
from ._base import Judge, each, malformed, shorten
from ._number import same
from ._worker import Worker, WorkerLost, WorkerTimeout

MOST = 8
"""A response that marks more different answers than this is not looked into."""


def math(*, timeout: float = 5.0) -> Judge:
    """Judges by the final answer, as a number or a mathematical expression.

    Args:
        timeout: seconds that math-verify may take over one comparison; then ``unknown``.

    Raises:
        ValueError: the time limit is not positive.
    """
    if not timeout > 0:
        raise ValueError("timeout must be a positive number of seconds")
    return each(_Math(timeout))


class _Math:
    """Decides one case; holds the process for what is not a plain number."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.worker = Worker(Path(__file__).with_name("_math_worker.py"))

    def __call__(self, case: Case) -> Verdict:
        if not case.gold:
            return malformed(case.key, "no gold")
        response = without_annotations(case.response)
        if not response.strip():
            return Verdict(case.key, "incorrect", None, "empty response")
        marked = read(response)
        verdict = None
        for text in case.gold:
            gold = read_gold(without_annotations(text))
            one = self._against(case.key, gold, marked, response)
            if one.label == "correct":
                return one
            if verdict is None or one.label == "unknown":
                verdict = one
        assert verdict is not None
        return verdict

    def _against(
        self, key: str, gold: Answer | None, marked: list[Answer], response: str
    ) -> Verdict:
        """The verdict against one accepted answer."""
        if gold is None:
            return Verdict(key, "unknown", None, "no answer can be read in the gold")
        answers = marked or _unmarked(gold, response)
        if not answers:
            return Verdict(key, "incorrect", None, "no answer found")
        said = "; ".join(shorten(answer.text) for answer in answers[:MOST])
        differ = Verdict(key, "incorrect", said, f"different marked answers: {said}")
        if len(answers) > MOST:
            return differ
        # Plain numbers first: one that differs decides, and nobody need ask math-verify.
        for answer in sorted(answers, key=lambda answer: answer.value is None):
            try:
                label, read_as = self._compare(gold, answer)
            except (WorkerTimeout, WorkerLost) as error:
                return Verdict(key, "unknown", said, f"math-verify: {error}")
            if label == "unknown":
                return Verdict(key, "unknown", said, "no answer can be read in the gold")
            if not marked:
                said = shorten(read_as or "")
            if label == "incorrect" and len(answers) > 1:
                return differ
            if label == "incorrect":
                reason = f"{said}, gold {shorten(gold.text)}" if said else "no answer found"
                return Verdict(key, "incorrect", said or None, reason)
        return Verdict(key, "correct", said, f"{said} = {shorten(gold.text)}")

    def _compare(self, gold: Answer, answer: Answer) -> tuple[Label, str | None]:
        """Whether two answers are equal, and how the second was read."""
        if gold.value is not None and answer.value is not None:
            return "correct" if same(gold.value, answer.value) else "incorrect", answer.text
        if gold.identity == answer.identity:
            return "correct", answer.text
        if not answer.math:
            return "incorrect", answer.text
        if not gold.math:
            return "unknown", None
        reply = self.worker.ask({"gold": gold.math, "answer": answer.math}, self.timeout)
        if not reply["gold_read"]:
            return "unknown", None
        return "correct" if reply["equal"] else "incorrect", reply["read"]


def _unmarked(gold: Answer, response: str) -> list[Answer]:
    """What a response says that marks no answer: its last number, or what math-verify finds."""
    if gold.value is None or has_latex(response):
        return [Answer(response, math=response)]
    last = read_last_number(response)
    return [last] if last else []
