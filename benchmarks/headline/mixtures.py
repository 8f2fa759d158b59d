"""What the mixtures are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import s3ft
from s3ft.pipeline import read_mixture
from s3ft.store import Store

from .jobs import Job
from .runs import Bench

SOURCES = ("self", "paraphrase", "gold")


def mixtures(bench: Bench, selections: Mapping[str, Job]) -> dict[str, Any]:
    """The composition of each mixture in percent of the prompts, and how much of it is right."""
    found: dict[str, Any] = {}
    for target, job in selections.items():
        judge = bench.judge_of(target)
        with Store(job.path / "run.sqlite") as store:
            examples = {entry.example.id: entry.example for entry in store.entries("train")}
        for method in job.recipe.methods:
            read = read_mixture(job.path / "mixture" / method)
            mixture = [row for row in read if row.example_id in examples]
            rows = [
                {
                    **(example := examples[row.example_id]).meta,
                    "prompt": list(example.prompt),
                    "completion": example.completion,
                    "response": row.completion,
                }
                for row in mixture
            ]
            verdicts = s3ft.judge(rows, judge.name, **judge.options)
            right = sum(verdict.label == "correct" for verdict in verdicts)
            counts = Counter[str](row.source for row in mixture)
            found.setdefault(target, {})[method] = {
                "rows": len(mixture),
                "percent": {
                    source: 100 * counts[source] / len(examples)
                    for source in dict.fromkeys([*SOURCES, *counts])
                },
                "right": 100 * right / max(1, len(mixture)),
            }
    return found
