"""Which tokens of a target are not trained: those that the base would hardly have written.

Selective Token Masking (arXiv 2501.14315): what harms a model when it is trained on others' texts
are the few tokens that it finds unlikely, and it learns the task without most of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log

from ._rungs import Rung

FEW = 12
"""Words of a line that is nothing but an answer."""

PERPLEXITY = 2.5
"""The paper's bound (section 4)."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Tokens above a perplexity under the base are left out of the loss.

    Args:
        perplexity: the most that a trained token has, e to its negative log-probability.
        sources: the rungs whose targets are masked; None: all but answers to the own prompt.
    """

    perplexity: float = PERPLEXITY
    sources: frozenset[str] | None = None

    def covers(self, rung: Rung) -> bool:
        """Whether the targets of a rung are masked."""
        if self.sources is None:
            return not rung.asks_own_prompt
        return rung.name in self.sources

    def trained(self, logprobs: Sequence[float], answer: range) -> tuple[int, ...]:
        """1 for the tokens that are trained, 0 for those that are not.

        Trained are, however unlikely, the final answer and the last token, which ends it.

        Args:
            logprobs: of each token under the base, in nats.
            answer: where the final answer stands.
        """
        least, last = -log(self.perplexity), len(logprobs) - 1
        return tuple(
            int(logprob >= least or place in answer or place == last)
            for place, logprob in enumerate(logprobs)
        )


def final_answer(ids: Sequence[int], answers: Sequence[str], decode: Callable[..., str]) -> range:
    """Where the final answer stands among a text's token ids: its last mention.

    Where none is known that is a part of the text, as of a program, it is the last of several
    lines; a single line is answer from end to end, or of more than `FEW` words none at all.

    Args:
        answers: what it may be, the first that is found; it may be written otherwise in the text.
        decode: token ids to text.
    """
    text = decode(ids)
    mentions = (_last_mention(text, answer.strip()) for answer in answers)
    found = next(filter(None, mentions), None) or _last_line(text)
    if found is None:
        return range(0)
    begin, end = found.span()
    before = bisect_left(range(len(ids) + 1), end, key=lambda n: len(decode(ids[:n])))
    behind = bisect_left(
        range(len(ids) + 1), len(text) - begin, key=lambda n: len(decode(ids[len(ids) - n :]))
    )
    return range(len(ids) - behind, before)


def _last_mention(text: str, answer: str) -> re.Match[str] | None:
    if not answer or 2 * len(answer) > len(text.strip()):
        return None
    return _last(re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text))


def _last_line(text: str) -> re.Match[str] | None:
    """The last line that says something: not the mark that ends a block of code."""
    lines = list(re.finditer(r"[^\s`][^\n]*", text))
    return None if len(lines) == 1 and len(text.split()) > FEW else _last(iter(lines))


def _last(found: Iterable[re.Match[str]]) -> re.Match[str] | None:
    return next(iter(deque(found, maxlen=1)), None)
