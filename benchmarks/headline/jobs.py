"""One run of the headline benchmark as a process, and many of them side by side.

A job's folder is a run directory of `s3ft`, its recipe beside it as `<folder>.yaml` and its output
as `<folder>.log`. It may begin as a copy of another, so that what does not hang on the training is
made once: answers, verdicts, mixtures, the base's scores. Runs are processes of their own, so that
several can share the machine; one that was stopped goes on where it was.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from s3ft.atomic import atomic_folder
from s3ft.errors import InputError, RunError
from s3ft.progress import progress
from s3ft.recipe import Recipe, load

POLL = 1.0
"""Seconds between two looks at the processes."""

TAIL = 15
"""Lines of a failed run's output that are shown."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run: its folder, its recipe, and the command that makes it (``run`` or ``select``).

    ``origin`` is the folder of the run that it begins as a copy of, if there is one; ``names`` what
    its methods are called where they are compared, if not as in the recipe. ``program`` is what
    Python starts, with s3ft's own command line.
    """

    path: Path
    recipe: Recipe
    until: str
    target: str
    rate: float
    origin: Path | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "s3ft")

    @property
    def units(self) -> int:
        """Models to train and to measure; a selection takes about as long as one of both."""
        models = len(self.recipe.methods) * len(self.recipe.seeds)
        return 2 if self.until == "select" else 2 * models + 1

    def done(self) -> int:
        """The units that are there."""
        if not self._covered():
            return 0
        if self.until == "select":
            made = all((self.path / "mixture" / m).is_dir() for m in self.recipe.methods)
            return self.units if made else 0
        labels = [f"{m}-seed{s}" for m in self.recipe.methods for s in self.recipe.seeds]
        trained = sum((self.path / "models" / label).is_dir() for label in labels)
        tasks = ["target", *self.recipe.evaluate.benchmarks]
        found = _scored(self.path / "run.sqlite")
        return trained + sum(all((m, t) in found for t in tasks) for m in ["base", *labels])

    def _covered(self) -> bool:
        """Whether the run that is there, if any, is this one, or this one with more in it."""
        try:
            stored, wanted = load(self.path / "recipe.yaml").model_dump(), self.recipe.model_dump()
        except InputError:
            return False
        for key in ("methods", "seeds"):
            if not set(wanted[key]) <= set(stored[key]):
                return False
            stored[key] = wanted[key]
        stored["model"]["date"] = wanted["model"]["date"]  # the day on which it began
        return bool(stored == wanted)

    def start(self, threads: int) -> subprocess.Popen[bytes]:
        """Begin or resume it in a process of its own."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        recipe = self.path.with_name(f"{self.path.name}.yaml")
        recipe.write_text(self.recipe.to_yaml(), encoding="utf-8")
        if not self.path.exists() and self.origin is not None:
            _fork(self.origin, self)
        command = [sys.executable, *self.program, self.until, str(recipe), "--out", str(self.path)]
        with open(self.path.with_name(f"{self.path.name}.log"), "ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"OMP_NUM_THREADS": str(threads), **os.environ},
            )


def _fork(origin: Path, job: Job) -> None:
    """Begin a run as a copy of another, without what that one has of its own models."""
    with atomic_folder(job.path) as partial:
        for name in ("run.sqlite", "environment.json"):
            shutil.copy2(origin / name, partial)
        shutil.copytree(origin / "mixture", partial / "mixture")
        (partial / "recipe.yaml").write_text(job.recipe.to_yaml(), encoding="utf-8")
        with closing(sqlite3.connect(partial / "run.sqlite")) as database, database:
            database.execute("DELETE FROM scores WHERE model != 'base'")
            database.execute("DELETE FROM spent WHERE source LIKE '%-seed%'")
            for table in ("candidates", "verdicts"):
                database.execute(f"DELETE FROM {table} WHERE split = 'test' AND source != 'base'")


def _scored(path: Path) -> set[tuple[str, str]]:
    """The models and tasks that have scores, read beside a process that may be writing."""
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as database:
            return set(database.execute("SELECT DISTINCT model, task FROM scores"))
    except sqlite3.OperationalError:  # locked for a moment, or not there yet
        return set()


def execute(title: str, jobs: Iterable[Job], workers: int) -> None:
    """Do the jobs that are not done, ``workers`` at once, and show the time left.

    Raises:
        RunError: one of them failed; the others were stopped, and go on when called again.
    """
    waiting = [job for job in jobs if job.done() < job.units]
    threads = max(1, (os.cpu_count() or 1) // workers)
    counted = {job.path: job.done() for job in waiting}
    running: dict[Path, tuple[Job, subprocess.Popen[bytes]]] = {}
    with progress(title, sum(job.units - counted[job.path] for job in waiting)) as tick:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    job = waiting.pop(0)
                    running[job.path] = job, job.start(threads)
                time.sleep(POLL)
                for path, (job, process) in list(running.items()):
                    code = process.poll()
                    if code is not None:
                        del running[path]
                        _check(job, code)
                    now = max(job.done(), counted[path])
                    if now > counted[path]:
                        tick(now - counted[path], note=str(path))
                        counted[path] = now
        finally:
            for _, process in running.values():
                process.terminate()
            for _, process in running.values():
                process.wait()


def _check(job: Job, code: int) -> None:
    if code == 0 and job.done() == job.units:
        return
    log = job.path.with_name(f"{job.path.name}.log")
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
    raise RunError(f"{job.path} failed with code {code}; the end of {log}:\n" + "\n".join(lines))
