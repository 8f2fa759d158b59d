"""The runs of the headline benchmark: their recipes, and what all of them share.

    OUT/data/                            the world's rows as JSONL, and what tells the world
    OUT/suite/<split>/                   the general suite as lm-eval tasks, dev with other items
    OUT/<target>/selection/              answers, verdicts and mixtures, made once
    OUT/<target>/<tuning>/<rate>/dev/    plain SFT, measured on what the rate is chosen by
    OUT/<target>/<tuning>/<rate>/test/   the methods; begins as a copy of the selection

Each folder is a run directory of `s3ft`; see `jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from s3ft import lab
from s3ft.atomic import atomic_text
from s3ft.errors import InputError
from s3ft.lab.training.suite import ABILITIES, items, write_tasks
from s3ft.models import fingerprint
from s3ft.recipe import JudgeConfig, Model, Recipe, load

from .jobs import Job

ACROSS = {"reading": "reading-across"}
"""A task's rows of another kind, measured with its test split and never trained on."""


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
                _write_once(self.rows(target, split), "".join(lines))
        world: dict[str, Any] = {"seed": self.world}
        world["base"] = fingerprint(Model(id=self.model or "lab"))
        for split in ("dev", "test"):
            write_tasks(self.suite(split), world=self.world, split=split)
            suite = [items(ability, self.world, split) for ability in ABILITIES]
            world[f"suite {split}"] = sha256(repr(suite).encode()).hexdigest()[:32]
        _write_once(self.out / "data" / "world.json", json.dumps(world, indent=1) + "\n")
        return world

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
        if self.tuning == "full" and where != "selection":  # that is the same for both
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


def _write_once(path: Path, text: str) -> None:
    """Write a file that does not change any more.

    Raises:
        InputError: it has another text already, so that runs on it cannot go on.
    """
    if path.exists():
        if path.read_text(encoding="utf-8") != text:
            problem = "was made for another world, base or number of rows"
            raise InputError(str(path), problem, "Choose another --out.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_text(path, text)
