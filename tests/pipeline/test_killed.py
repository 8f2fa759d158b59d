"""A run that is killed at random moments comes out as one that was not.

Every start is a fresh process (forked from a clean server that has only imported), killed with
SIGKILL after a random amount of processor time, which, unlike time on the clock, a busy machine
does not stretch. Which requests each start asked the model is written to a log before
they are answered, so that a finished generation asked for again is seen.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from s3ft.records import Request, Response

KILLS = {"generate": 4, "judge": 6, "select": 4, "train": 4, "evaluate": 6, "report": 2}

RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 40, "max_test": 12},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 160, "batch_size": 8},
    "methods": ["ssr", "s3ft"],
    "train": {"learning_rate": 1e-3, "epochs": 1, "batch_size": 8},
    "evaluate": {
        "tasks": "lab",
        "benchmarks": ["lab_facts", "lab_sorting"],
        "limit": 8,
        "apply_chat_template": True,
    },
}

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    ["torch", "transformers", "trl", "peft", "lm_eval", "s3ft.pipeline", "s3ft.lab"]
)


def work(out: str, until: str, log: str, limit: float) -> None:
    """One start of the run, as a process of its own, that dies when its time is up."""
    import torch

    begin = time.process_time()

    def die() -> None:
        while time.process_time() - begin < limit:
            time.sleep(0.002)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=die, daemon=True).start()

    from s3ft.generate import Transformers
    from s3ft.pipeline import run_stages

    torch.set_num_threads(1)
    plain = Transformers.generate

    def logged(self: Transformers, requests: Iterable[Request]) -> Iterator[list[Response]]:
        asked = list(requests)
        with open(log, "a") as handle:
            handle.writelines(f"{request.key}\n" for request in asked)
        return plain(self, asked)

    Transformers.generate = logged  # type: ignore[method-assign]
    run_stages(RECIPE, (), Path(out), until)  # type: ignore[arg-type]
    Path(f"{log}.seconds").write_text(str(time.process_time() - begin))


def finished(out: Path) -> set[str]:
    """The keys of the responses that are stored."""
    if not (out / "run.sqlite").exists():
        return set()
    with sqlite3.connect(out / "run.sqlite") as db:
        try:
            return {key for (key,) in db.execute("SELECT key FROM responses")}
        except sqlite3.OperationalError:
            return set()


def start(out: Path, until: str, log: Path, limit: float = math.inf) -> int | None:
    """The exit code of one start."""
    log.write_text("")
    process = SERVER.Process(target=work, args=(str(out), until, str(log), limit))
    process.start()
    process.join()
    return process.exitcode


def artefacts(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted((out / "mixture").rglob("*"))
        if path.is_file()
    }


def scores(out: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(out / "run.sqlite") as db:
        return db.execute("SELECT * FROM scores ORDER BY model, task, metric, item").fetchall()


@pytest.mark.slow
def test_killed_in_every_stage_it_comes_out_the_same(tmp_path: Path) -> None:
    rng = random.Random(20250212)
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "asked.log"
    took: dict[str, float] = {}
    for stage in KILLS:
        assert start(whole, stage, log) == 0, stage
        took[stage] = float(Path(f"{log}.seconds").read_text())

    deaths = dict.fromkeys(KILLS, 0)
    for stage, kills in KILLS.items():
        # The early deaths first: a start that lives finishes the stage, and later ones do nothing.
        limits = sorted(rng.uniform(0.05, 0.6) * took[stage] for _ in range(kills))
        for limit in [*limits, math.inf]:
            before = finished(killed)
            code = start(killed, stage, log, limit)
            assert code in (0, -signal.SIGKILL), stage
            deaths[stage] += code != 0
            assert not before & set(log.read_text().split()), "a finished generation was repeated"
        assert code == 0, stage

    assert min(deaths.values()) >= 1, deaths
    assert sum(deaths.values()) >= sum(KILLS.values()) // 2, deaths
    assert artefacts(killed) == artefacts(whole)
    assert artefacts(whole), "there is a mixture to compare"
    assert scores(killed) == scores(whole)
    reports = [json.loads((out / "report.json").read_text()) for out in (whole, killed)]
    for part in ("results", "mixture"):
        assert reports[0][part] == reports[1][part]
