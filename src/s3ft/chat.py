"""Chat templates: prompt ids, completion ids, and the token that ends a turn. All in one place.

What is trained is what inference sees and yields: ``prompt_ids + completion_ids`` is the model's
own rendering of the conversation up to and including the stop token of the answer. Whatever a
template writes after that token (Qwen's newline, Phi's end of text) is never produced by the
model and is dropped.

- **Thinking.** Qwen3's template with thinking on puts an empty think block before an answer that
  has none; the block is not in the prompt, so it belongs to the completion, and is trained. With
  ``enable_thinking: false`` it is in the prompt, and is not.
- **A prompt that promises more than the answer keeps.** Templates such as DeepSeek-R1's open a
  think block in the prompt and write answers without one. The completion then follows the prompt
  as it is, and `check` reports it.
- **System messages** that a template refuses or drops, be it only when an answer follows (as
  Mistral's does), are put before the first user turn's text, an empty line between.
- **No template.** ``prompts/plain_chat.j2`` is used, with a warning.
- **BOS** is where the template puts it; the tokenizer adds none of its own. The plain template
  has one where the tokenizer would have added it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import InputError
from .records import Message

if TYPE_CHECKING:
    from transformers import GenerationConfig, PreTrainedTokenizerBase

PLAIN_TEMPLATE = Path(__file__).parent / "prompts" / "plain_chat.j2"

_SENTINEL = "Zq7x"  # nothing that a template trims, parses or writes itself


class Chat:
    """Renders conversations for one model.

    Args:
        template: the text of a Jinja chat template that replaces the tokenizer's own.
        kwargs: passed to the template, such as ``{"enable_thinking": False}``.
        generation_config: the model's; its end-of-text ids also stop an answer.

    Attributes:
        stop_id: the turn end that is trained.
        stop_ids: all ids that stop an answer, `stop_id` first.
        pad_id: fills up batches; where the tokenizer has none, `stop_id`.

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
    ) -> None:
        self.tokenizer = tokenizer
        self._kwargs = dict(kwargs)
        self._template = template
        self._merge_system = False
        if template is None and not tokenizer.chat_template:
            warnings.warn(
                "the model has no chat template: the plain one is used ('User: ...', "
                "'Assistant: ...'); name another as model.chat_template",
                stacklevel=2,
            )
            self._template = PLAIN_TEMPLATE.read_text(encoding="utf-8")
            adds_bos = tokenizer.bos_token_id in tokenizer("x")["input_ids"][:1]
            self._kwargs.setdefault("bos_token", tokenizer.bos_token if adds_bos else "")

        probe: list[Message] = [{"role": "user", "content": "Hi"}]
        prompt = self._render(probe, answer=None)
        before, _, self._after = self._render(probe, answer=_SENTINEL).rpartition(_SENTINEL)
        shared = next(n for n in range(len(prompt), -1, -1) if before.startswith(prompt[:n]))
        self._promise = prompt[shared:]  # written before an answer is asked for, but not before one
        self._merge_system = not self._shows_system(probe)
        self._find_stop_tokens(generation_config)
        self._lead = ""
        self._lead = self.decode(self.completion_ids(probe, _SENTINEL)).partition(_SENTINEL)[0]

    def prompt_text(self, messages: Sequence[Message]) -> str:
        """The conversation as text, up to where the model is to answer."""
        return self._render(messages, answer=None)

    def prompt_ids(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The ids that inference starts from.

        Raises:
            InputError: the template refuses the conversation.
        """
        return self._encode(self.prompt_text(messages))

    def completion_ids(self, messages: Sequence[Message], completion: str) -> tuple[int, ...]:
        """The ids of an answer, up to and including the stop token.

        Prompt and answer are tokenised together, as the template has them. Where that would merge
        the last of the prompt with the first of the answer, which no model can produce, the answer
        is tokenised apart.

        Raises:
            InputError: the template refuses the conversation.
        """
        prompt = self.prompt_text(messages)
        answer = self._answer_text(messages, prompt, completion)
        head = self._encode(prompt)
        ids = self._encode(prompt + answer)
        if ids[: len(head)] == head:
            ids = ids[len(head) :]
        else:  # after a special token nothing merges, and no space is put before the first word
            anchor = self.tokenizer.convert_ids_to_tokens(self.stop_id)
            ids = self._encode(anchor + answer)[1:]
        return ids if ids and ids[-1] == self.stop_id else (*ids, self.stop_id)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer, without stop token, other special tokens, and template's lead.

        The lead is what the template puts between prompt and text (a space, an empty think block),
        so that this undoes `completion_ids`.
        """
        body = list(ids[:-1]) if ids and ids[-1] in self.stop_ids else list(ids)
        text: str = self.tokenizer.decode(
            body, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text.removeprefix(self._lead)

    def _answer_text(self, messages: Sequence[Message], prompt: str, completion: str) -> str:
        full = self._render(messages, answer=completion)
        kept = prompt if full.startswith(prompt) else prompt[: len(prompt) - len(self._promise)]
        if not full.startswith(kept):
            raise InputError(
                "chat template",
                "it renders the turns before an answer otherwise than without the answer",
                "Give a template that does not, as model.chat_template.",
            )
        answer = full[len(kept) :]
        if self._stop_text and self._stop_text in answer:
            return answer[: answer.rindex(self._stop_text) + len(self._stop_text)]
        return answer.removesuffix(self._after)

    def _render(self, messages: Sequence[Message], answer: str | None) -> str:
        from jinja2 import TemplateError

        turns: list[Message] = list(messages)
        if self._merge_system:
            turns = _system_into_user(turns)
        if answer is not None:
            turns.append({"role": "assistant", "content": answer})
        try:
            text: str = self.tokenizer.apply_chat_template(
                turns,
                tokenize=False,
                add_generation_prompt=answer is None,
                chat_template=self._template,
                **self._kwargs,
            )
        except (TemplateError, TypeError, ValueError) as error:
            raise InputError(
                "chat template",
                f"it refuses the conversation: {error}",
                "Change the messages, or model.chat_template and its model.chat_template_kwargs.",
            ) from error
        return text

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _shows_system(self, probe: list[Message]) -> bool:
        messages: list[Message] = [{"role": "system", "content": _SENTINEL}, *probe]
        try:
            return all(_SENTINEL in self._render(messages, answer) for answer in (None, "Yes"))
        except InputError:
            return False

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


def check(chat: Chat, messages: Sequence[Message], completion: str) -> list[str]:
    """What is wrong with how a training row is rendered: one sentence for each problem.

    Raises:
        InputError: the template refuses the conversation.
    """
    tokenizer, problems = chat.tokenizer, []
    prompt, answer = chat.prompt_ids(messages), chat.completion_ids(messages, completion)
    stop = tokenizer.convert_ids_to_tokens(chat.stop_id)
    if chat._stop_text is None:
        problems.append(
            f"the template ends an answer with {chat._after!r}, which is no token of the model; "
            f"{stop!r} is trained as the stop token instead"
        )
    if chat._promise:
        problems.append(
            f"the prompt ends with {chat._promise!r}, but the template renders answers without it; "
            "they are trained after it all the same: set model.chat_template_kwargs, or give "
            "another template"
        )
    if any(id in chat.stop_ids for id in answer[:-1]):
        problems.append(f"the completion has a stop token inside its text: {stop!r} or its like")
    bos = tokenizer.bos_token_id
    if bos is not None and bos not in chat.stop_ids and prompt[:2] == (bos, bos):
        problems.append(f"the prompt begins with {tokenizer.bos_token!r} twice")
    if tokenizer.unk_token_id is not None and tokenizer.unk_token_id in prompt + answer:
        problems.append(f"text is lost: some of it becomes {tokenizer.unk_token!r}")
    if (decoded := chat.decode(answer)).strip() != completion.strip():
        problems.append(f"the template changes the completion: {_excerpt(decoded)} is trained")
    text = chat.prompt_text(messages)
    problems += [
        f"the template drops or changes the {turn['role']} message {_excerpt(turn['content'])}"
        for turn in messages
        if turn["role"] in ("system", "user") and turn["content"].strip() not in text
    ]
    return problems


def _system_into_user(messages: list[Message]) -> list[Message]:
    match messages:
        case [{"role": "system"} as system, {"role": "user"} as user, *rest]:
            content = f"{system['content']}\n\n{user['content']}"
            return [{"role": "user", "content": content}, *rest]
    return messages


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")
