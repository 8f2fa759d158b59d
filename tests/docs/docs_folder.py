"""The folder in which a reader types what a page prints: data and models by the page's names.

Models of the Hub are the embedded one under their names, data sets a few rows in their layout.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import docs_taught

from s3ft import lab
from stock_rows import ROWS

MODELS = (
    "HuggingFaceTB/SmolLM2-135M-Instruct",
    "Qwen/Qwen2.5-1.5B-Instruct",
    "Qwen/Qwen2.5-Coder-1.5B-Instruct",
    "base",
    "my-model",
    "tuned",
)
"""What the pages name and the embedded model stands for."""

LOGS = Path(__file__).with_name("logs")
"""What `lm_eval --log_samples` wrote of the embedded model, two items of each of two tasks."""

BENCHMARKS = {  # by their data sets on the Hub: the benchmark of the stock rows, the configuration
    "Rowan/hellaswag": ("hellaswag", "default"),
    "allenai/winogrande": ("winogrande", "winogrande_xl"),
    "allenai/ai2_arc": ("arc_challenge", "ARC-Challenge"),
    "google/IFEval": ("ifeval", "default"),
    "truthfulqa/truthful_qa": ("truthfulqa_mc2", "multiple_choice"),
}

BROKEN = """{"id": "q1", "question": "How much is 1 and 1?", "answer": "2"}
{"id": "q1", "question": "How much is 1 and 2?", "answer": "3"}
{"id": "q3", "question": "How much is 1 and 3?", "answer": ""}
{"id": "q4", "question": "How much is 1 and 1?", "answer": 2}
{"id": "q5", "question": "How much are 13 and 5?" "answer": "6"}
"""

SQUAD = {
    "data": [
        {
            "title": "Aix",
            "paragraphs": [
                {
                    "context": "Aix is a town.",
                    "qas": [
                        {
                            "id": "a",
                            "question": "What is Aix?",
                            "is_impossible": False,
                            "answers": [{"text": "a town", "answer_start": 7}],
                        }
                    ],
                }
            ],
        }
    ]
}

Rows = list[dict[str, Any]]


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def data_set(folder: Path, name: str, splits: Mapping[str, Rows]) -> None:
    """A data set in the Hub's layout, of one configuration."""
    card = f"---\nconfigs:\n- config_name: {name}\n  data_files:\n"
    for split, rows in splits.items():
        write(folder / f"{split}.jsonl", rows)
        card += f"  - {{split: {split}, path: {split}.jsonl}}\n"
    (folder / "README.md").write_text(f"{card}---\n", encoding="utf-8")


def fill(folder: Path) -> None:
    """All that pages name of the Hub, and the files that many begin with."""
    for name in MODELS:
        shutil.copytree(lab.MODEL, folder / name)
    gsm8k = {split: math(split, size) for split, size in (("train", 16), ("test", 6))}
    data_set(folder / "openai/gsm8k", "main", gsm8k)
    data_set(
        folder / "rajpurkar/squad_v2",
        "squad_v2",
        {"train": squad("train", 16), "validation": squad("test", 6)},
    )
    data_set(
        folder / "google-research-datasets/mbpp",
        "full",
        {"train": mbpp("train", 8), "test": mbpp("test", 3)},
    )
    for path, (benchmark, name) in BENCHMARKS.items():
        splits = {split: rows[:2] for split, rows in ROWS[benchmark][0].items()}
        if benchmark == "ifeval":  # a prompt to which the embedded model has an end
            splits = {"train": [{**splits["train"][0], "prompt": gsm8k["test"][0]["question"]}]}
        data_set(folder / path, name, splits)
    write(folder / "train.jsonl", gsm8k["train"])
    write(folder / "test.jsonl", gsm8k["test"])
    shutil.copytree(LOGS, folder / "logs")
    (folder / "rows.jsonl").write_text(BROKEN, encoding="utf-8")
    (folder / "train-v2.0.json").write_text(json.dumps(SQUAD), encoding="utf-8")
    pairs = [{**row, "answer": _bare(row["answer"])} for row in gsm8k["train"]]
    write(folder / "pairs.jsonl", pairs)
    write(
        folder / "sql.jsonl", [{"question": "All names of towns", "sql": "SELECT name FROM towns"}]
    )
    write(folder / "calls.jsonl", docs_taught.calls())
    write(folder / "problems.jsonl", docs_taught.PROBLEMS)
    write(folder / "problems-test.jsonl", docs_taught.PROBLEMS[:2])
    answers = [{"response": row["answer"], "gold": row["answer"]} for row in gsm8k["train"]]
    write(folder / "answers.jsonl", answers)
    write(folder / "labelled.jsonl", [{**row, "correct": True} for row in answers])
    write(folder / "labels.jsonl", [{**row, "correct": True} for row in answers])


def math(split: str, size: int) -> Rows:
    """As GSM8K has them."""
    rows = lab.rows("math", split, size=size)
    return [{"question": question(row), "answer": row["completion"]} for row in rows]


def _bare(answer: str) -> str:
    """Without the calculator's marks."""
    return re.sub(r"<<.*?>>", "", answer)


def squad(split: str, size: int) -> Rows:
    found = []
    rows = [row for row in lab.rows("reading", split, size=4 * size) if len(row["prompt"]) == 1]
    for number, row in enumerate(rows[:size]):
        passage, _, asked = question(row).rpartition("\n\n")
        answers = {"text": list(row["answers"]), "answer_start": [0] * len(row["answers"])}
        found.append(
            {
                "id": str(row["id"]),
                "title": f"article {number}",
                "context": passage,
                "question": asked,
                "answers": answers,
            }
        )
    return found


def mbpp(split: str, size: int) -> Rows:
    return [
        {
            "task_id": number,
            "text": question(row),
            "code": row["completion"],
            "test_list": list(row["tests"]),
            "test_setup_code": "",
            "challenge_test_list": [],
        }
        for number, row in enumerate(lab.rows("code", split, size=size))
    ]


def question(row: Mapping[str, Any]) -> str:
    return str(row["prompt"][-1]["content"])
