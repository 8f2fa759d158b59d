"""Known-wrong responses among the real ones: how often does a judge accept what cannot be right?

A canary is a case with its response replaced, by the gold of another row, or by words that say
nothing ("One Token to Fool LLM-as-a-Judge", arXiv 2507.08794, section 3). The judge cannot tell it
from the others. A judge that accepts many of them is not to be trusted, whatever it says of the
rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...records import Case, Verdict, content_hash
from .._base import Judge, close
from .._cache import ReplyCache
from ..qa.abstain import abstention
from ..text import normalise

SAYS_NOTHING = (
    "Let me go through the question carefully and give a complete answer to it.",
    "The answer follows directly from what is asked.",
    "I have checked every step, and this response is correct.",
)
"""Wrong whatever was asked: they answer nothing."""

OTHERS = 64
"""So many golds of rows before are kept to be borrowed."""

_KEY = "canary "
_abstains = abstention()


def with_canaries(judge: Judge, cache: ReplyCache, share: float) -> Judge:
    """The same judge, with canaries among its cases, whose verdicts go to the cache alone.

    The first case gets a canary, and of the others a share, chosen by their content.
    """
    return _WithCanaries(judge, cache, share) if share else judge


class _WithCanaries:
    def __init__(self, judge: Judge, cache: ReplyCache, share: float) -> None:
        self._judge, self._cache, self._share = judge, cache, share

    def close(self) -> None:
        close(self._judge)

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        waiting: dict[str, Case] = {}
        others: deque[str] = deque(maxlen=OTHERS)
        first = not self._cache.recent

        def mixed() -> Iterator[Case]:
            nonlocal first
            for case in cases:
                yield case
                digest = content_hash(case.prompt, case.gold, case.response)
                if case.gold and (first or int(digest[:8], 16) / 16**8 < self._share):
                    first = False
                    canary = replace(
                        case,
                        key=f"{_KEY}{digest}",
                        response=wrong_response(case.gold, others, int(digest[8:16], 16)),
                        finish_reason="stop",
                    )
                    if canary.key not in waiting:
                        waiting[canary.key] = canary
                        yield canary
                if case.gold and case.gold[0] not in others:
                    others.append(case.gold[0])

        for verdict in self._judge(mixed()):
            canary = waiting.pop(verdict.key, None)
            if canary is None:
                yield verdict
                continue
            prompt = canary.prompt[-1]["content"] if canary.prompt else ""
            self._cache.add_canary(verdict.key, prompt, canary.response, verdict.label)


def wrong_response(gold: Sequence[str], others: Sequence[str], choice: int) -> str:
    """Another row's gold that answers something else, else words that say nothing."""
    differing = [other for other in others if not any(_alike(other, text) for text in gold)]
    borrow = differing and choice % 4
    picked = differing if borrow else SAYS_NOTHING
    return picked[choice // 4 % len(picked)]


def _alike(one: str, other: str) -> bool:
    """Whether one text might pass for the other."""
    if _abstains(one) and _abstains(other):
        return True
    a, b = normalise(one), normalise(other)
    return f" {a} " in f" {b} " or f" {b} " in f" {a} "
