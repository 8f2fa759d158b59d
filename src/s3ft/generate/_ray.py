"""A model spread over a Ray cluster: every worker has the engine, and answers whole batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from ..models import load_chat, load_config, load_model
from ..recipe import Generate, Model, Ray
from ..records import Request, Response
from ..workers import WorkerPool, chunks
from ._base import Engine
from ._batches import Batching
from ._transformers import TransformersEngine
from ._vllm import VLLMEngine


class RayEngine:
    """Answers requests with the engines of a cluster's workers.

    Requests are cut into batches here, alike on every start, and a worker answers one whole. For
    engine ``transformers`` these are the very batches of one process, so the answers are the same
    tokens. They end in any order; whichever of them were stored, the others are cut as before,
    since only the last of its kind is not full.

    Args:
        config: the cluster.
        model: which every worker loads; a folder must be there on every node, by the same path.
        generate: the engine, its settings, and the size of batches.
    """

    def __init__(self, config: Ray, model: Model, generate: Generate) -> None:
        on_vllm, size = generate.engine == "vllm", generate.batch_size
        self.name = VLLMEngine.name if on_vllm else TransformersEngine.name
        self._cut: Callable[[Iterable[Request]], Iterator[list[Request]]]
        if on_vllm:
            self._cut = partial(chunks, size=size)
        else:
            self._cut = partial(Batching.of(load_config(model)).cut, size=size)
        load = partial(_load, _with_full_paths(model), generate)
        self._pool = WorkerPool(config, load, gpus=config.gpus_per_worker)

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        """Answer all requests; every list is one batch.

        Raises:
            InputError, RunError: as the engine in a worker, or `WorkerPool.map`, raises it.
        """
        return self._pool.map(self._cut(requests))

    def free(self) -> None:
        """End the workers; their memory is then free."""
        self._pool.shutdown()


def _load(model: Model, generate: Generate) -> Callable[[list[Request]], list[Response]]:
    """The engine of one worker, as something that does a batch."""
    chat = load_chat(model)
    engine: Engine
    if generate.engine == "vllm":
        engine = VLLMEngine(model, chat, generate.vllm)
    else:
        engine = TransformersEngine(load_model(model), chat, batch_size=generate.batch_size)
    return partial(_answer, engine)


def _answer(engine: Engine, batch: list[Request]) -> list[Response]:
    return list(chain.from_iterable(engine.generate(batch)))


def _with_full_paths(model: Model) -> Model:
    """The model with full paths, since a worker may have another working directory."""
    files = {
        key: str(Path(value).expanduser().absolute())
        for key, value in (("id", model.id), ("chat_template", model.chat_template))
        if value not in (None, "lab") and Path(value).expanduser().exists()
    }
    return model.model_copy(update=files)
