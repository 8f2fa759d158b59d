"""Rows of the well-known benchmarks in plain files, as the columns that lm-eval's tasks read.

What a file holds is what the benchmark's authors or a well-known copy publish, or the rows of the
Hub's copy; where a copy holds finished prompts, they are taken apart again, so that the task's own
templates make them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..data import rows
from ..errors import InputError

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Files:
    """Where a benchmark's rows are in a folder, and how they become the columns of its task."""

    splits: dict[str, str]
    """File of each split that the stock task names."""
    columns: Callable[[Row], dict[str, Any]]
    changes: dict[str, Any] = field(default_factory=dict)
    """Keys of the stock task that rows in this form need otherwise; its prompts, choices, metrics
    and filters never."""

    @property
    def has_examples(self) -> bool:
        """Whether few-shot examples can be had, where the task takes any."""
        return self.changes.get("num_fewshot") != 0

    def missing(self, folder: Path) -> list[str]:
        return [file for file in self.splits.values() if not (folder / file).is_file()]

    def read(self, folder: Path, split: str) -> Iterator[dict[str, Any]]:
        """The rows of a split in the task's columns, in the file's order.

        Raises:
            InputError: the file cannot be read, or a row lacks what the benchmark needs.
        """
        path = folder / self.splits[split]
        for row in rows(path):
            if isinstance(row, InputError):
                raise row
            try:
                yield self.columns(row.values)
            except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
                problem = f"is no row of this benchmark: {type(error).__name__}: {error}"
                remedy = "The documentation of evaluate.data shows what each file holds."
                raise InputError(row.place, problem, remedy) from None


def _mmlu(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("subject", "question", "choices", "answer")}


def _truthfulqa(row: Row) -> dict[str, Any]:
    targets = {
        key: {"choices": list(row[key]), "labels": list(row[key].values())}
        for key in ("mc1_targets", "mc2_targets")
    }
    return {"question": row["question"], **targets}


_LAST_SENTENCE = re.compile(r"[.!?] +(?=(?:(?![.!?] ).)*$)", re.DOTALL)


def _hellaswag(row: Row) -> dict[str, Any]:
    """A context ends in the beginning of a sentence, which the stock task capitalizes.

    The authors' own rows tell where it begins: with them all is as in the stock task. In others it
    is found.

    Where an ending began with a mark such as `[substeps]`, the stock task leaves the space behind
    it; a file whose endings are stripped cannot tell where.
    """
    if "ctx_a" in row:
        from lm_eval.tasks.hellaswag.utils import preprocess

        context = f"{row['activity_label']}: {row['ctx_a']} {row['ctx_b'].capitalize()}"
        gold, endings = int(row["label"]), [preprocess(ending) for ending in row["endings"]]
        return {"query": preprocess(context), "choices": endings, "gold": gold, "label": str(gold)}
    context, end = str(row["context"]), 0
    if not re.search(r"[.!?][\"')]*$", context) and (last := _LAST_SENTENCE.search(context)):
        end = last.end()
    query = context[:end] + context[end : end + 1].upper() + context[end + 1 :] if end else context
    gold = int(row["label"])
    return {"query": query, "choices": row["endings"], "gold": gold, "label": str(gold)}


def _winogrande(row: Row) -> dict[str, Any]:
    """The stock task puts the option for the gap and cuts there: any cut gives the same texts."""
    if "sentence" in row:
        return {key: row[key] for key in ("sentence", "option1", "option2", "answer")}
    first, second = row["context_options"]
    pairs = enumerate(zip(first, second, strict=False))
    start = next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))
    return {
        "sentence": f"{first[:start]}_ {row['continuation']}",
        "option1": first[start:],
        "option2": second[start:],
        "answer": ("1", "2")[row["gold"]],
    }


def _arc(row: Row) -> dict[str, Any]:
    if "answerKey" in row:
        return {key: row[key] for key in ("question", "choices", "answerKey")}
    labels = [chr(ord("A") + n) for n in range(len(row["choices"]))]
    return {
        "question": row["query"].removeprefix("Question: "),
        "choices": {"text": row["choices"], "label": labels},
        "answerKey": labels[row["gold"]],
    }


def _gsm8k(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("question", "answer")}


def _ifeval(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("key", "prompt", "instruction_id_list", "kwargs")}


_NO_EXAMPLES = {"training_split": None, "num_fewshot": 0}
_TRUTHFULQA = Files({"validation": "truthfulqa/mc_task.json"}, _truthfulqa)

MMLU = Files({"dev": "mmlu/dev.jsonl", "test": "mmlu/test.jsonl"}, _mmlu)
"""Of all subjects; each of them is a task."""

FILES = {
    "truthfulqa_mc1": _TRUTHFULQA,
    "truthfulqa_mc2": _TRUTHFULQA,
    # Rows come as the task's `process_docs` would make them.
    "hellaswag": Files(
        {"validation": "hellaswag/validation.jsonl"},
        _hellaswag,
        {**_NO_EXAMPLES, "process_docs": None},
    ),
    "winogrande": Files(
        {"validation": "arc_winogrande/winogrande.jsonl"}, _winogrande, _NO_EXAMPLES
    ),
    "arc_easy": Files(
        {"test": "arc_winogrande/arc_easy.jsonl"}, _arc, {**_NO_EXAMPLES, "validation_split": None}
    ),
    "arc_challenge": Files(
        {"test": "arc_winogrande/arc_challenge.jsonl"},
        _arc,
        {**_NO_EXAMPLES, "validation_split": None},
    ),
    "gsm8k": Files({"train": "gsm8k/train.jsonl", "test": "gsm8k/test.jsonl"}, _gsm8k),
    "ifeval": Files({"train": "ifeval/input_data.jsonl"}, _ifeval),
}
"""By the stock task's name."""
