"""The comparison on a real model: SQuAD 2.0 by articles, other data sets, public benchmarks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from headline.jobs import Job
from headline.runs import Bench, write_once

from s3ft.data import Row, from_rows, read, rows
from s3ft.models import fingerprint
from s3ft.recipe import Data, Model

TARGET = "squad"
RECIPE = "smollm2-squad"

SQUAD = "squad2/dev-v2.0.half.official-ids.json"
SPLIT = {"by": "title", "dev": 0.2, "test": 0.35}
"""Train, dev and test are other articles."""

ACROSS = {"clapnq": "clapnq/*.jsonl", "musique": "musique/*.json"}
"""Other data sets, measured with the target's test split: their layouts, and their files."""

SIZES = {
    "train": 480,
    "dev": 200,
    "test": 400,
    "clapnq": 50,
    "musique": 50,
    "chars": 800,
}
"""Rows by split and data set, and ``chars``: the most characters of a passage. ``suite`` would be
the items of every benchmark, in place of `SUITE`'s. With passages of 800, rows have some 200
tokens, so that a CPU trains on hundreds."""

EPOCHS = 1
"""30 steps of 480 rows: a model takes ten minutes of a core."""

UNANSWERABLE = 0.33
PARAGRAPHS = 5
"""Of a MuSiQue question's twenty, those that are shown: the supporting ones and others, in their
order. All twenty are 2,000 tokens and more."""

PASSAGE = 1500
"""The most characters of a passage of CLAPNQ."""

SUITE = {
    "mmlu": ("mmlu/test.jsonl", 285),
    "truthfulqa_mc2": ("truthfulqa/mc_task.json", 250),
    "hellaswag": ("hellaswag/validation.jsonl", 250),
    "winogrande": ("arc_winogrande/winogrande.jsonl", 300),
    "arc_easy": ("arc_winogrande/arc_easy.jsonl", 250),
    "arc_challenge": ("arc_winogrande/arc_challenge.jsonl", 250),
    "ifeval": ("ifeval/input_data.jsonl", 120),
}
"""The benchmarks, their files, and the items of the test suite."""

LIKELIHOODS = 120
"""Training rows whose targets are shown with their likelihood under the base."""

DRIFT = 64
"""Answers of the base to test rows, and as many to the benchmarks' questions, on which the distance
of every tuned model from it is measured."""

DEV_ITEMS = 100
"""Items of each benchmark by which the rate is chosen: others than the test suite's, as far as
there are so many."""

BESIDE = ("mmlu/dev.jsonl",)
"""What a benchmark needs besides its items: the examples that it may show."""


