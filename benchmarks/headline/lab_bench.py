"""The comparison in the lab's world: its rows, and its general suite."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from s3ft import lab
from s3ft.lab.training import corpus
from s3ft.lab.training.suite import ABILITIES, items, write_tasks
from s3ft.lab.world import make_world
from s3ft.models import fingerprint
from s3ft.recipe import Model

from .runs import Bench, write_once

GENERAL = 400
"""Conversations that can be replayed."""

GENERAL_SEED = 1_000_000
"""Others than those that the base has read."""

ACROSS = {"reading": "reading-across"}
"""A task's rows of another kind, measured with its test split and never trained on."""


@dataclass(frozen=True, slots=True)
class LabBench(Bench):
    """What all runs in one world share; ``recipes`` holds ``lab-<target>.yaml``.

    Args:
        world: the seed of the suite's world and of the rows.
    """

    world: int = 0

    def recipe_file(self, target: str) -> Path:
        return self.recipes / f"lab-{target}.yaml"

    def changes(self, split: str) -> dict[str, Any]:
        return {"evaluate.tasks": str(self.suite(split))}

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
                write_once(self.rows(target, split), "".join(lines))
        general = [{**row, "id": f"general {n}"} for n, row in enumerate(self._general())]
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in general]
        write_once(self.out / "data" / "general.jsonl", "".join(lines))
        world: dict[str, Any] = {"seed": self.world}
        world["base"] = fingerprint(Model(id=self.model or "lab"))
        for split in ("dev", "test"):
            write_tasks(self.suite(split), world=self.world, split=split)
            suite = [items(ability, self.world, split) for ability in ABILITIES]
            world[f"suite {split}"] = sha256(repr(suite).encode()).hexdigest()[:32]
        write_once(self.out / "data" / "world.json", json.dumps(world, indent=1) + "\n")
        return world

    def _general(self) -> Iterator[dict[str, str]]:
        """Conversations of the kinds that made the base an assistant, for variants with replay."""
        talks = corpus.chats(make_world(self.world), seed=self.world + GENERAL_SEED)
        for turns, _ in islice((talk for talk in talks if len(talk.turns) == 2), GENERAL):
            yield {"prompt": turns[0], "completion": turns[1]}

    def _recipe_size(self, target: str, split: str) -> int | None:
        """As many train rows as the recipe takes; dev and test are the lab's own."""
        return self.recipe(target).data.max_train if split == "train" else None
