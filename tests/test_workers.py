"""Workers on a real Ray cluster of this machine: what they do, and what happens when they die."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from s3ft.errors import InputError, RunError
from s3ft.recipe import Ray
from s3ft.workers import WorkerPool, chunks, connect

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")


@pytest.fixture(scope="module")
def _cluster() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        connect(Ray(workers=1))
        yield
    import ray

    ray.shutdown()


def doubling(folder: Path) -> Callable[[list[int]], list[int]]:
    """What a worker makes: it notes each time that it is made, and dies once over a 7."""
    (folder / f"made-{os.getpid()}").touch()

    def double(batch: list[int]) -> list[int]:
        if 7 in batch and not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        with open(folder / "done", "a") as handle:
            handle.write(f"{batch}\n")
        return [2 * number for number in batch]

    return double


def deadly() -> Callable[[list[int]], list[int]]:
    def die(batch: list[int]) -> list[int]:
        os.kill(os.getpid(), signal.SIGKILL)
        return batch

    return die


def wrong() -> Callable[[list[int]], list[int]]:
    raise InputError("model.id", "there is no such model", "Name another.")


@needs_ray
@pytest.mark.slow
@pytest.mark.usefixtures("_cluster")
def test_a_worker_that_dies_costs_only_its_batch(tmp_path: Path) -> None:
    pool: WorkerPool[int, list[int]] = WorkerPool(Ray(workers=2), partial(doubling, tmp_path))
    found = sorted(number for done in pool.map(chunks(range(20), 2)) for number in done)
    assert found == [2 * number for number in range(20)]
    assert (tmp_path / "died").exists()
    batches = (tmp_path / "done").read_text().splitlines()
    assert len(batches) == len(set(batches)) == 10, "a batch that was done was done again"
    assert list(pool.map([[1]])) == [[2]]
    assert len(list(tmp_path.glob("made-*"))) <= 3, "workers were made anew for a second pass"
    pool.shutdown()
    pids = [int(path.name.removeprefix("made-")) for path in tmp_path.glob("made-*")]
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "workers outlive the pool"
        time.sleep(0.1)


@needs_ray
@pytest.mark.slow
@pytest.mark.usefixtures("_cluster")
def test_a_batch_that_always_kills_its_worker_ends_in_a_message() -> None:
    pool: WorkerPool[int, list[int]] = WorkerPool(Ray(workers=1), deadly)
    with pytest.raises(RunError, match="3 workers died over the same batch"):
        list(pool.map([[1]]))
    pool.shutdown()


@needs_ray
@pytest.mark.slow
@pytest.mark.usefixtures("_cluster")
def test_what_is_wrong_in_a_worker_is_said_as_it_is_here() -> None:
    pool: WorkerPool[int, list[int]] = WorkerPool(Ray(workers=1), wrong)
    with pytest.raises(InputError) as caught:
        list(pool.map([[1]]))
    assert str(caught.value) == "model.id: there is no such model\n  Name another."
    pool.shutdown()


def test_without_ray_one_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3ft.workers._cluster.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 's3ft\[ray\]'"):
        connect(Ray(workers=1))


@needs_ray
def test_an_address_without_a_cluster_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    ray.shutdown()
    # It would wait for a minute.
    monkeypatch.setattr(ray, "init", lambda *_, **__: pytest.fail("Ray is asked to join"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(RunError, match=f"no Ray cluster at 127.0.0.1:{port}"):
        WorkerPool(Ray(workers=1, address=f"127.0.0.1:{port}"), deadly).map([[1]]).__next__()
    with pytest.raises(InputError, match="is no address"):
        connect(Ray(workers=1, address="nowhere"))
