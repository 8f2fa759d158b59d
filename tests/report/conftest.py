"""A finished run, filled by hand, whose figures are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s3ft.recipe import Recipe, load
from s3ft.records import Example, Label, Response, Verdict
from s3ft.report import build, write
from s3ft.store import Place, Score, Spent, Store

RECIPE = {
    "model": {"id": "lab"},
    "data": {"path": "train.jsonl", "test": "test.jsonl"},
    "judge": {"name": "math"},
    "methods": ["sft", "s3ft"],
    "seeds": [0, 1],
    "evaluate": {"benchmarks": ["facts", "myths"]},
}

TARGET = {
    "base": [1, 0, 0, 0],
    "sft-seed0": [1, 1, 0, 0],
    "sft-seed1": [1, 1, 1, 0],
    "s3ft-seed0": [1, 1, 1, 0],
    "s3ft-seed1": [1, 1, 0, 1],
}
FACTS = {
    "base": [1, 1, 1, 1],
    "sft-seed0": [1, 1, 0, 0],
    "sft-seed1": [1, 0, 0, 0],
    "s3ft-seed0": [1, 1, 1, 1],
    "s3ft-seed1": [1, 1, 1, 0],
}
MYTHS = {
    "base": [1, 0],
    "sft-seed0": [1, 0],
    "sft-seed1": [0, 0],
    "s3ft-seed0": [1, 0],
    "s3ft-seed1": [0, 1],
}


class Run:
    """A run directory, and what may be put into its store."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        self.path, self.recipe = path, recipe
        self.store = Store(path / "run.sqlite")

    def examples(self, *, text: str = "What is {n} + {n}?") -> None:
        rows = [
            Example(
                f"e{n}", ({"role": "user", "content": text.replace("{n}", str(n))},), f"#### {n}"
            )
            for n in range(4)
        ]
        self.store.add_examples({"train": rows, "test": rows})

    def candidates(self, *rows: tuple[int, str, str, Label, str]) -> None:
        """Position, source, text, the judge's label and reason."""
        responses, places, verdicts = [], [], []
        for position, source, text, label, reason in rows:
            key, place = f"{source}{position}", Place("train", position, source, 0)
            responses.append(Response(key, text, (1, 2)))
            places.append((place, key))
            verdicts.append((place, Verdict(key, label, None, reason)))
        cost = Spent("generate", "self", len(rows), 40 * len(rows), 0.5)
        self.store.add_responses(responses, places, cost)
        self.store.add_verdicts(verdicts, "math", Spent("judge", "self", len(rows), 0, 0.25))

    def mixtures(self) -> None:
        """sft: all gold; s3ft: two own answers, one paraphrase, one gold."""
        self.candidates(
            (0, "self", "own answer 0", "correct", "0 = 0"),
            (1, "self", "own answer 1", "correct", ""),
            (2, "self", "own answer 2", "incorrect", "7 is not 2"),
            (3, "self", "own answer 3", "incorrect", ""),
            (2, "paraphrase", "restated 2", "correct", ""),
            (3, "paraphrase", "restated 3", "unknown", "the judge timed out"),
        )
        self.select("sft", ["gold"] * 4)
        self.select("s3ft", ["self", "self", "paraphrase", "gold"])

    def select(self, method: str, sources: list[str | None]) -> None:
        rows = [(n, f"e{n}", source, f"why {source}") for n, source in enumerate(sources)]
        self.store.replace_targets(method, rows)

    def scores(self, task: str, metric: str, values: dict[str, list[int]]) -> None:
        scores = [
            Score(model, task, metric, f"i{n}", value)
            for model, items in values.items()
            for n, value in enumerate(items)
        ]
        self.store.add_scores(scores, Spent("benchmarks", "base", len(scores), 0, 2.0))

    def all_scores(self) -> None:
        self.scores("target", "accuracy", TARGET)
        self.scores("facts", "acc", FACTS)
        self.scores("myths", "acc_norm", MYTHS)

    def training(self, label: str, losses: list[Any]) -> None:
        folder = self.path / "models" / label
        folder.mkdir(parents=True)
        record = {"rows": 4, "steps": 3, "epochs": 3.0, "tokens": 1234, "seconds": 75.0}
        record |= {"parameters": 5678, "losses": losses}
        (folder / "training.json").write_text(json.dumps(record))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path, load(RECIPE))
    yield made
    made.store.close()


@pytest.fixture
def finished(run: Run) -> Run:
    return fill(run)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The same with its report, for tests that only look at it: drawing takes most of a second."""
    made = fill(Run(tmp_path_factory.mktemp("written"), load(RECIPE)))
    write(build(made.store, made.recipe, made.path), made.path)
    yield made
    made.store.close()


def fill(run: Run) -> Run:
    run.examples()
    run.mixtures()
    run.all_scores()
    run.training("sft-seed0", [[1, 2.5], [2, 1.5], [3, 1.0]])
    run.training("s3ft-seed0", [[1, 0.5], [2, 0.25], [3, 0.125]])
    (run.path / "environment.json").write_text(json.dumps({"python": "3.11.0"}))
    return run
