"""Who answers in a run: models and files, loaded when first needed, freed when not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import InputError
from ..generate import (
    Engine,
    OpenAIEngine,
    RayEngine,
    ReplayEngine,
    TransformersEngine,
    VLLMEngine,
)
from ..recipe import Model, Recipe
from ..records import Example, Message, Request, Response, Sampling, Source
from .selection._fill import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from transformers import PreTrainedModel

    from ..chat import Chat


class Answerer:
    """One model with its chat format and engine; an engine itself, that loads late.

    The tokenizer and the fingerprint come cheaply, the weights only with the first request: a run
    whose responses are all stored never loads them. ``weights`` are those of transformers; where
    vLLM answers, it has its own.

    Args:
        served: what answers for this model, where that is another's engine with an adapter.
    """

    def __init__(self, model: Model, recipe: Recipe, served: Engine | None = None) -> None:
        self.model = model
        self._recipe = recipe
        self._served = served

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
    def vllm(self) -> VLLMEngine | None:
        """The model in vLLM in a process beside this one, where the recipe names that engine."""
        generate = self._recipe.generate
        if generate.engine != "vllm" or self._recipe.ray is not None:
            return None
        return VLLMEngine(self.model, self.chat, generate.vllm)

    @cached_property
    def workers(self) -> RayEngine | None:
        """The model in the workers of a cluster, where the recipe names one."""
        ray = self._recipe.ray
        return None if ray is None else RayEngine(ray, self.model, self._recipe.generate)

    @property
    def apart(self) -> bool:
        """Whether other processes than this one hold the weights that answer."""
        return self.vllm is not None or self.workers is not None

    @property
    def name(self) -> str:
        return (
            VLLMEngine.name if self._recipe.generate.engine == "vllm" else TransformersEngine.name
        )

    @cached_property
    def _engine(self) -> Engine:
        size = self._recipe.generate.batch_size
        elsewhere = self._served or self.workers or self.vllm
        return elsewhere or TransformersEngine(self.weights, self.chat, batch_size=size)

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        return self._engine.generate(requests)

    def free(self) -> None:
        """Give back the memory of the weights, here and in other processes."""
        for elsewhere in (self.vllm, self.workers):
            if elsewhere is not None:
                elsewhere.free()
        self.__dict__.pop("_engine", None)
        if self.__dict__.pop("weights", None) is not None:
            from ..models import free_memory

            free_memory()

    def question(
        self,
        split: str,
        asked: str,
        sampling: Callable[[int], Sampling],
        prompt: Callable[[Example], tuple[Message, ...]],
    ) -> Question:
        """What to ask of this model about a split; see `Question`."""
        return Question(
            split=split,
            source=asked,
            engine=self,
            fingerprint=self.fingerprint,
            sampling=sampling,
            messages=prompt,
            prompt_ids=self.chat.prompt_ids,
        )


class Sources:
    """All that a recipe's ladders may ask: the base model, a server of it, a file of responses."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.base = Answerer(recipe.model, recipe) if recipe.model else None

    @cached_property
    def replay(self) -> ReplayEngine | None:
        """The responses that take the place of the model's own, where the recipe names a file."""
        config = self._recipe.generate.replay
        return (
            ReplayEngine.read(config)
            if self._recipe.generate.engine == "replay" and config
            else None
        )

    @cached_property
    def server(self) -> OpenAIEngine | None:
        """The server that answers in the base model's stead, where the recipe names one."""
        generate = self._recipe.generate
        if generate.engine != "openai" or generate.openai is None:
            return None
        chat = self.base.chat if self.base else None
        return OpenAIEngine(generate.openai, model=self._recipe.generator, chat=chat)

    def check(self, source: Source) -> None:
        """See that a source can be asked.

        Raises:
            InputError: there is no model to ask, or the file of responses is wrong.
        """
        answered = source == "self" and self.replay is not None
        if not answered and self.server is None and self.base is None:
            remedy = "Name the model that is to answer, or methods that need no answer of it."
            raise InputError("model", f"a ladder needs a {source} response", remedy)
