"""lm-eval's model on transformers, with our rendering of chats and our reading of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lm_eval.models.huggingface import HFLM

from ..reasoning import opened_by
from ..recipe import Evaluate

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from ..chat import Chat


class LanguageModel(HFLM):  # type: ignore[misc]
    """A loaded model as lm-eval asks it.

    Where a chat is rendered, what a model thinks is not its answer: what a task says ends an answer
    does not end its reasoning, and only the answer is scored. A choice is scored where the model
    would answer: behind the block of reasoning that the prompt opens, if it does.

    Attributes:
        unfinished: generated answers so far that ended within their reasoning.
    """

    def __init__(self, model: PreTrainedModel, chat: Chat, config: Evaluate) -> None:
        self._chat, self._limit = chat, config.max_new_tokens
        self._chats = config.apply_chat_template
        self.unfinished = 0
        super().__init__(
            pretrained=model,
            tokenizer=chat.tokenizer,
            batch_size=config.batch_size,
            # A template puts the BOS itself: lm-eval would see only those at the start of a text.
            add_bos_token=False if self._chats else None,
            # Log-probabilities summed in bf16 would make ties of different answers.
            softmax_dtype="float32",
        )

    @property
    def eot_token_id(self) -> int:
        return self._chat.stop_id if self._chats else int(super().eot_token_id)

    def apply_chat_template(
        self, chat_history: list[Any], add_generation_prompt: bool = True
    ) -> str:
        if add_generation_prompt:
            return self._chat.prompt_text(chat_history)
        *before, begun = chat_history  # the task begins the answer
        return self._answering(self._chat.prompt_text(before)) + str(begun["content"])

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        if self._limit is not None:
            requests = [
                replace(r, arguments=(r.args[0], {**r.args[1], "max_gen_toks": self._limit}))
                for r in requests
            ]
        answers: list[str] = super().generate_until(requests, disable_tqdm)
        return answers

    def _encode_pair(self, context: str, continuation: str) -> Any:
        return super()._encode_pair(self._answering(context), continuation)

    def _answering(self, prompt: str) -> str:
        """The prompt up to where an answer without reasoning begins."""
        return prompt + self._chat.lead if self._chats and opened_by(prompt) else prompt

    def _model_generate(
        self, context: torch.Tensor, max_length: int, stop: list[str], **kwargs: Any
    ) -> torch.Tensor:
        """Args: prompts, (rows, tokens). Returns: prompts and answers, (rows, all tokens)."""
        if not (self._chats and self._chat.reasons):
            made: torch.Tensor = super()._model_generate(context, max_length, stop, **kwargs)
            return made
        ends = self.tok_decode(self.eot_token_id, skip_special_tokens=False)
        made = super()._model_generate(context, max_length, [ends], **kwargs)
        width = context.shape[1]
        answers = [self._answer(row[:width], row[width:]) for row in made.tolist()]
        longest = max(map(len, answers))
        pad = self._chat.pad_id
        padded = [answer + [pad] * (longest - len(answer)) for answer in answers]
        import torch

        return torch.cat([context, context.new_tensor(padded)], dim=1) if longest else context

    def _answer(self, prompt: list[int], ids: list[int]) -> list[int]:
        """The ids of the answer's text alone."""
        stops = self._chat.stop_ids
        end = next((at + 1 for at, id in enumerate(ids) if id in stops), len(ids))
        parts = self._chat.read(ids[:end], prompt)
        self.unfinished += not parts.finished
        text: list[int] = self.tokenizer(parts.answer, add_special_tokens=False)["input_ids"]
        return text
