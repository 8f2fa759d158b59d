"""Answers that talk about what their prompt showed are refused, whoever judges."""

from __future__ import annotations

from ..ladder import RungPrompt, leak
from ..records import Case, Verdict, VerdictCode
from ._base import Judge, screened


def without_leaks(judge: Judge, prompt: RungPrompt) -> Judge:
    """A judge that refuses what leaks from a rung's prompt itself, and asks ``judge`` the rest."""

    def refuse(case: Case) -> Verdict | None:
        question = case.prompt[-1]["content"] if case.prompt else ""
        # The model was shown the completion, which is not among short accepted answers.
        shown = (question, *case.gold, str(case.meta.get("completion", "")))
        found = leak(case.response, shown, prompt.leaks)
        if found is None:
            return None
        reason = f"speaks of the reference: {found!r}"
        return Verdict(case.key, "incorrect", None, reason, VerdictCode.LEAK)

    return screened(judge, refuse)
