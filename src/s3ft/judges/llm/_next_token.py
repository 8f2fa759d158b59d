"""A local model's verdict: whether its next word would rather be yes or no. One forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from ...models import as_many_as_fit, free_memory, pad_left, resolve
from ...recipe import Model
from ...records import Message

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from ...chat import Chat

WORDS = {"yes": ("yes", "Yes", "YES"), "no": ("no", "No", "NO")}


class Words(NamedTuple):
    """The ids with which either answer begins, after those that begin both."""

    lead: tuple[int, ...]
    yes: tuple[int, ...]
    no: tuple[int, ...]


class NextToken:
    """Asks a model that is loaded when first needed, on the device and in the dtype of its config.

    Args:
        batch_size: the most rows at once; halved, for good, whenever they do not fit.

    Raises:
        InputError: there is no such model.
    """

    def __init__(self, model: Model, batch_size: int) -> None:
        self._config, self._batch_size = resolve(model), batch_size

    def ask(self, questions: Sequence[Sequence[Message]]) -> list[float | str]:
        """The probability of yes, as against no, after each question; or why there is none.

        Raises:
            RunError: a single question does not fit into memory.
        """
        lead = self._words.lead
        prompts = [(*self._chat.prompt_ids(messages), *lead) for messages in questions]
        found: list[float | str] = [0.0] * len(prompts)
        waiting = []
        for place, prompt in enumerate(prompts):
            if self._positions is not None and len(prompt) >= self._positions:
                found[place] = f"the judge has no room for a prompt of {len(prompt)} tokens"
            else:
                waiting.append(place)
        waiting.sort(key=lambda place: len(prompts[place]), reverse=True)
        while waiting:
            batch = waiting[: self._batch_size]
            done, answers = as_many_as_fit(self._forward, [prompts[i] for i in batch], _too_large)
            if done < len(batch):
                self._batch_size = done
            for place, answer in zip(batch, answers, strict=False):
                found[place] = answer
            del waiting[:done]
        return found

    def close(self) -> None:
        """Let go of the model and of its memory; it is loaded again when it is needed."""
        if "_model" in self.__dict__:
            del self._model
            free_memory()

    def _forward(self, prompts: Sequence[Sequence[int]]) -> list[float]:
        """The probability of yes after each prompt, in one forward pass.

        The prompts become ``input_ids`` and ``attention_mask`` of shape (prompts, tokens), int64,
        on the model's device, padded on the left so that all end in the last column. The logits of
        the next token have the shape (prompts, vocabulary) and are compared in float64.
        """
        import torch
        from transformers import GenerationConfig

        model, pad, words = self._model, self._chat.pad_id, self._words
        ids, mask = pad_left(prompts, pad, model.device)
        with torch.inference_mode():
            # `generate` knows for every architecture where the positions of a padded row begin.
            out = model.generate(
                input_ids=ids,
                attention_mask=mask,
                generation_config=GenerationConfig(
                    max_new_tokens=1,
                    do_sample=False,
                    pad_token_id=pad,
                    output_logits=True,
                    return_dict_in_generate=True,
                ),
            )
            logits = out.logits[0].double()
            yes, no = (logits[:, list(ids)].logsumexp(-1) for ids in (words.yes, words.no))
            answers: list[float] = torch.sigmoid(yes - no).tolist()
        return answers

    @cached_property
    def _chat(self) -> Chat:
        from ...models import load_chat

        return load_chat(self._config)

    @cached_property
    def _model(self) -> PreTrainedModel:
        from ...models import load_model

        return load_model(self._config)

    @cached_property
    def _positions(self) -> int | None:
        from ...models import max_positions

        return max_positions(self._model.config)

    @cached_property
    def _words(self) -> Words:
        """Found by rendering the words as answers: what a template puts first belongs to both."""
        probe = [Message(role="user", content="Is it?")]
        ids = {
            answer: [self._chat.completion_ids(probe, word) for word in words]
            for answer, words in WORDS.items()
        }
        places = zip(*ids["yes"], *ids["no"], strict=False)
        lead = tuple(row[0] for row in takewhile(lambda row: len(set(row)) == 1, places))
        yes, no = (
            tuple(dict.fromkeys(row[len(lead)] for row in ids[answer])) for answer in ("yes", "no")
        )
        return Words(lead, yes, no)


def _too_large(prompt: Sequence[int]) -> str:
    return (
        f"out of memory in judging a single prompt of {len(prompt)} tokens: "
        f"use a smaller model as judge"
    )
