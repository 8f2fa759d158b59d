"""A model that answers, loaded when it is first needed and freed when it is not."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from ..generate import Transformers
from ..recipe import Model, Recipe
from ..records import Example, Message, Request, Response, Sampling
from ._collect import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from transformers import PreTrainedModel

    from ..chat import Chat


class Answerer:
    """One model with its chat format and engine; an engine itself, that loads late.

    The tokenizer and the fingerprint come cheaply, the weights only with the first request: a run
    whose responses are all stored never loads them.
    """

    name = "transformers"

    def __init__(self, model: Model, recipe: Recipe) -> None:
        self.model = model
        self._recipe = recipe

    @cached_property
    def fingerprint(self) -> str:
        from ..models import fingerprint

        return fingerprint(self.model)

    @cached_property
    def chat(self) -> Chat:
        from ..models import load_chat

        return load_chat(self.model)

    @cached_property
    def weights(self) -> PreTrainedModel:
        from ..models import load_model

        return load_model(self.model)

    @cached_property
    def _engine(self) -> Transformers:
        return Transformers(self.weights, self.chat, batch_size=self._recipe.generate.batch_size)

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        return self._engine.generate(requests)

    def free(self) -> None:
        """Give the weights' memory back."""
        self.__dict__.pop("_engine", None)
        if self.__dict__.pop("weights", None) is None:
            return
        gc.collect()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def question(
        self,
        split: str,
        asked: str,
        sampling: Sampling,
        prompt: Callable[[Example], tuple[Message, ...]],
        n: int = 1,
    ) -> Question:
        """What to ask of this model about a split; see `Question`."""
        return Question(
            split=split,
            asked=asked,
            engine=self,
            fingerprint=self.fingerprint,
            sampling=sampling,
            messages=prompt,
            prompt_ids=self.chat.prompt_ids,
            samples=n,
        )
