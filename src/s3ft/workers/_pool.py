"""A pool of workers on a Ray cluster that live from the first batch to the end.

The workers are plain actors, not those of Ray Data. Ray Data makes its actors anew for every pass
over a data set, so the model would be loaded again for each round of samples; it holds the rows in
Arrow blocks of its own cut, and a batch that kills its actor goes back to that same actor, by
default without end. Here the workers live until `WorkerPool.shutdown`, a batch goes out as it was
cut, and the batch of a worker that died goes to whichever is idle. A new worker gets none before it
is ready, so one for which the cluster has no resources keeps nobody waiting.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import InputError, RunError, S3FTError
from ..progress import console
from ._cluster import connect

if TYPE_CHECKING:
    from ..recipe import Ray

Item = TypeVar("Item")
Done = TypeVar("Done")

MAX_DEATHS = 3
"""So many workers in a row may die over a batch, or before they are ready."""

WAIT_TIMEOUT = 60.0
"""Seconds without any news after which the user is told, and for which an end is waited for."""


@dataclass(slots=True)
class _Task(Generic[Item]):
    batch: list[Item]
    deaths: int = 0


class _Worker:
    """The actor. It loads in a method, not in its constructor, whose errors Ray wraps in text."""

    def setup(self, make: Callable[[], Callable[[list[Any]], Any]]) -> None:
        self._work = make()

    def run(self, batch: list[Any]) -> Any:
        return self._work(batch)

    def teardown(self) -> None:
        """Let go of what was made, and with it of the processes that it started."""
        del self._work
        gc.collect()


class WorkerPool(Generic[Item, Done]):
    """Workers that each make something once, and then do batches with it.

    They are started with the first batch. Ray moves what is sent by pickle, between processes of
    the same user; what it cannot move is refused.

    Args:
        make: called in each worker; what it returns does a batch.
        gpus: of each worker.
    """

    def __init__(
        self, config: Ray, make: Callable[[], Callable[[list[Item]], Done]], *, gpus: float = 0
    ) -> None:
        self._config, self._make, self._gpus = config, make, gpus
        self._idle: list[Any] = []
        self._starting: dict[Any, Any] = {}  # the call of setup -> the worker
        self._lost = 0  # workers in a row that died before they were ready

    def map(self, batches: Iterable[list[Item]]) -> Iterator[Done]:
        """Do all batches; each is taken when a worker is free for it.

        Raises:
            InputError, RunError: as a worker raised it; or workers died again and again.
        """
        connect(self._config)
        import ray

        new = (_Task(batch) for batch in batches)
        retries: deque[_Task[Item]] = deque()
        busy: dict[Any, tuple[Any, _Task[Item]]] = {}
        finished: list[Done] = []
        self._start_workers(self._config.workers - len(self._idle) - len(self._starting))
        try:
            while True:
                more = True
                while more and self._idle:
                    task = retries.popleft() if retries else next(new, None)
                    if more := task is not None:
                        worker = self._idle.pop()
                        busy[worker.run.remote(task.batch)] = worker, task
                yield from finished  # while the workers go on
                finished.clear()
                if not more and not busy:
                    return
                ended, _ = ray.wait([*busy, *self._starting], timeout=WAIT_TIMEOUT)
                if not ended and not busy:
                    console.print(f"waiting for a worker; the cluster has {connect(self._config)}")
                for call in ended:  # one at most: nothing is lost where another has failed
                    if call not in busy:
                        self._take_started(call)
                        continue
                    worker, task = busy.pop(call)
                    if self._succeeded(call, worker, finished.append):
                        self._idle.append(worker)
                        continue
                    task.deaths += 1
                    if task.deaths == MAX_DEATHS:
                        raise _workers_died(f"{MAX_DEATHS} workers died over the same batch")
                    retries.append(task)
                    self._start_workers(1)
        finally:
            if busy:  # nobody waits for it any more
                for worker, _ in busy.values():
                    ray.kill(worker)

    def shutdown(self) -> None:
        """End the workers; their memory is then free."""
        workers = [*self._idle, *self._starting.values()]
        if not workers:
            return
        import ray

        stopping = [worker.teardown.remote() for worker in workers]
        ray.wait(stopping, num_returns=len(stopping), timeout=WAIT_TIMEOUT)
        for worker in workers:
            ray.kill(worker)
        self._idle, self._starting = [], {}

    def _start_workers(self, number: int) -> None:
        import ray

        # Without GPUs the defaults count a CPU to place a worker by, but leave none taken: those
        # who answer and those who judge take turns on the same ones.
        needs = {"num_cpus": 0, "num_gpus": self._gpus} if self._gpus else {}
        kind = ray.remote(_Worker).options(scheduling_strategy="SPREAD", **needs)
        for _ in range(number):
            worker = kind.remote()
            try:
                self._starting[worker.setup.remote(self._make)] = worker
            except TypeError as error:
                remedy = "Define it in a module that the workers can import."
                raise InputError("ray", f"cannot be sent to a worker: {error}", remedy) from None

    def _take_started(self, call: Any) -> None:
        """Use a worker that has started, or start another for one that could not."""
        worker = self._starting.pop(call)
        if self._succeeded(call, worker, lambda nothing: None):
            self._idle.append(worker)
            self._lost = 0
            return
        self._lost += 1
        if self._lost == MAX_DEATHS * self._config.workers:
            raise _workers_died("workers die before they are ready")
        self._start_workers(1)

    @staticmethod
    def _succeeded(call: Any, worker: Any, take: Callable[[Any], object]) -> bool:
        """Hand on what a call returned; False where the worker was lost."""
        import ray
        from ray.exceptions import RayError, RaySystemError, RayTaskError

        try:
            take(ray.get(call))
        except RayTaskError as error:  # the work's own error, not the worker's
            if isinstance(error.cause, S3FTError):
                raise error.cause from None
            if isinstance(error.cause, RaySystemError):  # such as a module that is not there
                reason = str(error.cause).strip().splitlines()[-1]
                remedy = "Every node needs s3ft, your own judges, and all libraries, as here."
                raise InputError(
                    "ray", f"a worker cannot take its work: {reason}", remedy
                ) from None
            raise
        except RayError:
            ray.kill(worker)  # perhaps it only cannot be reached
            return False
        return True


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` items, in order; the last may be shorter."""
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


def _workers_died(what: str) -> RunError:
    return RunError(
        f"ray: {what}; Ray's logs tell why (on the nodes, /tmp/ray/session_latest/logs). If memory"
        " is short: fewer ray.workers to a node, or a lower generate.batch_size.\n"
        "  Called again, the same command goes on after what it stored."
    )
