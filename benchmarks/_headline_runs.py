"""The runs of the headline benchmark: their recipes, their order, and what they measured.

    OUT/data/                            the world's rows as JSONL, and what tells the world
    OUT/suite/<split>/                   the general suite as lm-eval tasks, dev with other items
    OUT/<target>/selection/              answers, verdicts and mixtures, made once
    OUT/<target>/<tuning>/<rate>/dev/    plain SFT, measured on what the rate is chosen by
    OUT/<target>/<tuning>/<rate>/test/   the methods; begins as a copy of the selection

Each folder is a run directory of `s3ft`, its recipe beside it as `<folder>.yaml` and its output as
`<folder>.log`. Runs are processes of their own, so that several can share the machine; one that
was stopped goes on where it was.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from s3ft import lab
from s3ft.errors import InputError, RunError
from s3ft.lab.suite import ABILITIES, items, write_tasks
from s3ft.models import fingerprint
from s3ft.progress import progress
from s3ft.recipe import JudgeConfig, Model, Recipe, load
from s3ft.store import Store

ACROSS = {"reading": "reading-across"}
"""A task's rows of another kind, measured with its test split and never trained on."""

POLL = 1.0
"""Seconds between two looks at the processes."""

TAIL = 15
"""Lines of a failed run's output that are shown."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What all runs of one comparison share.

    Args:
        recipes: folder with ``lab-<target>.yaml``.
        model: another base, in place of the recipes'.
        world: the seed of the suite's world and of the rows.
        judge: what selects, in place of the recipes'; the target keeps the recipe's judge.
        sizes: rows by split, where not the recipe's and the lab's own.
        limit: items of each task of the suite.
    """

    out: Path
    recipes: Path
    tuning: str = "lora"
    model: str | None = None
    world: int = 0
    judge: str | None = None
    sizes: Mapping[str, int] | None = None
    limit: int | None = None

    def recipe(self, target: str) -> Recipe:
        return load(self.recipes / f"lab-{target}.yaml")

    def judge_of(self, target: str) -> JudgeConfig:
        """The judge that measures a target."""
        recipe = self.recipe(target)
        return (recipe.evaluate.target and recipe.evaluate.target.judge) or recipe.judge

    def _recipe_size(self, target: str, split: str) -> int | None:
        """As many train rows as the recipe takes; dev and test are the lab's own."""
        return self.recipe(target).data.max_train if split == "train" else None

    def rows(self, target: str, split: str) -> Path:
        """The file of a split; for ``test`` the rows of another kind are at its end."""
        return (self.out / "data" / f"{target}-{split}.jsonl").resolve()

    def suite(self, split: str) -> Path:
        return (self.out / "suite" / split).resolve()

    def prepare(self, targets: Sequence[str]) -> dict[str, Any]:
        """Write the rows and the suite; what tells this world from another version of it.

        Raises:
            InputError: the folder holds those of another world, of another version of it, or of
                another base.
        """
        for target in targets:
            for split in ("train", "dev", "test"):
                size = self.sizes.get(split) if self.sizes else self._recipe_size(target, split)
                rows = lab.rows(target, split, seed=self.world, size=size)
                found = [{**row, "part": split} for row in rows]
                if split == "test" and target in ACROSS:
                    across = lab.rows(ACROSS[target], split, seed=self.world, size=size)
                    found += [{**row, "part": "across"} for row in across]
                lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in found]
                _keep(self.rows(target, split), "".join(lines))
        told: dict[str, Any] = {"seed": self.world}
        told["base"] = fingerprint(Model(id=self.model or "lab"))
        for split in ("dev", "test"):
            write_tasks(self.suite(split), world=self.world, split=split)
            asked = [items(ability, self.world, split) for ability in ABILITIES]
            told[f"suite {split}"] = sha256(repr(asked).encode()).hexdigest()[:32]
        _keep(self.out / "data" / "world.json", json.dumps(told, indent=1) + "\n")
        return told

    def job(
        self,
        target: str,
        where: str,
        split: str,
        methods: Sequence[str],
        seeds: Sequence[int],
        rate: float | None = None,
    ) -> Job:
        """A run in the folder ``<target>/<where>``, its recipe written beside it."""
        changes: dict[str, Any] = {
            "data.path": str(self.rows(target, "train")),
            "data.test": str(self.rows(target, split)),
            "data.name": None,
            "data.max_train": None,
            "data.max_test": None,
            "evaluate.target.judge": self.judge_of(target).model_dump(),
            "evaluate.tasks": str(self.suite(split)),
            "evaluate.limit": self.limit,
            "methods": list(methods),
            "seeds": list(seeds),
        }
        if self.model:
            changes["model.id"] = self.model
        if self.judge:
            changes["judge"] = {"name": self.judge}
        if rate is not None:
            changes["train.learning_rate"] = rate
        if self.tuning == "full":
            changes["train.lora"] = None
        path = self.out / target / where
        recipe = load(self.recipes / f"lab-{target}.yaml", changes)
        until = "select" if where == "selection" else "run"
        return Job(path, recipe, until, target, rate or recipe.train.learning_rate)

    def selection(self, target: str, methods: Sequence[str]) -> Job:
        return self.job(target, "selection", "test", methods, [0])

    def measured(
        self, target: str, rate: float, split: str, methods: Sequence[str], seeds: Sequence[int]
    ) -> Job:
        return self.job(target, f"{self.tuning}/{rate:g}/{split}", split, methods, seeds, rate)


