"""The ids of prompts and completions, and what a model's ids say."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..reasoning import TAGS, Parts, closing, opened_by, split
from ..records import Message
from ._render import PROBE, SENTINEL, THOUGHT, Renderer, block

if TYPE_CHECKING:
    from transformers import GenerationConfig, PreTrainedTokenizerBase

_TAIL = 16
"""Tokens of a prompt's end that can hold an opening mark."""


class Chat:
    """Renders conversations for one model, and reads what it answers.

    Args:
        template: the text of a Jinja chat template that replaces the tokenizer's own.
        kwargs: passed to the template, such as ``{"enable_thinking": False}``.
        generation_config: the model's; its end-of-text ids also stop an answer.
        date: for templates that ask for the date; default: today's.

    Attributes:
        stop_id: the turn end that is trained.
        stop_ids: all ids that stop an answer, `stop_id` first.
        pad_id: fills up batches; where the tokenizer has none, `stop_id`.
        foreign_turn_end: what the template ends an answer with, where that is no token.
        lead: what the template puts between prompt and answer: a space, an empty block of
            reasoning, the end of the one that the prompt opened.
        broken_promise: what a prompt ends with and the template writes before no answer, where it
            opens no block of reasoning.

    Raises:
        InputError: the template is broken, or there is no token that could end an answer.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        *,
        template: str | None = None,
        kwargs: Mapping[str, Any] = {},
        generation_config: GenerationConfig | None = None,
        date: datetime.date | None = None,
    ) -> None:
        self.tokenizer = tokenizer
        today = datetime.date.today()
        self._renderer = Renderer(tokenizer, template, kwargs, date or today)
        prompt = self.prompt_text(PROBE)
        before, _, self._after = self._renderer.text(PROBE, SENTINEL).rpartition(SENTINEL)
        shared = next(n for n in range(len(prompt), -1, -1) if before.startswith(prompt[:n]))
        opened = opened_by(prompt)
        if opened and shared < len(prompt):  # never within the mark
            shared = min(shared, prompt.rindex(opened))
        self._promise = prompt[shared:]  # written before an answer is asked for, but not before one
        self.broken_promise = "" if opened else self._promise
        self._find_stop_tokens(generation_config)
        self._opened = lru_cache(maxsize=64)(self._opened_by_tail)
        self.lead = ""
        self.lead = self._text(self.completion_ids(PROBE, SENTINEL)).partition(SENTINEL)[0]
        self._begins, self._ends = self._own_marks()

    @property
    def foreign_turn_end(self) -> str:
        return self._after if self._stop_text is None else ""

    @cached_property
    def reasons(self) -> bool:
        """Whether the template knows of reasoning: such a model may think before it answers."""
        marks = (mark for pair in TAGS for mark in pair)
        return self._renderer.keyed or any(mark in self._renderer.template for mark in marks)

    def prompt_text(self, messages: Sequence[Message]) -> str:
        """The conversation as text, up to where the model is to answer."""
        return self._renderer.text(messages)

    def prompt_ids(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The ids that inference starts from.

        Raises:
            InputError: the template refuses the conversation.
        """
        return self._encode(self.prompt_text(messages))

    def completion_ids(
        self, messages: Sequence[Message], completion: str, reasoning: str = ""
    ) -> tuple[int, ...]:
        """The ids of an answer after its reasoning, up to and including the stop token.

        Prompt and answer are tokenised together, as the template has them. Where that would merge
        the last of the prompt with the first of the answer, which no model can produce, the answer
        is tokenised apart.

        Raises:
            InputError: the template refuses the conversation, or the prompt leaves no place for
                the reasoning.
        """
        prompt = self.prompt_text(messages)
        answer = self._answer_text(messages, prompt, completion, reasoning)
        head = self._encode(prompt)
        ids = self._encode(prompt + answer)
        if ids[: len(head)] == head:
            ids = ids[len(head) :]
        else:  # after a special token nothing merges, and no space is put before the first word
            anchor = self.tokenizer.convert_ids_to_tokens(self.stop_id)
            ids = self._encode(anchor + answer)[1:]
        return ids if ids and ids[-1] == self.stop_id else (*ids, self.stop_id)

    def without_reasoning(
        self, messages: Sequence[Message], answer: str, ids: Sequence[int]
    ) -> tuple[int, ...]:
        """The ids of an answer less its reasoning, as the template writes an answer that has none.

        They are the model's own from the answer on, where it put between reasoning and answer what
        the template does; else the text's.

        Args:
            answer: the text of the answer in ``ids``.
            ids: what the model wrote, whole.
        """
        plain = self.completion_ids(messages, answer)
        head, own = (self._after_reasoning(those) for those in (plain, ids))
        if not own or self._text(plain[head:]) != self._text(ids[own:]):
            return plain
        return (*plain[:head], *ids[own:])

    def read(self, ids: Sequence[int], prompt_ids: Sequence[int] = ()) -> Parts:
        """What a model's ids say, as reasoning and answer, without stop and other special tokens.

        The answer is also without the template's lead, which is what it puts between prompt and
        text (a space, an empty think block), so that this undoes `completion_ids`.

        Args:
            prompt_ids: what they answer; it may have opened a block of reasoning.
        """
        text = self._text(ids)
        marked = self._text(ids, special=True) if self._special.intersection(ids[:-1]) else text
        parts = split(marked, self._opened(tuple(prompt_ids[-_TAIL:])))
        if parts.finished and not parts.reasoning:
            if self._begins and self._ends and marked.lstrip().startswith(self._begins):
                parts = self._by_own_marks(marked.lstrip().removeprefix(self._begins))
            else:
                return split(text.removeprefix(self.lead))
        return Parts(self._plain(parts.answer), self._plain(parts.reasoning), parts.finished)

    def _own_marks(self) -> tuple[str, str]:
        """What the template puts before reasoning and after it, for marks that are its alone."""
        if not self._renderer.keyed:
            return "", ""
        try:
            whole = self._text(self.completion_ids(PROBE, SENTINEL, THOUGHT), special=True)
        except InputError:  # its prompts say that there is no reasoning
            return "", ""
        begins, _, rest = whole.partition(THOUGHT)
        return begins.strip(), rest.partition(SENTINEL)[0].strip()

    def _by_own_marks(self, text: str) -> Parts:
        reasoning, ended, answer = text.rpartition(self._ends)
        if not ended:
            return Parts("", text.strip(), finished=False)
        return Parts(answer.strip(), reasoning.strip())

    def _answer_text(
        self, messages: Sequence[Message], prompt: str, completion: str, reasoning: str
    ) -> str:
        full = self._renderer.text(messages, completion, reasoning)
        kept = prompt if full.startswith(prompt) else prompt[: len(prompt) - len(self._promise)]
        if not full.startswith(kept):
            shut = "it closes the block of reasoning in the prompt, and this row has some"
            other = "it renders the turns before an answer otherwise than without the answer"
            raise InputError(
                "chat template",
                shut if reasoning else other,
                "Set train.reasoning=drop, or model.chat_template_kwargs so that the model thinks."
                if reasoning
                else "Give a template that does not, as model.chat_template.",
            )
        answer = full[len(kept) :]
        if self._stop_text and self._stop_text in answer:
            answer = answer[: answer.rindex(self._stop_text) + len(self._stop_text)]
        else:
            answer = answer.removesuffix(self._after)
        return self._with_reasoning(answer, prompt, reasoning)

    def _with_reasoning(self, answer: str, prompt: str, reasoning: str) -> str:
        """The answer with what a template leaves out: the reasoning, the end of what is opened."""
        opened = opened_by(prompt)
        answer = answer.removeprefix(opened)  # a block of the template's own, which it reopens
        if reasoning.strip() in answer and (not opened or split(answer, opened).finished):
            return answer
        if opened and answer.lstrip().startswith(closing(opened)):
            return reasoning.strip() + answer
        return f"{block(reasoning, opened, prompt)}\n\n{answer}"

    def _after_reasoning(self, ids: Sequence[int]) -> int:
        """Where what follows the last mark that closes a block begins; 0 where there is none."""
        closes = self._closing_ids
        return next((at + 1 for at in range(len(ids) - 1, -1, -1) if ids[at] in closes), 0)

    @cached_property
    def _closing_ids(self) -> frozenset[int]:
        """The closing marks that are tokens of their own, and the template's last before a text."""
        found = (self._encode(mark) for _, mark in TAGS)
        added = self.tokenizer.added_tokens_decoder
        before = [id for id in self.completion_ids(PROBE, SENTINEL)[:-1] if id in added]
        return frozenset([*(ids[0] for ids in found if len(ids) == 1), *before[-1:]])

    @cached_property
    def _special(self) -> frozenset[int]:
        added = self.tokenizer.added_tokens_decoder
        marked = (id for id, token in added.items() if token.special)
        return frozenset([*self.tokenizer.all_special_ids, *marked])

    def _plain(self, text: str) -> str:
        """The text without special tokens."""
        names = self.tokenizer.convert_ids_to_tokens(sorted(self._special))
        return re.sub("|".join(map(re.escape, names)), "", text) if names else text

    def _opened_by_tail(self, tail: tuple[int, ...]) -> str:
        return opened_by(self.tokenizer.decode(tail)) if tail else ""

    def _text(self, ids: Sequence[int], special: bool = False) -> str:
        """The text of ids, without the stop token."""
        body = list(ids[:-1]) if ids and ids[-1] in self.stop_ids else list(ids)
        text: str = self.tokenizer.decode(
            body, skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        return text

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _find_stop_tokens(self, generation_config: GenerationConfig | None) -> None:
        """The turn end is the first special token after an answer, else the end of text."""
        tokenizer = self.tokenizer
        special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
        special.discard(tokenizer.unk_token_id)
        turn_end = next((id for id in self._encode(self._after) if id in special), None)
        configured = generation_config.eos_token_id if generation_config is not None else None
        ends = configured if isinstance(configured, list) else [configured]
        found = [id for id in (turn_end, tokenizer.eos_token_id, *ends) if id is not None]
        if not found:
            raise InputError(
                "model.id",
                "the template's answers end with no special token, and there is no end of text",
                "Give a template whose answers end with a token of the model, as "
                "model.chat_template.",
            )
        self.stop_ids = tuple(dict.fromkeys(found))
        self.stop_id = found[0]
        self._stop_text = None if turn_end is None else tokenizer.convert_ids_to_tokens(turn_end)
        pad = tokenizer.pad_token_id
        self.pad_id: int = self.stop_id if pad is None else pad
