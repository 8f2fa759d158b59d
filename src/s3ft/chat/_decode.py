"""From a model's ids to text, and to reasoning and answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ..reasoning import Parts, opened_by, split

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_TAIL = 16
"""Tokens of a prompt's end that can hold an opening mark."""


class Decoder:
    """Reads what a model wrote.

    Args:
        stop_ids: the ids that end an answer.

    Attributes:
        answer_prefix: what the template puts between prompt and answer, which is no answer.
        marks: what it puts before reasoning and after it, where those are marks of its own.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, stop_ids: tuple[int, ...]) -> None:
        self._tokenizer, self._stop_ids = tokenizer, stop_ids
        self._opened = lru_cache(maxsize=64)(self._opened_by_tail)
        self.answer_prefix = ""
        self.marks = ("", "")

    def text(self, ids: Sequence[int], special: bool = False) -> str:
        """The text of ids, without the stop token, and with other special tokens if ``special``."""
        body = list(ids[:-1]) if ids and ids[-1] in self._stop_ids else list(ids)
        text: str = self._tokenizer.decode(
            body, skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        return text

    def read(self, ids: Sequence[int], prompt_ids: Sequence[int]) -> Parts:
        """See `Chat.read`."""
        text = self.text(ids)
        marked = self.text(ids, special=True) if self._special.intersection(ids[:-1]) else text
        parts = split(marked, self._opened(tuple(prompt_ids[-_TAIL:])))
        if parts.finished and not parts.reasoning:
            begins, ends = self.marks
            if begins and ends and marked.lstrip().startswith(begins):
                parts = _by_marks(marked.lstrip().removeprefix(begins), ends)
            else:
                return split(text.removeprefix(self.answer_prefix))
        return Parts(self._plain(parts.answer), self._plain(parts.reasoning), parts.finished)

    @cached_property
    def _special(self) -> frozenset[int]:
        added = self._tokenizer.added_tokens_decoder
        marked = (id for id, token in added.items() if token.special)
        return frozenset([*self._tokenizer.all_special_ids, *marked])

    def _plain(self, text: str) -> str:
        """The text without special tokens."""
        names = self._tokenizer.convert_ids_to_tokens(sorted(self._special))
        return re.sub("|".join(map(re.escape, names)), "", text) if names else text

    def _opened_by_tail(self, tail: tuple[int, ...]) -> str:
        return opened_by(self._tokenizer.decode(tail)) if tail else ""


def _by_marks(text: str, ends: str) -> Parts:
    reasoning, ended, answer = text.rpartition(ends)
    if not ended:
        return Parts("", text.strip(), finished=False)
    return Parts(answer.strip(), reasoning.strip())
