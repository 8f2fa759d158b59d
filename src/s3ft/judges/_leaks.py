"""Paraphrases that talk about the reference they were shown are refused, whoever judges."""

from __future__ import annotations

from ..ladder import leak
from ..records import Case, Verdict, VerdictCode
from ._base import Judge, screened


def without_leaks(judge: Judge) -> Judge:
    """A judge that refuses leaking paraphrases itself and asks ``judge`` about the others."""
    return screened(judge, _refuse_leak)


def _refuse_leak(case: Case) -> Verdict | None:
    question = case.prompt[-1]["content"] if case.prompt else ""
    # The model was shown the completion, which is not among short accepted answers.
    shown = str(case.meta.get("completion", ""))
    found = leak(case.response, question, "\n".join([*case.gold, shown]))
    if found is None:
        return None
    reason = f"speaks of the reference: {found!r}"
    return Verdict(case.key, "incorrect", None, reason, VerdictCode.LEAK)
