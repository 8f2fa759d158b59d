"""Workers on a Ray cluster: batches go out, what comes of them comes back, in any order.

The workers are plain actors, not those of Ray Data. Ray Data makes its actors anew for every pass
over a data set, so the model would be loaded again for each round of samples; it holds the rows in
Arrow blocks of its own cut, and a batch that kills its actor goes back to that same actor, by
default without end. Here the workers live until `Crew.free`, a batch goes out as it was cut, and
the batch of a worker that died goes to whoever is free. A new worker gets none before it is ready,
so one for which the cluster has no room keeps nobody waiting.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .errors import InputError, RunError, S3FTError
from .progress import console

if TYPE_CHECKING:
    from .recipe import Ray

Item = TypeVar("Item")
Done = TypeVar("Done")

DEATHS = 3
"""So many workers in a row may die over a batch, or before they are ready."""

PATIENCE = 60.0
"""Seconds without any news after which the user is told, and for which an end is waited for."""

REACH = 10.0
"""Seconds within which the head of a cluster must take a connection."""

STORE = 128 * 2**20
"""Bytes of shared memory for a cluster on this machine: batches are small."""


@dataclass(slots=True)
class _Task(Generic[Item]):
    batch: list[Item]
    deaths: int = 0


class _Worker:
    """The actor. It loads in a method, not in its constructor, whose errors Ray wraps in text."""

    def start(self, make: Callable[[], Callable[[list[Any]], Any]]) -> None:
        self._work = make()

    def do(self, batch: list[Any]) -> Any:
        return self._work(batch)

    def stop(self) -> None:
        """Let go of what was made, and with it of the processes that it started."""
        del self._work
        gc.collect()


class Crew(Generic[Item, Done]):
    """Workers that each make something once, and then do batches with it.

    They are hired with the first batch. Ray moves what is sent by pickle, between processes of
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
        self._starting: dict[Any, Any] = {}  # the call of start -> the worker
        self._lost = 0  # workers in a row that died before they were ready

    def map(self, batches: Iterable[list[Item]]) -> Iterator[Done]:
        """Do all batches; each is taken when a worker is free for it.

        Raises:
            InputError, RunError: as a worker raised it; or workers died again and again.
        """
        connect(self._config)
        import ray

        coming = (_Task(batch) for batch in batches)
        again: deque[_Task[Item]] = deque()
        busy: dict[Any, tuple[Any, _Task[Item]]] = {}
        finished: list[Done] = []
        self._hire(self._config.workers - len(self._idle) - len(self._starting))
        try:
            while True:
                left = True
                while left and self._idle:
                    task = again.popleft() if again else next(coming, None)
                    if left := task is not None:
                        worker = self._idle.pop()
                        busy[worker.do.remote(task.batch)] = worker, task
                yield from finished  # while the workers go on
                finished.clear()
                if not left and not busy:
                    return
                ended, _ = ray.wait([*busy, *self._starting], timeout=PATIENCE)
                if not ended and not busy:
                    console.print(f"waiting for a worker; the cluster has {connect(self._config)}")
                for call in ended:  # one at most: nothing is lost where another has failed
                    if call not in busy:
                        self._begin(call)
                        continue
                    worker, task = busy.pop(call)
                    if self._ended_well(call, worker, finished.append):
                        self._idle.append(worker)
                        continue
                    task.deaths += 1
                    if task.deaths == DEATHS:
                        raise _dying(f"{DEATHS} workers died over the same batch")
                    again.append(task)
                    self._hire(1)
        finally:
            if busy:  # nobody waits for it any more
                for worker, _ in busy.values():
                    ray.kill(worker)

    def free(self) -> None:
        """End the workers; their memory is then free."""
        workers = [*self._idle, *self._starting.values()]
        if not workers:
            return
        import ray

        stopping = [worker.stop.remote() for worker in workers]
        ray.wait(stopping, num_returns=len(stopping), timeout=PATIENCE)
        for worker in workers:
            ray.kill(worker)
        self._idle, self._starting = [], {}

    def _hire(self, number: int) -> None:
        import ray

        # Without GPUs the defaults count a CPU to place a worker by, but leave none taken: those
        # who answer and those who judge take turns on the same ones.
        needs = {"num_cpus": 0, "num_gpus": self._gpus} if self._gpus else {}
        kind = ray.remote(_Worker).options(scheduling_strategy="SPREAD", **needs)
        for _ in range(number):
            worker = kind.remote()
            try:
                self._starting[worker.start.remote(self._make)] = worker
            except TypeError as error:
                remedy = "Define it in a module that the workers can import."
                raise InputError("ray", f"cannot be sent to a worker: {error}", remedy) from None

    def _begin(self, call: Any) -> None:
        """Take up a worker that has started, or another for one that could not."""
        worker = self._starting.pop(call)
        if self._ended_well(call, worker, lambda nothing: None):
            self._idle.append(worker)
            self._lost = 0
            return
        self._lost += 1
        if self._lost == DEATHS * self._config.workers:
            raise _dying("workers die before they are ready")
        self._hire(1)

    @staticmethod
    def _ended_well(call: Any, worker: Any, take: Callable[[Any], object]) -> bool:
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


def connect(config: Ray) -> str:
    """Join the cluster, once in a process, or start one on this machine; what it has, in words.

    Raises:
        InputError: Ray is not installed, or the address is none.
        RunError: there is no cluster at the address, or it cannot be joined.
    """
    if find_spec("ray") is None:
        raise InputError("ray", "Ray is not installed", "pip install 's3ft[ray]'; or remove `ray`.")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    # A worker without GPUs is to see none. Ray does so, but says at each start that it will not.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "1")
    import ray

    if not ray.is_initialized():
        _join(config.address or os.environ.get("RAY_ADDRESS") or "local")
    there = ray.cluster_resources()
    return f"{there.get('CPU', 0):g} CPUs, {there.get('GPU', 0):g} GPUs"


def _join(address: str) -> None:
    import ray

    own: dict[str, Any] = {}
    if address == "local":  # it listens on no network
        own = {"_node_ip_address": "127.0.0.1", "object_store_memory": STORE}
        own["include_dashboard"] = False
    elif address != "auto":
        _see(address)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **own)
    except Exception as error:  # such as a bare one, where a node takes too long to start
        reason = " ".join(str(error).split())[:300]
        raise RunError(
            f"ray.address: the Ray cluster ({address}) cannot be joined: {reason}"
        ) from None


def _see(address: str) -> None:
    """See that somebody listens: Ray itself would wait for a minute, then end the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        remedy = "Give the head's host:port, as `ray start --head` shows it, or auto."
        raise InputError("ray.address", f"{address!r} is no address", remedy)
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACH).close()
    except OSError as error:
        raise RunError(
            f"ray.address: there is no Ray cluster at {address}: {error}\n"
            "  Start one (ray start --head), or correct the address; the same command goes on."
        ) from None


def _dying(what: str) -> RunError:
    return RunError(
        f"ray: {what}; Ray's logs tell why (on the nodes, /tmp/ray/session_latest/logs). If memory"
        " is short: fewer ray.workers to a node, or a lower generate.batch_size.\n"
        "  Called again, the same command goes on after what it stored."
    )
