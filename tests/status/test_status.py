"""What is told of a run at any time is so, and nothing in it changes for the telling."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from endpoint import Body, prompt_of, serve
from s3ft.errors import InputError, RunError
from s3ft.pipeline import run_stages
from s3ft.status import lines, status

ROWS = 20


@pytest.fixture(autouse=True)
def _alone(quick_retries: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def recipe(url: str, **openai: Any) -> dict[str, Any]:
    rows = [
        {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
        for n in range(ROWS)
    ]
    Path("train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    server = {"url": url, "model": "served", "concurrency": 1, **openai}
    generate = {"engine": "openai", "max_new_tokens": 16, "openai": server}
    methods = ["sft", "ssr", "s3ft"]
    return {
        "data": {"path": "train.jsonl"},
        "judge": {"name": "match"},
        "generate": generate,
        "methods": methods,
    }


def model(body: Body) -> str:
    """Right at once on two of five rows, restated on one more."""
    n = int(prompt_of(body).split("the word of ")[1].split("?")[0])
    right = n % 5 == 3 if "The correct answer is" in prompt_of(body) else n % 5 < 2
    return f"word{n}" if right else "I do not know."


def replayed(tmp_path: Path) -> Path:
    """A run whose mixture is written: half of six rows are solved by responses of a file."""
    Path("rows.jsonl").write_text(
        "".join(
            json.dumps({"id": f"{n}", "prompt": f"{n}?", "completion": f"{n}"}) + "\n"
            for n in range(6)
        )
    )
    Path("said.jsonl").write_text(
        "".join(
            json.dumps({"id": f"{n}", "response": [f"{n - n % 2}", f"{n - n % 2}"]}) + "\n"
            for n in range(6)
        )
    )
    told = {
        "data": {"path": "rows.jsonl"},
        "judge": {"name": "match"},
        "generate": {"engine": "replay", "replay": {"path": "said.jsonl"}},
        "methods": ["ssr"],
    }
    return run_stages(told, (), tmp_path / "run", "select")


def contents(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def stages(run: Path) -> dict[str, tuple[int, int]]:
    return {one.stage: (one.done, one.total) for one in status(run).stages}


def test_a_run_that_is_done_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    run = replayed(tmp_path)
    before = contents(run)
    state = status(run)
    assert contents(run) == before
    assert not state.at_work
    assert state.rows == {"train": 6}
    assert stages(run) == {"generate": (6, 6), "judge": (6, 6), "select": (1, 1)}
    assert state.solved == {"self": 3}
    [verdicts] = state.verdicts
    assert (verdicts.correct, verdicts.incorrect, verdicts.unjudged) == (6, 6, 0)
    assert state.mixture == {"ssr": {"self": 3, "gold": 3}}
    assert state.stage is None
    told = list(lines(state))
    assert told[0] == f"{run}: done"
    assert told[-1] == "remains: nothing"
    assert json.loads(json.dumps(state.to_dict()))["solved"] == {"self": 3}


def test_a_run_that_ran_out_of_its_budget(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serve(model) as server:
        with pytest.raises(RunError):
            run_stages(recipe(server.url, max_requests=8), (), run, "select")
        assert stages(run)["generate"] == (8, ROWS)
        with pytest.raises(RunError):  # twelve more, and half of the twelve restatements
            run_stages(recipe(server.url, max_requests=18), (), run, "select")
        state = status(run)
        assert stages(run) == {"generate": (20, 20), "judge": (8, 20), "select": (0, 3)}
        assert state.waiting == {"paraphrase": 12}
        assert state.solved == {"self": 8, "paraphrase": 0}
        own, restated = state.verdicts
        assert (own.correct, own.incorrect) == (8, 12)
        assert restated.unjudged == 6
        assert "no process works on it" in next(lines(state))
        assert list(lines(state))[-1] == (
            "remains: 12 prompts whose ladder is not at its end, 3 mixtures"
        )
        run_stages(recipe(server.url), (), run, "select")
    assert stages(run) == {"generate": (20, 20), "judge": (20, 20), "select": (3, 3)}
    assert status(run).solved == {"self": 8, "paraphrase": 4}


@pytest.mark.slow
def test_while_another_process_works_on_it(tmp_path: Path) -> None:
    """The fifth answer does not come before the state was told."""
    run, told = tmp_path / "run", threading.Event()

    def slow(body: Body) -> str:
        if "of 5?" in prompt_of(body):
            told.wait(60)
        return model(body)

    with serve(slow) as server:
        Path("recipe.json").write_text(json.dumps(recipe(server.url)))
        command = [sys.executable, "-m", "s3ft", "select", "recipe.json", "--out", str(run)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as working:
            try:
                deadline = time.monotonic() + 120
                while time.monotonic() < deadline:
                    try:
                        state = status(run)
                    except InputError:
                        time.sleep(0.2)
                        continue
                    if state.stages[0].done == 5:
                        break
                    time.sleep(0.05)
            finally:
                told.set()
            assert state.at_work
            assert stages(run)["generate"][1] == ROWS
            assert "a process works on it" in next(lines(state))
            _, errors = working.communicate(timeout=120)
            assert working.returncode == 0, errors
    assert not status(run).at_work
    assert stages(run)["select"] == (3, 3)


def test_a_look_does_not_refuse_a_start(tmp_path: Path) -> None:
    run = replayed(tmp_path)
    with open(run / ".lock") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        threading.Timer(0.2, fcntl.flock, (handle, fcntl.LOCK_UN)).start()
        run_stages(str(run / "recipe.yaml"), (), run, "select")


def test_a_run_that_stopped_itself(tmp_path: Path) -> None:
    with serve(lambda body: "") as server, pytest.raises(InputError):
        run_stages(recipe(server.url), (), tmp_path / "run", "select")
    state = status(tmp_path / "run")
    assert state.stopped == "train"
    assert "stopped itself by its answers to train rows" in next(lines(state))


KILLED = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("DELETE FROM verdicts")
for n in range(5000):
    db.execute("INSERT INTO metadata VALUES (?, ?)", (f"x{n}", "x" * 2000))
os._exit(1)
"""


