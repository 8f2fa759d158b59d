"""lm-eval's model on transformers, with our rendering of chats and our reading of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from lm_eval.models import huggingface
from lm_eval.models.huggingface import HFLM

from ..reasoning import opened_by
from ..recipe import Evaluate
from ._choices import Answer, ChoiceScorer, shares_prefixes
from ._prefixes import Row

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from ..chat import Chat


class LanguageModel(HFLM):  # type: ignore[misc]
    """A loaded model as lm-eval calls it.

    Where a chat is rendered, what a model thinks is not its answer: what a task says ends an answer
    does not end its reasoning, and only the answer is scored. A choice is scored where the model
    would answer: behind the block of reasoning that the prompt opens, if it does.

    Args:
        model: in evaluation mode, in any dtype, on the device where it computes; log-probabilities
            are summed in float32.
        chat: that of the model.
        config: its batch size is the rows that go through the model at once.

    Attributes:
        unfinished: generated answers so far that ended within their reasoning.
    """

    def __init__(self, model: PreTrainedModel, chat: Chat, config: Evaluate) -> None:
        self._chat, self._max_new_tokens = chat, config.max_new_tokens
        self._is_templated = config.apply_chat_template
        self.unfinished = 0
        super().__init__(
            pretrained=model,
            tokenizer=chat.tokenizer,
            batch_size=config.batch_size,
            # A template puts the BOS itself: lm-eval would see only those at the start of a text.
            add_bos_token=False if self._is_templated else None,
            # Log-probabilities summed in bf16 would make ties of different answers.
            softmax_dtype="float32",
        )
        self._scorer = ChoiceScorer(model, config.batch_size) if shares_prefixes(model) else None

    @property
    def eot_token_id(self) -> int:
        """The id that ends an answer: that of training, where a chat is rendered."""
        return self._chat.stop_id if self._is_templated else int(super().eot_token_id)

    def apply_chat_template(
        self, chat_history: list[Any], add_generation_prompt: bool = True
    ) -> str:
        """The conversation as `Chat.prompt_text` has it.

        Args:
            add_generation_prompt: false where the last turn begins the answer for the model.
        """
        if add_generation_prompt:
            return self._chat.prompt_text(chat_history)
        *before, begun = chat_history
        return self._to_the_answer(self._chat.prompt_text(before)) + str(begun["content"])

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = False) -> list[str]:
        """The answers' texts, one for each request, in their order."""
        if self._max_new_tokens is not None:
            limit = {"max_gen_toks": self._max_new_tokens}
            requests = [replace(r, arguments=(r.args[0], {**r.args[1], **limit})) for r in requests]
        answers: list[str] = super().generate_until(requests, disable_tqdm)
        return answers

    def _loglikelihood_tokens(
        self,
        requests: Sequence[tuple[Any, list[int], list[int]]],
        disable_tqdm: bool = False,
        override_bs: int | None = None,
    ) -> list[Answer]:
        """Each request's answer, in their order: what lm-eval computes, to float tolerance.

        Args:
            requests: a key for lm-eval's cache or None, the ids of a context, those of what is
                scored behind it. Where they are too long, the context is cut on the left.
        """
        rows = [self._row(place, *ids) for place, (_, *ids) in enumerate(requests)]
        if self._scorer is None or not self._scorer.reads_alike(rows):
            computed: list[Answer] = super()._loglikelihood_tokens(
                requests, disable_tqdm, override_bs
            )
            return computed
        answers: dict[int, Answer] = {}
        bar = huggingface.tqdm(
            total=len(rows), disable=disable_tqdm, desc="Running loglikelihood requests"
        )
        for row, answer in self._scorer.score(rows):
            answers[row.place] = answer
            if (key := requests[row.place][0]) is not None:
                self.cache_hook.add_partial("loglikelihood", key, answer)
            bar.update(1)
        bar.close()
        return [answers[place] for place in range(len(rows))]

    def _row(self, place: int, context: list[int], choice: list[int]) -> Row:
        ids, most = (*context, *choice), self.max_length + 1  # the last id is not read
        if len(ids) > most:
            huggingface.eval_logger.warning(f"Truncating {len(ids)} tokens to the last {most}.")
        return Row(place, ids[-most:], len(choice))

    def _encode_pair(self, context: str, continuation: str) -> Any:
        return super()._encode_pair(self._to_the_answer(context), continuation)

    def _to_the_answer(self, prompt: str) -> str:
        """The prompt up to where an answer without reasoning begins."""
        opens = self._is_templated and opened_by(prompt)
        return prompt + self._chat.answer_prefix if opens else prompt

    def _model_generate(
        self, context: torch.Tensor, max_length: int, stop: list[str], **kwargs: Any
    ) -> torch.Tensor:
        """Generate, and put the answers without their reasoning in the place of what was generated.

        Args:
            context: prompts, padded on the left: (rows, tokens), int64, on the model's device.
            max_length: tokens of prompt and answer together.
            stop: texts that end an answer.

        Returns:
            Prompts and answers, padded on the right: (rows, all tokens), int64, on the same device.
        """
        if not (self._is_templated and self._chat.supports_reasoning):
            made: torch.Tensor = super()._model_generate(context, max_length, stop, **kwargs)
            return made
        ends = self.tok_decode(self.eot_token_id, skip_special_tokens=False)
        made = super()._model_generate(context, max_length, [ends], **kwargs)
        width = context.shape[1]
        answers = [self._answer_ids(row[:width], row[width:]) for row in made.tolist()]
        longest = max(map(len, answers))
        pad = self._chat.pad_id
        padded = [answer + [pad] * (longest - len(answer)) for answer in answers]
        return torch.cat([context, context.new_tensor(padded)], dim=1) if longest else context

    def _answer_ids(self, prompt: list[int], ids: list[int]) -> list[int]:
        """The ids of the answer's text alone, of a row's prompt and what was generated after it."""
        stops = self._chat.stop_ids
        end = next((at + 1 for at, id in enumerate(ids) if id in stops), len(ids))
        parts = self._chat.read(ids[:end], prompt)
        self.unfinished += not parts.finished
        text: list[int] = self.tokenizer(parts.answer, add_special_tokens=False)["input_ids"]
        return text
