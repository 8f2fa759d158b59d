"""Which tokens of a target are not trained: those that the base would hardly have written.

Selective Token Masking (arXiv 2501.14315): what harms a model when it is trained on others' texts
are the few tokens that it finds unlikely, and it learns the task without most of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from unicodedata import category, east_asian_width

from ._rungs import Rung

_TAG = re.compile(r"<[^<>]*>")

Span = tuple[int, int]
"""Where a part of a text begins and ends."""

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
        answers: what it may be, the first that is found as it is written, else in other case.
        decode: token ids to text.
    """
    text = decode(ids)
    mentions = (
        _last_mention(text, answer.strip(), flag)
        for flag in (re.NOFLAG, re.IGNORECASE)
        for answer in answers
    )
    found = next(filter(None, mentions), None) or _last_line(text)
    if found is None:
        return range(0)

    def read(tokens: int) -> int:
        """Characters that the first tokens say. One that is several tokens is read with the last:
        before that, other characters stand in its place."""
        said = (decode(ids[:n]) for n in range(tokens, -1, -1))
        return len(next(part for part in said if text.startswith(part)))

    places = range(len(ids) + 1)
    before = read(bisect_right(places[1:], found[0], key=read))
    return range(bisect_left(places, before, key=read), bisect_left(places, found[1], key=read))


def _last_mention(text: str, answer: str, flag: re.RegexFlag) -> Span | None:
    if not answer or 2 * len(answer) > len(text.strip()):
        return None
    found = re.finditer(rf"(?=({re.escape(answer)}))", text, flag)
    return _last(mention.span(1) for mention in found if _is_whole(text, *mention.span(1)))


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Whether neither a word nor a number goes on at an end; of words that is known in scripts
    that have spaces between them."""
    edges = (text[at - 1 : at + 1] for at in (begin, end) if 0 < at < len(text))
    if any(all((c.isalnum() or c == "_") and category(c) != "Lo" for c in pair) for pair in edges):
        return False
    around = (text[max(0, begin - 2) : begin + 1], text[end - 1 : end + 2])
    return not any(re.fullmatch(r"\d[.,]\d", piece) for piece in around)


def _last_line(text: str) -> Span | None:
    """The last line that says something: not a mark that ends a block, of code or of a call."""
    written = re.finditer(r"[^\s`][^\n]*", text)
    lines = [line.span() for line in written if re.search(r"\w", _TAG.sub("", line[0]))]
    return None if len(lines) == 1 and _words(text) > FEW else _last(lines)


def _words(text: str) -> int:
    """About how many words there are; where no spaces are written, two characters are one."""
    wide = sum(east_asian_width(character) == "W" for character in text)
    return max(len(text.split()), wide // 2)


def _last(found: Iterable[Span]) -> Span | None:
    return next(iter(deque(found, maxlen=1)), None)