def test_what_a_killed_process_left_is_taken_back_in_a_copy(tmp_path: Path) -> None:
    run = replayed(tmp_path)
    subprocess.run([sys.executable, "-c", KILLED, str(run / "run.sqlite")], check=False)
    assert (run / "run.sqlite-journal").stat().st_size, "there is nothing to take back"
    before = contents(run)
    assert status(run).solved == {"self": 3}
    assert contents(run) == before


def test_where_there_is_no_run_or_none_yet(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no run here"):
        status(tmp_path / "absent")
    run = replayed(tmp_path)
    (run / "recipe.yaml").unlink()
    with pytest.raises(InputError, match="there is no run here"):
        status(run)
    with open(run / ".lock") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="a run is beginning here"):
            status(run)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    run = replayed(tmp_path)
    (run / "run.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(RunError, match=str(run)):
        status(run)


def test_models_and_scores_of_a_run_with_a_model(tmp_path: Path) -> None:
    """Nothing is trained here: a checkpoint is what the trainer would have left."""
    told = {
        "model": {"id": "lab"},
        "data": {"path": "lab", "name": "math", "test": "test", "max_train": 4, "max_test": 3},
        "judge": {"name": "math"},
        "methods": ["sft"],
        "seeds": [0, 1],
        "evaluate": {"tasks": "lab", "benchmarks": ["lab_facts"]},
    }
    run = run_stages(told, (), tmp_path / "run", "select")
    checkpoint = run / "models/sft-seed1.partial/abc/checkpoints/checkpoint-30"
    checkpoint.mkdir(parents=True)
    state = {"global_step": 30, "max_steps": 90}
    (checkpoint / "trainer_state.json").write_text(json.dumps(state))
    (run / "models/sft-seed0").mkdir()
    found = status(run)
    assert found.models == {
        "sft-seed0": {"trained": True},
        "sft-seed1": {"trained": False, "step": 30, "steps": 90},
    }
    assert stages(run) == {
        "select": (1, 1),
        "train": (1, 2),
        "evaluate": (0, 6),
        "report": (0, 1),
    }
    assert found.missing["base"] == ["target", "lab_facts"]
    assert "train: 1 of 2 models, sft-seed1 was at step 30 of 90" in list(lines(found))


@pytest.mark.slow
def test_models_on_the_way_and_general_rows(tmp_path: Path) -> None:
    general = tmp_path / "general.jsonl"
    general.write_text('{"prompt": "Say hello.", "completion": "Hello."}\n' * 4)
    told = {
        "model": {"id": "lab"},
        "data": {
            "path": "lab",
            "name": "math",
            "test": "test",
            "max_train": 4,
            "max_test": 3,
            "replay": {"path": str(general), "share": 0.2},
        },
        "judge": {"name": "math"},
        "methods": ["sft"],
        "train": {"epochs": 2, "batch_size": 1, "keep_checkpoints": 1},
        "evaluate": {"checkpoints": True},
    }
    run = run_stages(told, (), tmp_path / "run", "train")
    found = status(run)
    assert found.rows == {"train": 4, "replay": 1, "test": 3}
    assert found.mixture == {"sft": {"gold": 4, "replay": 1}}
    assert found.models == {"sft-seed0": {"trained": True, "kept": [5]}}
    assert stages(run)["evaluate"] == (0, 3)  # the base, the one on the way, the last
    assert list(found.missing) == ["base", "sft-seed0-step5", "sft-seed0"]
    assert "train: 1 of 1 models, 1 kept on the way" in list(lines(found))
    run_stages(told, (), run, "report")
    assert status(run).measured == {
        "base": ["target"],
        "sft-seed0-step5": ["target"],
        "sft-seed0": ["target"],
    }
    assert list(lines(status(run)))[-1] == "remains: nothing"


def test_it_needs_no_torch(tmp_path: Path) -> None:
    run = replayed(tmp_path)
    code = "import sys; from s3ft.cli import run_command as run; run(sys.argv[1:]); "
    code += "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    command = [sys.executable, "-c", code, "status", str(run)]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_a_run_that_cannot_be_written_can_be_looked_at(tmp_path: Path) -> None:
    run = replayed(tmp_path)
    copied = shutil.copytree(run, tmp_path / "copied")
    for path in [copied, *copied.rglob("*")]:
        os.chmod(path, 0o555 if path.is_dir() else 0o444)
    try:
        assert status(copied).solved == {"self": 3}
    finally:
        for path in [copied, *copied.rglob("*")]:
            os.chmod(path, 0o755)
