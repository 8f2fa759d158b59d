"""A run over a Ray cluster makes the mixture of a run without."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from restarts import finished
from s3ft.pipeline import run_stages
from s3ft.recipe import Ray
from s3ft.workers import WorkerPool

pytestmark = [
    pytest.mark.slow,
    pytest.mark.longest,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
]

RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "math", "max_train": 12},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 96, "batch_size": 4},
    "methods": ["s3ft"],
}


WITH_MODEL = 2**28
"""Bytes that a worker has which loaded a model, and none that only judges."""


def mixture(out: Path, **changes: Any) -> dict[str, bytes]:
    """The files of a run's mixture."""
    run_stages({**RECIPE, **changes}, (), out, "select")
    files = {p.name: p.read_bytes() for p in sorted((out / "mixture" / "s3ft").iterdir())}
    assert b'"source": "self"' in files["train.jsonl"], "some answers of the model's own"
    return files


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Without Ray, with one thread, as many as Ray gives a worker."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    files = mixture(tmp_path_factory.mktemp("plain") / "run")
    torch.set_num_threads(threads)
    return files


@pytest.fixture(autouse=True)
def _own_cluster() -> Iterator[None]:
    yield
    import ray

    ray.shutdown()


@contextmanager
def killer() -> Iterator[list[int]]:
    """Kills one worker that answers in the middle of its work, once."""
    killed: list[int] = []
    ended = threading.Event()

    def kill() -> None:
        while not ended.wait(0.05):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    works = any("_Worker.run" in word for word in process.cmdline())  # Ray says so
                    if works and process.memory_info().rss > WITH_MODEL:
                        time.sleep(0.2)
                        process.kill()
                        killed.append(process.pid)
                        return

    thread = threading.Thread(target=kill)
    thread.start()
    yield killed
    ended.set()
    thread.join()


def test_two_workers_make_the_same_mixture_also_when_one_is_killed(
    plain: dict[str, bytes], tmp_path: Path
) -> None:
    with killer() as killed:
        found = mixture(tmp_path / "run", ray={"workers": 2})
    assert killed, "nobody was killed"
    assert found == plain


def test_two_nodes_make_the_same_mixture(plain: dict[str, bytes], tmp_path: Path) -> None:
    import ray
    from ray.cluster_utils import Cluster

    def here() -> Callable[[list[int]], str]:
        return lambda batch: str(ray.get_runtime_context().get_node_id())

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        cluster.add_node(num_cpus=1)
        config = {"address": cluster.address, "workers": 2}
        found = mixture(tmp_path / "run", ray=config)
        for _ in range(20):  # Ray spreads workers as well as it can, which may be over one node
            nodes: set[str] = set()
            pool: WorkerPool[int, str] = WorkerPool(Ray.model_validate(config), here)
            end = time.monotonic() + 5
            while len(nodes) < 2 and time.monotonic() < end:  # until both have started
                nodes |= set(pool.map([[1], [2]]))
            pool.shutdown()
            if len(nodes) == 2:
                break
        assert nodes == {node["NodeID"] for node in ray.nodes()}
        assert found == plain
    finally:
        ray.shutdown()
        cluster.shutdown()


def test_killed_over_a_cluster_it_goes_on_without_one(
    plain: dict[str, bytes], tmp_path: Path
) -> None:
    out, recipe = tmp_path / "run", tmp_path / "recipe.json"
    recipe.write_text(json.dumps({**RECIPE, "ray": {"workers": 2}}))
    command = [sys.executable, "-m", "s3ft", "select", str(recipe), "--out", str(out)]
    with subprocess.Popen(command) as driver:
        while len(finished(out)) == 0:
            assert driver.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        left = psutil.Process(driver.pid).children(recursive=True)
        driver.kill()
    before = len(finished(out))
    assert before % 4 == 0, "a batch was stored in part"
    assert before < 12 + 7, "it was killed too late"
    assert mixture(out) == plain
    deadline = time.monotonic() + 60
    while any(alive(process) for process in left):
        assert time.monotonic() < deadline, "the cluster outlives its driver"
        time.sleep(0.1)


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