@dataclass(frozen=True, slots=True)
class RealBench(Bench):
    """What all runs share.

    Args:
        data: folder of public data sets, by name.
    """

    data: Path = Path("../shared/data")

    def recipe_file(self, target: str) -> Path:
        return self.recipes / f"{RECIPE}.yaml"

    def changes(self, split: str) -> dict[str, Any]:
        """The rows have been made flat and were drawn; benchmarks are read from the suite."""
        return {
            **dict.fromkeys(("data.layout", "data.split", "data.unanswerable", "data.shuffle")),
            "data.max_chars": {},
            "evaluate.data": str(self.suite(split)),
            "evaluate.benchmarks": list(SUITE),
            "evaluate.likelihoods": LIKELIHOODS,
            "evaluate.drift": DRIFT,
            "train.epochs": EPOCHS,
        }

    def as_it_is(self, target: str, split: str, trained: Job | None = None) -> Job:
        """The base on a split, or a run's plain SFT: a model that is its run's base."""
        within = trained.path.parent.relative_to(self.out / target) if trained else Path("base")
        rate = trained.rate if trained else None
        job = self.job(target, str(within / split), split, [], [0], rate)
        if trained is None:
            return job
        model = Model(id=str((trained.path / "models" / "sft-seed0").resolve()))
        return replace(job, recipe=job.recipe.model_copy(update={"model": model}))

    def prepare(self, targets: Sequence[str]) -> dict[str, Any]:
        """Write the rows and the suite; what tells them from others.

        Raises:
            InputError: the folder holds others already, or there are no such data.
        """
        sizes = {**SIZES, **(self.sizes or {})}
        for split in ("train", "dev"):
            self._write(split, self._squad(split, sizes))
        across = [row for layout in ACROSS for row in self._across(layout, sizes[layout])]
        self._write("test", [*self._squad("test", sizes), *across])
        base = Model(id=self.model) if self.model else self.recipe(TARGET).model
        told: dict[str, Any] = {"base": base and fingerprint(base)}
        for split in ("train", "dev", "test"):
            text = self.rows(TARGET, split).read_bytes()
            told[split] = sha256(text).hexdigest()[:32]
        for name, (file, items) in SUITE.items():
            test, dev = self._items(file, sizes.get("suite", items))
            write_once(self.suite("test") / file, test)
            write_once(self.suite("dev") / file, dev)
            told[name] = sha256((test + dev).encode()).hexdigest()[:32]
        for file in BESIDE:
            for split in ("test", "dev"):
                write_once(self.suite(split) / file, (self.data / file).read_text("utf-8"))
        write_once(self.out / "data" / "told.json", json.dumps(told, indent=1) + "\n")
        return told

    def _write(self, split: str, rows: Iterable[dict[str, Any]]) -> None:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        write_once(self.rows(TARGET, split), "".join(lines))

    def _squad(self, split: str, sizes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """SQuAD 2.0's rows with short passages, a third of them unanswerable."""
        data = Data.model_validate(
            {
                "path": str(self.data / SQUAD),
                "layout": "squad",
                "split": SPLIT,
                "test": "test" if split == "train" else split,
                "prompt": "{question}",
                "completion": "answer",
                "max_chars": {"context": sizes["chars"]},
                "unanswerable": UNANSWERABLE,
                "shuffle": 0,
                "max_train": sizes[split],
                "max_test": sizes[split],
            }
        )
        for example in read(data, "train" if split == "train" else "test"):
            yield _row(example.id, example.meta, split)

    def _across(self, layout: str, size: int) -> Iterator[dict[str, Any]]:
        """Rows of another data set, on which nobody was trained."""
        data = Data.model_validate(
            {
                "path": layout,
                "layout": layout,
                "prompt": "{question}",
                "completion": "answer",
                "max_chars": {"context": PASSAGE} if layout == "clapnq" else {},
                "unanswerable": UNANSWERABLE,
                "shuffle": 0,
            }
        )
        files = sorted(self.data.glob(ACROSS[layout]))
        read_in = (row for file in files for row in rows(str(file)) if isinstance(row, Row))
        published = [_shortened(dict(row.values)) for row in read_in]
        found = from_rows(published, data, name=layout)
        for example in islice(found, size):
            yield _row(f"{layout}-{example.id}", example.meta, layout)

    def _items(self, file: str, items: int) -> tuple[str, str]:
        """A benchmark's items for test and for dev, each as a file in the same form."""
        text = (self.data / file).read_text("utf-8")
        if file.endswith(".json"):
            # lm-eval cannot load a task whose first question has an empty choice, as one has.
            whole = [row for row in json.loads(text) if "" not in row["mc1_targets"]]
            rows = sorted(whole, key=lambda row: _order(json.dumps(row)))
            parts = _parts(rows, items)
            test, dev = (json.dumps(part, ensure_ascii=False, indent=1) + "\n" for part in parts)
            return test, dev
        lines = sorted(set(text.splitlines(keepends=True)), key=_order)  # MMLU repeats some
        subjects: Counter[str] = Counter()
        if file.startswith("mmlu"):  # as many of each subject, at least one
            ranked = [(_rank(subjects, line), line) for line in lines]
            lines = [line for _, line in sorted(ranked, key=lambda pair: pair[0])]
        parts = _parts(lines, max(items, len(subjects)))
        return "".join(parts[0]), "".join(parts[1])


def _parts(rows: Sequence[Any], items: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """The first so many rows, and of the others dev's; where too few are left, a quarter of all."""
    dev = min(DEV_ITEMS, items, max(len(rows) - items, len(rows) // 4))
    test = rows[: min(items, len(rows) - dev)]
    return test, rows[len(test) : len(test) + dev]


def _rank(seen: Counter[str], line: str) -> int:
    """The number of a row among those of its subject."""
    subject = json.loads(line)["subject"]
    seen[subject] += 1
    return seen[subject]


def _row(id_: str, meta: Any, part: str) -> dict[str, Any]:
    kept = ("question", "context", "title", "answers", "answerable", "answer", "gold")
    return {"id": id_, "part": part, **{name: meta[name] for name in kept if name in meta}}


def _shortened(row: dict[str, Any]) -> dict[str, Any]:
    """A row of MuSiQue with the paragraphs that support it and the first of the others."""
    if "paragraphs" not in row:
        return row
    room = PARAGRAPHS - sum(one["is_supporting"] for one in row["paragraphs"])
    others = [one for one in row["paragraphs"] if not one["is_supporting"]][:room]
    return {
        **row,
        "paragraphs": [one for one in row["paragraphs"] if one["is_supporting"] or one in others],
    }


def _order(text: str) -> str:
    return sha256(text.encode()).hexdigest()
