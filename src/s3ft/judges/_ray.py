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
    """The judge that ``make`` makes, in the workers of a cluster; they end with it.

    It must decide each case by itself, and keep nothing: see `Judges.is_stateless`.
    """
    pool: WorkerPool[Case, list[Verdict]] = WorkerPool(config, partial(_made, make))

    def judge(cases: Iterable[Case]) -> Iterator[Verdict]:
        return chain.from_iterable(pool.map(chunks(cases, BATCH)))

    return judge


def _made(make: Callable[[], Judge]) -> Callable[[list[Case]], list[Verdict]]:
    judge = make()
    return lambda cases: list(judge(cases))
