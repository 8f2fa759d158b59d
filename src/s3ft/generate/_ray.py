"""A model spread over a Ray cluster: every worker has the engine, and answers whole batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from ..embedded import is_embedded
from ..models import load_config, pick_device
from ..recipe import Generate, Model, Ray
from ..records import Request, Response
from ..workers import WorkerPool, chunks
from ._base import Engine
from ._batches import Batching

Cut = Callable[[Iterable[Request]], Iterator[list[Request]]]


class RayEngine:
    """Answers requests with the engines of a cluster's workers.

    Requests are cut into batches here, alike on every start, and a worker answers one whole. For
    engine ``transformers`` these are the very batches of one process, so the answers are the same
    tokens. They end in any order; whichever of them were stored, the others are cut as before,
    since only the last of its kind is not full.

    Args:
        config: the cluster.
        name: of the workers' engines.
        cut: orders requests and cuts them into batches.
        make: makes the engine in a worker.
    """

    def __init__(self, config: Ray, name: str, cut: Cut, make: Callable[[], Engine]) -> None:
        self.name, self._cut = name, cut
        self._pool = WorkerPool(config, partial(_load, make), gpus=config.gpus_per_worker)

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        """Answer all requests; every list is one batch.

        Raises:
            InputError, RunError: as the engine in a worker, or `WorkerPool.map`, raises it.
        """
        return self._pool.map(self._cut(requests))

    def free(self) -> None:
        """End the workers; their memory is then free."""
        self._pool.shutdown()


def _load(make: Callable[[], Engine]) -> Callable[[list[Request]], list[Response]]:
    """The engine of one worker, as something that does a batch."""
    return partial(_answer, make())


def _answer(engine: Engine, batch: list[Request]) -> list[Response]:
    return list(chain.from_iterable(engine.generate(batch)))


def cut_for(name: str, generate: Generate, model: Model) -> Cut:
    """How requests to an engine are cut: where it batches them itself, into plain chunks."""
    if name == "vllm":
        return partial(chunks, size=generate.batch_size)
    batching = Batching.of(load_config(model), pick_device(model.device))
    return partial(batching.cut, size=generate.batch_size)


def with_full_paths(model: Model) -> Model:
    """The model for a worker, which may have another working directory."""
    files = {
        key: str(Path(value).expanduser().absolute())
        for key, value in (("id", model.id), ("chat_template", model.chat_template))
        if value is not None and not is_embedded(value) and Path(value).expanduser().exists()
    }
    return model.model_copy(update=files)
