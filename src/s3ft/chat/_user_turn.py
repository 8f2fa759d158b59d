"""Where a template has the user's words: a model goes on from there, and asks something itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..records import Message
from ._render import SENTINEL

if TYPE_CHECKING:
    from ._chat import Chat


class UserTurn:
    """The user's turn of a template, as a model itself would fill it (Magpie, arXiv 2406.08464).

    Attributes:
        opening: the ids up to where the user's words begin.
    """

    def __init__(self, chat: Chat) -> None:
        self._tokenizer = chat.tokenizer
        turn = Message(role="user", content=SENTINEL)
        opening, _, closing = chat.prompt_text((turn,)).partition(SENTINEL)
        # A token that begins with a space is never behind one.
        self.opening: tuple[int, ...] = self._ids(opening.rstrip(" "))
        self._closing = closing.strip()
        special = {id for id, token in self._tokenizer.added_tokens_decoder.items()}
        self._special = special | set(self._tokenizer.all_special_ids)
        first = self._ids(self._closing)[:1]
        self._ends = {*chat.stop_ids, *(id for id in first if id in self._special)}

    def read(self, ids: Sequence[int]) -> str:
        """The words of a turn that a model wrote behind `opening`, up to where it closed it.

        Empty where it wrote none, did not come to an end, or opened another turn before.
        """
        end = next((at for at, id in enumerate(ids) if id in self._ends), None)
        if end is None or not self._special.isdisjoint(ids[:end]):
            return ""
        text: str = self._tokenizer.decode(
            list(ids[:end]), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text.partition(self._closing)[0].strip() if self._closing else text.strip()

    def _ids(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer(text, add_special_tokens=False)["input_ids"])
