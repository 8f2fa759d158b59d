"""The ids of prompts and completions, and what a model's ids say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..reasoning import TAGS, Parts, closing, opened_by, split
from ..records import Message
from ._decode import Decoder
from ._render import PROBE, SENTINEL, THOUGHT, Renderer, reasoning_block
from ._stop_tokens import find_stop_tokens

if TYPE_CHECKING:
    from transformers import GenerationConfig, PreTrainedTokenizerBase


class Chat:
    """Renders conversations for one model, and reads what it answers.

    Ids are ints of the tokenizer's vocabulary in tuples of one conversation each: not padded, not
    on a device.

    Args:
        template: the text of a Jinja chat template that replaces the tokenizer's own.
        kwargs: passed to the template, such as ``{"enable_thinking": False}``.
        generation_config: the model's; its end-of-text ids also stop an answer.
        date: for templates that ask for the date; default: today's.

    Attributes:
        template: the text of the template that is used.
        template_kwargs: what it is given beside the messages.
        stop_id: the turn end that is trained.
        stop_ids: all ids that stop an answer, `stop_id` first.
        pad_id: fills up batches; where the tokenizer has none, `stop_id`.
        answer_prefix: what the template puts between prompt and answer: a space, an empty block of
            reasoning, the end of the one that the prompt opened.
        generation_prompt_mismatch: what a prompt ends with and the template writes before no
            answer, where it opens no block of reasoning.

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
        self.template, self.template_kwargs = self._renderer.template, self._renderer.kwargs
        prompt = self.prompt_text(PROBE)
        before, _, self._after = self._renderer.text(PROBE, SENTINEL).rpartition(SENTINEL)
        shared = next(n for n in range(len(prompt), -1, -1) if before.startswith(prompt[:n]))
        opened = opened_by(prompt)
        if opened and shared < len(prompt):  # never within the mark
            shared = min(shared, prompt.rindex(opened))
        # Written before an answer is asked for, but not before one.
        self._prompt_only = prompt[shared:]
        self.generation_prompt_mismatch = "" if opened else self._prompt_only
        stops = find_stop_tokens(tokenizer, self._after, generation_config)
        self.stop_ids, self._turn_end = stops.ids, stops.turn_end
        self.stop_id = self.stop_ids[0]
        pad = tokenizer.pad_token_id
        self.pad_id: int = self.stop_id if pad is None else pad
        self._decoder = Decoder(tokenizer, self.stop_ids)
        probe = self._decoder.text(self.completion_ids(PROBE, SENTINEL))
        self.answer_prefix = self._decoder.answer_prefix = probe.partition(SENTINEL)[0]
        self._decoder.marks = self._reasoning_marks()

    @property
    def untokenized_turn_end(self) -> str:
        """What the template ends an answer with, if that is no token of the model; else empty."""
        return self._after if self._turn_end is None else ""

    @property
    def after_answer(self) -> str:
        """What the template writes after an answer, the turn's end and all that follows."""
        return self._after

    @property
    def merges_system(self) -> bool:
        """Whether the template has no place for a system message: it opens the user's first."""
        return self._renderer.merges_system

    @cached_property
    def supports_reasoning(self) -> bool:
        """Whether the template knows of reasoning: such a model may think before it answers."""
        marks = (mark for pair in TAGS for mark in pair)
        return self._renderer.has_reasoning_key or any(mark in self.template for mark in marks)

    @cached_property
    def takes_reasoning(self) -> bool:
        """Whether an answer may begin with reasoning: no prompt says that there is none."""
        try:
            self.completion_ids(PROBE, SENTINEL, THOUGHT)
        except InputError:
            return False
        return True

    def prompt_text(self, messages: Sequence[Message]) -> str:
        """The conversation as text, up to where the model is to answer.

        Raises:
            InputError: the template refuses the conversation.
        """
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
        is tokenised by itself.

        Raises:
            InputError: the template refuses the conversation, or the prompt leaves no place for
                the reasoning.
        """
        prompt = self.prompt_text(messages)
        full = self._renderer.text(messages, completion, reasoning)
        return self._answer_ids(prompt, self._answer_text(full, prompt, reasoning))

    def written(self, messages: Sequence[Message], turn: Message, reasoning: str = "") -> str:
        """The text that the template writes for an answer which calls functions.

        Given as the completion, it becomes the very ids of the template's own rendering.

        Raises:
            InputError: the template refuses the conversation, leaves the calls out, or writes them
                as no answer is written: with another end of the turn, or in its head.
        """
        prompt, calls = self.prompt_text(messages), turn["tool_calls"]
        full = self._renderer.text(messages, turn["content"], reasoning, calls)
        text = ""
        if full.startswith((prompt, prompt.removesuffix(self._prompt_only))):
            ids = self._answer_ids(prompt, self._answer_text(full, prompt, reasoning))
            marked = self._decoder.text(ids, special=True)
            text = split(marked, opened_by(prompt)).answer.removeprefix(self.answer_prefix).strip()
            names = (call["function"]["name"] for call in calls)
            if all(name in text for name in names):
                whole = self._encode(full)
                ends = whole[-len(self._encode(self._after)) :] if self._after else ()
                same = ends == self._encode(self._after)
                if same and ids == self.completion_ids(messages, text, reasoning):
                    return text
        raise InputError(
            "chat template",
            f"it writes calls of functions as no answer is written: {full[-100:]!r}",
            "Give a template that writes them into the answer, as model.chat_template, or write "
            "them as text yourself.",
        )

    def _answer_ids(self, prompt: str, answer: str) -> tuple[int, ...]:
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

        Raises:
            InputError: the template refuses the conversation.
        """
        plain = self.completion_ids(messages, answer)
        head, own = (self._after_reasoning(whole) for whole in (plain, ids))
        if not own or self._decoder.text(plain[head:]) != self._decoder.text(ids[own:]):
            return plain
        return (*plain[:head], *ids[own:])

    def read(self, ids: Sequence[int], prompt_ids: Sequence[int] = ()) -> Parts:
        """What a model's ids say, as reasoning and answer, without stop and other special tokens.

        The answer is also without `answer_prefix`, so that this undoes `completion_ids`.

        Args:
            ids: the completion, up to its stop token if it has one.
            prompt_ids: what they answer; it may have opened a block of reasoning.
        """
        return self._decoder.read(ids, prompt_ids)

    def text(self, ids: Sequence[int]) -> str:
        """What ids say as they stand, without the stop token and other special tokens."""
        return self._decoder.text(ids)

    def _reasoning_marks(self) -> tuple[str, str]:
        """What the template puts before reasoning and after it, for marks that are its alone."""
        if not self._renderer.has_reasoning_key or not self.takes_reasoning:
            return "", ""
        ids = self.completion_ids(PROBE, SENTINEL, THOUGHT)
        begins, _, rest = self._decoder.text(ids, special=True).partition(THOUGHT)
        return begins.strip(), rest.partition(SENTINEL)[0].strip()

    def _answer_text(self, full: str, prompt: str, reasoning: str) -> str:
        kept = prompt if full.startswith(prompt) else prompt[: len(prompt) - len(self._prompt_only)]
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
        if self._turn_end and self._turn_end in answer:
            answer = answer[: answer.rindex(self._turn_end) + len(self._turn_end)]
        else:
            answer = answer.removesuffix(self._after)
        return _with_reasoning(answer, prompt, reasoning)

    def _after_reasoning(self, ids: Sequence[int]) -> int:
        """Where what follows the last mark that closes a block begins; 0 where there is none."""
        closes = self._closing_ids
        return next((at + 1 for at in range(len(ids) - 1, -1, -1) if ids[at] in closes), 0)

    @cached_property
    def _closing_ids(self) -> frozenset[int]:
        """The closing marks that are tokens of their own, and the template's last before a text."""
        encoded = (self._encode(mark) for _, mark in TAGS)
        added = self.tokenizer.added_tokens_decoder
        before = [id for id in self.completion_ids(PROBE, SENTINEL)[:-1] if id in added]
        return frozenset([*(ids[0] for ids in encoded if len(ids) == 1), *before[-1:]])

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])


def _with_reasoning(answer: str, prompt: str, reasoning: str) -> str:
    """The answer with what a template leaves out: the reasoning, the end of what is opened."""
    opened = opened_by(prompt)
    answer = answer.removeprefix(opened)  # a block of the template's own, which it reopens
    if reasoning.strip() in answer and (not opened or split(answer, opened).finished):
        return answer
    if opened and answer.lstrip().startswith(closing(opened)):
        return reasoning.strip() + answer
    return f"{reasoning_block(reasoning, opened, prompt)}\n\n{answer}"