@dataclass(frozen=True, slots=True)
class Job:
    """One run: its folder, its recipe, and the command that makes it (``run`` or ``select``)."""

    path: Path
    recipe: Recipe
    until: str
    target: str
    rate: float

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
            there, wanted = load(self.path / "recipe.yaml").model_dump(), self.recipe.model_dump()
        except InputError:
            return False
        for key in ("methods", "seeds"):
            if not set(wanted[key]) <= set(there[key]):
                return False
            there[key] = wanted[key]
        return bool(there == wanted)

    def start(self, selection: Job, threads: int) -> subprocess.Popen[bytes]:
        """Begin or resume it in a process of its own."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        recipe = self.path.with_name(f"{self.path.name}.yaml")
        recipe.write_text(self.recipe.to_yaml(), encoding="utf-8")
        if not self.path.exists() and self.path.name == "test":
            _fork(selection.path, self)
        with open(self.path.with_name(f"{self.path.name}.log"), "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "s3ft", self.until, str(recipe), "--out", str(self.path)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"OMP_NUM_THREADS": str(threads), **os.environ},
            )


def _fork(selection: Path, job: Job) -> None:
    """Begin a run as a copy of its target's selection, which hangs on neither rate nor tuning."""
    partial = job.path.with_name(f".{job.path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for name in ("run.sqlite", "environment.json"):
        shutil.copy2(selection / name, partial)
    shutil.copytree(selection / "mixture", partial / "mixture")
    (partial / "recipe.yaml").write_text(job.recipe.to_yaml(), encoding="utf-8")
    partial.rename(job.path)


def _scored(path: Path) -> set[tuple[str, str]]:
    """The models and tasks that have scores, read beside a process that may be writing."""
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as database:
            return set(database.execute("SELECT DISTINCT model, task FROM scores"))
    except sqlite3.OperationalError:  # locked for a moment, or not there yet
        return set()


def execute(title: str, jobs: Iterable[Job], selections: Mapping[str, Job], workers: int) -> None:
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
                    running[job.path] = job, job.start(selections[job.target], threads)
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


def scores(job: Job) -> dict[str, dict[str, dict[str, float]]]:
    """What a run measured, in percent, by task, model and item.

    The target's tasks are ``<target> test`` and, where the test split ends in rows of another kind,
    ``<target> across``.
    """
    assert job.recipe.data.test is not None
    with open(job.recipe.data.test, encoding="utf-8") as lines:
        parts = {row["id"]: row["part"] for row in map(json.loads, lines)}
    found: dict[str, dict[str, dict[str, float]]] = {}
    with Store(job.path / "run.sqlite") as store:
        for model, task, metric, item, value in store.scores():
            if task == "target":
                if metric != "accuracy":
                    continue
                task = f"{job.target} {parts[item]}"
            found.setdefault(task, {}).setdefault(model, {})[item] = 100 * value
    return found


def _keep(path: Path, text: str) -> None:
    """Write a file, unless it is there with this text.

    Raises:
        InputError: it is there with another text, so that runs on it cannot go on.
    """
    if path.exists():
        if path.read_text(encoding="utf-8") != text:
            problem = "was made for another world, base or number of rows"
            raise InputError(str(path), problem, "Choose another --out.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
