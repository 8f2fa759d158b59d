"""The runs of a comparison of methods: their recipes, and what all of them share.

    OUT/data/                            the rows of each split as JSONL, and what tells them apart
    OUT/suite/<split>/                   the benchmarks, dev with other items
    OUT/<target>/selection/              answers, verdicts and mixtures, made once; the model of a
                                         first round with the recipe's own settings of training
    OUT/<target>/<tuning>/<rate>/dev/    plain SFT, measured on what the rate is chosen by
    OUT/<target>/<tuning>/<rate>/test/   the methods; begins as a copy of the selection
    OUT/<target>/<tuning>/<rate>/<name>-test/   a variant of a method

Each folder is a run directory of `s3ft`; see `jobs`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from s3ft.atomic import atomic_text
from s3ft.errors import InputError
from s3ft.recipe import JudgeConfig, Recipe, load

from .jobs import Job

SCRIPTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Variant:
    """A built-in method under settings of its own, compared as a method beside the others.

    Args:
        rate: times the learning rate of the others.
        more: keys of the recipe; ``{data}`` in a text is the folder of the comparison's rows.
        program: a script of `benchmarks` with options, which does what ``s3ft`` does else.
    """

    method: str
    rate: float = 1.0
    more: Mapping[str, Any] = field(default_factory=dict)
    program: Sequence[str] = ()

    @property
    def begins_afresh(self) -> bool:
        """Whether its mixture is not that of its method."""
        return bool(self.program) or any(not key.startswith("train.") for key in self.more)


def read_more(file: Path | None) -> tuple[dict[str, Any], dict[str, Variant]]:
    """Keys for all recipes, and variants, of a file such as ``beyond.yaml``."""
    keys = yaml.safe_load(file.read_text(encoding="utf-8")) if file else {}
    variants = keys.pop("variants", {})
    return keys, {name: Variant(**variant) for name, variant in variants.items()}


@dataclass(frozen=True, slots=True)
class Bench(ABC):
    """What all runs of one comparison share.

    Args:
        recipes: folder of the targets' recipes.
        tuning: ``lora``, or ``full`` for all weights.
        model: another base, in place of the recipes'.
        judge: what selects, in place of the recipes'; the target keeps the recipe's judge.
        sizes: rows by split, where not the comparison's own.
        limit: items of each benchmark.
        more: other keys than the recipes', the same for all runs.
        variants: methods under settings of their own, by name.
    """

    out: Path
    recipes: Path
    tuning: str = "lora"
    model: str | None = None
    judge: str | None = None
    sizes: Mapping[str, int] | None = None
    limit: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    variants: Mapping[str, Variant] = field(default_factory=dict)

    @abstractmethod
    def recipe_file(self, target: str) -> Path:
        """The recipe of a target, of which every run is a variation."""

    @abstractmethod
    def prepare(self, targets: Sequence[str]) -> dict[str, Any]:
        """Write the rows and the suite; what tells them from another version of them.

        Raises:
            InputError: the folder holds others already.
        """

    @abstractmethod
    def changes(self, split: str) -> dict[str, Any]:
        """What the recipe says otherwise, as for the suite of a split."""

    def recipe(self, target: str) -> Recipe:
        return load(self.recipe_file(target))

    def judge_of(self, target: str) -> JudgeConfig:
        """The judge that measures a target."""
        recipe = self.recipe(target)
        return (recipe.evaluate.target and recipe.evaluate.target.judge) or recipe.judge

    def rows(self, target: str, split: str) -> Path:
        """The file of a split; for ``test`` the rows of another kind are at its end."""
        return (self.out / "data" / f"{target}-{split}.jsonl").resolve()

    def suite(self, split: str) -> Path:
        return (self.out / "suite" / split).resolve()

    def job(
        self,
        target: str,
        where: str,
        split: str,
        methods: Sequence[str],
        seeds: Sequence[int],
        rate: float | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Job:
        """A run in the folder ``<target>/<where>``, its recipe written beside it."""
        changes: dict[str, Any] = {
            "data.path": str(self.rows(target, "train")),
            "data.test": str(self.rows(target, split)),
            "data.name": None,
            "data.max_train": None,
            "data.max_test": None,
            "evaluate.target.judge": self.judge_of(target).model_dump(),
            "evaluate.limit": self.limit,
            "evaluate.likelihoods": 0,
            "evaluate.drift": 0,
            "methods": list(methods),
            "seeds": list(seeds),
            **self.changes(split),
            **self.more,
            **(more or {}),
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
        recipe = load(self.recipe_file(target), changes)
        until = "select" if where == "selection" else "run"
        return Job(path, recipe, until, target, rate or recipe.train.learning_rate)

    def selection(self, target: str, methods: Sequence[str]) -> Job:
        return self.job(target, "selection", "test", self.without_variants(methods), [0])

    def without_variants(self, methods: Sequence[str]) -> list[str]:
        return [method for method in methods if method not in self.variants]

    def measured(
        self, target: str, rate: float, split: str, methods: Sequence[str], seeds: Sequence[int]
    ) -> list[Job]:
        """Methods and seeds at a rate, a run for all and one for each variant among them; on test
        with the selection's answers and mixtures."""
        where, origin = f"{self.tuning}/{rate:g}", self.out / target / "selection"
        together = self.job(
            target, f"{where}/{split}", split, self.without_variants(methods), seeds, rate
        )
        if split == "test":
            together = replace(together, origin=origin)
        jobs = [together]
        for name in (method for method in methods if method in self.variants):
            variant, path = self.variants[name], f"{where}/{name}-{split}"
            more = {key: self._filled(value) for key, value in variant.more.items()}
            job = self.job(target, path, split, [variant.method], seeds, rate * variant.rate, more)
            if split == "test" and not variant.begins_afresh:
                job = replace(job, origin=origin)
            if variant.program:
                script, *options = variant.program
                job = replace(job, program=(str(SCRIPTS / script), *options))
            jobs.append(replace(job, rate=rate, names={variant.method: name}))
        return jobs

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(inner) for key, inner in value.items()}
        return value.format(data=self.out.resolve() / "data") if isinstance(value, str) else value


def write_once(path: Path, text: str) -> None:
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
