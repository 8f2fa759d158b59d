"""A judge spread over a Ray cluster: every worker has one, and judges batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from ..records import Case, Verdict
from ..workers import WorkerPool, chunks
from ._base import Judge

if TYPE_CHECKING:
    from ..recipe import Ray

BATCH = 64
"""Cases that a worker judges at once."""


def on_ray(config: Ray, make: Callable[[], Judge]) -> Judge:
    """The judge that ``make`` makes, in the workers of a cluster, which `close` ends.

    It must decide each case by itself, and keep nothing: see `Judges.is_stateless`.
    """
    return _RayJudge(config, make)


class _RayJudge:
    def __init__(self, config: Ray, make: Callable[[], Judge]) -> None:
        self._pool: WorkerPool[Case, list[Verdict]] = WorkerPool(config, partial(_made, make))

    def __call__(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        return chain.from_iterable(self._pool.map(chunks(cases, BATCH)))

    def close(self) -> None:
        self._pool.shutdown()


def _made(make: Callable[[], Judge]) -> Callable[[list[Case]], list[Verdict]]:
    judge = make()
    return lambda cases: list(judge(cases))
