"""A run that is stopped and started again: every start is a fresh process, what it asks is logged.

It is forked from a clean server that has only imported, so that a start costs little; what was
imported is left out of its collections of garbage.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from s3ft.errors import S3FTError
from s3ft.records import Request, Response

RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 12, "max_test": 4},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 160, "batch_size": 8},
    "rungs": {"again": {"prompt": "paraphrase.j2", "n": 2, "max_new_tokens": 80}},
    "ladders": {
        "twice": {
            "rungs": ["self", "paraphrase", "again", "gold"],
            "likelier_than_gold": True,
            "mask": {"perplexity": 2.5},
            "rounds": 2,
        }
    },
    "methods": ["twice", "s3ft"],
    "train": {
        "learning_rate": 1e-3,
        "epochs": 1,
        "batch_size": 8,
        "args": {"per_device_train_batch_size": 8},  # whatever memory is free: it rounds otherwise
    },
    "evaluate": {
        "tasks": "lab",
        "benchmarks": ["lab_facts", "lab_sorting"],
        "limit": 4,
        "apply_chat_template": True,
    },
}

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    [
        "lm_eval.models.huggingface",
        "matplotlib.backends.backend_svg",
        "s3ft.lab",
        "s3ft.pipeline",
        "s3ft.train._step_memory",
        "scipy.stats",
        "transformers.models.llama.modeling_llama",
        "trl.trainer.sft_trainer",
    ]
)


def work(out: str, until: str, log: str, limit: float) -> None:
    """One start of the run, as a process of its own, that dies when its time is up."""
    import torch

    gc.freeze()
    begin = time.process_time()

    def die() -> None:
        while time.process_time() - begin < limit:
            time.sleep(0.002)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=die, daemon=True).start()

    from s3ft.generate import TransformersEngine
    from s3ft.pipeline import run_stages

    torch.set_num_threads(1)
    plain = TransformersEngine.generate

    def logged(self: TransformersEngine, requests: Iterable[Request]) -> Iterator[list[Response]]:
        asked = list(requests)
        with open(log, "a") as handle:
            handle.writelines(f"{request.key}\n" for request in asked)
        return plain(self, asked)

    TransformersEngine.generate = logged  # type: ignore[method-assign]
    try:
        run_stages(RECIPE, (), Path(out), until)  # type: ignore[arg-type]
    except S3FTError as error:
        Path(f"{log}.error").write_text(str(error))
        sys.exit(error.exit_code)
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


class Command:
    """A command of ours as a process, as `subprocess.Popen` has it, forked with all imported."""

    def __init__(
        self, command: Sequence[str], *, stdout: IO[bytes], stderr: int, env: Mapping[str, str]
    ) -> None:
        assert list(command[1:3]) == ["-m", "s3ft"]
        assert stderr == subprocess.STDOUT
        self._process: BaseProcess = SERVER.Process(
            target=_command, args=(list(command[3:]), stdout.name, dict(env))
        )
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode


def _command(arguments: list[str], log: str, env: dict[str, str]) -> None:
    import torch

    from s3ft.cli import run_command

    gc.freeze()
    os.environ.update(env)
    torch.set_num_threads(int(env["OMP_NUM_THREADS"]))
    sys.path += [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]
    with open(log, "ab", buffering=0) as out:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(out.fileno(), stream.fileno())
    sys.exit(run_command(arguments))


FORKED = SimpleNamespace(Popen=Command, STDOUT=subprocess.STDOUT)
"""In place of `subprocess`: a process that has all imported already, which would take longer than
what it does."""
