"""A run whose answers come from vLLM: killed, gone on with, measured with adapters."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from vllm_here import ARGS, needs_vllm, processes

pytestmark = [pytest.mark.slow, needs_vllm]

RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 150, "max_test": 24},
    "judge": {"name": "math"},
    "generate": {"engine": "vllm", "max_new_tokens": 160, "vllm": {"args": ARGS}},
    "methods": ["s3ft"],
    "train": {"learning_rate": 1e-3, "epochs": 0.1, "batch_size": 8},
    "evaluate": {
        "tasks": "lab",
        "benchmarks": ["lab_facts"],
        "limit": 8,
        "apply_chat_template": True,
    },
}


def query(out: Path, sql: str) -> list[Any]:
    with sqlite3.connect(out / "run.sqlite") as db:
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []


def test_a_run_that_is_killed_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.json", tmp_path / "run"
    recipe.write_text(json.dumps(RECIPE))
    count = "SELECT count(*) FROM responses"

    def start(until: str, *changes: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "s3ft", until, str(recipe), *changes, "--out", str(out)]
        return subprocess.Popen(command)

    run = start("generate")
    while not (out / "run.sqlite").exists() or query(out, count) in ([], [(0,)]):
        assert run.poll() is None
        time.sleep(0.01)
    told = subprocess.run(["pgrep", "-P", str(run.pid)], capture_output=True, text=True)
    groups = [int(pid) for pid in told.stdout.split()]
    run.kill()
    run.wait()
    [(before,)] = query(out, count)
    assert 0 < before < 150, "killed in the middle"
    deadline = time.monotonic() + 60
    while any(map(processes, groups)):
        assert time.monotonic() < deadline, "vLLM outlived the run"
        time.sleep(0.1)
    assert start("evaluate").wait() == 0
    assert query(out, "SELECT DISTINCT engine FROM responses") == [("vllm",)]
    [(stored,)] = query(out, count)
    [(made,)] = query(out, "SELECT sum(rows) FROM spent WHERE stage = 'generate'")
    assert made == stored, "a finished request was repeated"
    asked_of = dict(query(out, "SELECT source, count(*) FROM candidates GROUP BY source"))
    assert asked_of["self"] == 150
    assert asked_of["base"] == asked_of["s3ft-seed0"] == 24
    scored = query(out, "SELECT DISTINCT model, task FROM scores ORDER BY model, task")
    tasks = ("lab_facts", "target")
    assert scored == [(model, task) for model in ("base", "s3ft-seed0") for task in tasks]
