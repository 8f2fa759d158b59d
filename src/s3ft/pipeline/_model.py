"""A model of a run: what is known of it cheaply, and what answers for it, loaded when needed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..generate import (
    Engine,
    EngineName,
    OpenAIEngine,
    ReplayEngine,
    VLLMEngine,
    engine_name,
    make_engine,
)
from ..ladder import Rung
from ..recipe import Model, Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from ..chat import Chat


class RunModel:
    """The base model of a run, or one that was tuned in it.

    Chat format and fingerprint come cheaply; the weights, and the processes that hold them
    elsewhere, only with the first request: a run whose responses are all stored never loads them.

    Args:
        config: which model; None where only a file or a server answers.
        adapter_engine: what answers for a tuned model, where that is the base's engine with an
            adapter.
    """

    def __init__(
        self, recipe: Recipe, config: Model | None, adapter_engine: Engine | None = None
    ) -> None:
        self._recipe, self._config = recipe, config
        self._engines: dict[EngineName, Engine] = {}
        if adapter_engine is not None:
            self._engines[self._engine_name(None)] = adapter_engine

    def tuned(self, folder: Path) -> RunModel:
        """A model that was tuned from this one, in the folder that training left."""
        vllm, lora, adapter_engine = self.vllm(), self._recipe.train.lora, None
        # Of adapters vLLM serves the plain kind; others are in the merged model alone.
        if vllm is not None and lora is not None and not lora.options:
            adapter_engine = vllm.with_adapter(folder / "adapter")
        # The tuned model's folder holds the chat template that it was trained with.
        own = {"id": str(folder), "revision": None, "chat_template": None}
        return RunModel(self._recipe, self.config.model_copy(update=own), adapter_engine)

    @property
    def exists(self) -> bool:
        """Whether the recipe names a model."""
        return self._config is not None

    @property
    def config(self) -> Model:
        """Which model it is.

        Raises:
            InputError: the recipe names none.
        """
        if self._config is None:
            raise InputError("model", "is required", "Name the model.")
        return self._config

    @cached_property
    def fingerprint(self) -> str:
        from ..models import fingerprint

        return fingerprint(self.config)

    @cached_property
    def chat(self) -> Chat:
        from ..models import load_chat

        return load_chat(self.config)

    @cached_property
    def weights(self) -> PreTrainedModel:
        """The model in evaluation mode, on its device."""
        from ..models import load_model

        return load_model(self.config)

    @property
    def elsewhere(self) -> bool:
        """Whether other processes than this one hold the weights that answer."""
        return self._recipe.ray is not None or self._engine_name(None) == "vllm"

    def engine(self, rung: Rung | None = None) -> Engine:
        """What answers on a rung, or (None) what is measured of the model; made once.

        Raises:
            InputError: there is no model to ask, or what stands in for it is wrong.
        """
        self.check(rung)
        name = self._engine_name(rung)
        if name not in self._engines:
            self._engines[name] = make_engine(
                name,
                self._recipe.generate,
                self._config,
                self.chat if self.exists else None,
                served_model=self._recipe.generator,
                ray=self._recipe.ray,
                weights=lambda: self.weights,
            )
        return self._engines[name]

    def check(self, rung: Rung | None) -> None:
        """See that there is something to ask on a rung.

        Raises:
            InputError: neither a model nor what stands in for it.
        """
        if self._config is None and self._engine_name(rung) not in ("openai", "replay"):
            remedy = "Name the model that is to answer, or methods that need no answer of it."
            kind = "measured" if rung is None else rung.name
            raise InputError("model", f"a ladder needs a {kind} response", remedy)

    def replay(self, rung: Rung) -> ReplayEngine | None:
        """The file of responses that answers on a rung, where the recipe names one."""
        engine = self.engine(rung) if self._engine_name(rung) == "replay" else None
        return engine if isinstance(engine, ReplayEngine) else None

    def server(self, rung: Rung) -> OpenAIEngine | None:
        """The server that answers on a rung, where the recipe names one."""
        engine = self.engine(rung) if self._engine_name(rung) == "openai" else None
        return engine if isinstance(engine, OpenAIEngine) else None

    def vllm(self) -> VLLMEngine | None:
        """vLLM in a process beside this one, where it answers."""
        engine = self.engine() if self.elsewhere else None
        return engine if isinstance(engine, VLLMEngine) else None

    def free(self) -> None:
        """Give back the memory of the weights, here and in other processes."""
        for name, engine in list(self._engines.items()):
            if free := getattr(engine, "free", None):
                free()
            elif name == "transformers":
                del self._engines[name]
        if self.__dict__.pop("weights", None) is not None:
            from ..models import free_memory

            free_memory()

    def _engine_name(self, rung: Rung | None) -> EngineName:
        return engine_name(self._recipe.generate, rung)
