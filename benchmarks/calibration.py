"""The lab's calibration: what its base model can do, before any method is tried on it.

    python benchmarks/calibration.py [--model DIR --tasks DIR --world N] [--by-level] [--json PATH]

For every target the base's accuracy on the test split and the composition of the S3FT mixture on
the train split, beside the papers' figures (arXiv 2502.08130, tables 1 and 5: Mistral-7B on GSM8K,
MBPP and NQ); how often the model, asked as a judge, says about its own answers what the target's
judge says; and the general suite. `--by-level` prints the composition level by level on other
rows of the train part, from which the levels of the targets were chosen.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headline.mixtures import SOURCES
from headline.tables import PAPER
from rich.console import Console
from rich.table import Table

import s3ft
from s3ft import lab
from s3ft.lab.training.corpus import judging_prompt
from s3ft.recipe import load
from s3ft.store import Store

TARGETS = tuple(PAPER)
PAPER_BASE = {"math": 40.3, "code": 22.2, "reading": 64.7}
"""Base accuracy on GSM8K, MBPP and NQ."""

LEVELS = {"math": 8, "code": 6, "reading": 5}
GENERATE = {"max_new_tokens": 256, "batch_size": 128}

Rows = list[dict[str, Any]]


def sources(
    rows: Rows, task: str, model: str, folder: Path, method: str = "s3ft"
) -> dict[str, str]:
    """What each row's target would be, by its id; a row without one is left out."""
    judge = load(f"lab-{task.removesuffix('-across')}").judge.name
    mixture = s3ft.select(
        rows, judge=judge, method=method, model=model, generate=GENERATE, out=folder
    )
    return dict(zip(mixture["example_id"], mixture["source"], strict=True))


def shares(found: Sequence[str]) -> tuple[float, ...]:
    counts = Counter(found)
    return tuple(100 * counts[source] / len(found) for source in SOURCES)


def accuracy(rows: Rows, task: str, model: str, folder: Path) -> float:
    return 100 * len(sources(rows, task, model, folder, "rft")) / len(rows)


def by_level(model: str, world: int, folder: Path, size: int) -> Table:
    table = Table("target", "level", "own %", "paraphrase %", "gold %", title="by level")
    for task, levels in LEVELS.items():
        every = range(1 + (task == "code"), levels + 1)
        rows = lab.rows(task, "train", seed=world + 1, size=size * len(every), levels=[*every])
        found = sources(rows, task, model, folder / task)
        for level in every:
            here = [found[row["id"]] for row in rows if row["level"] == level]
            table.add_row(task, str(level), *(f"{share:.1f}" for share in shares(here)))
    return table


def agreement(model: Any, tokenizer: Any, folder: Path, *, batch: int = 32) -> float:
    """How often yes or no, by the next token's probability, is the verdict of the task's judge."""
    import torch

    prompts, labels = list[str](), list[bool]()
    with Store(folder / "run" / "run.sqlite") as store:
        for entry in store.entries("train", ["self"]):
            candidate, (*before, question) = entry.candidates[0], entry.example.prompt
            assert candidate.verdict is not None
            judging = judging_prompt(
                question["content"], entry.example.completion, candidate.response.text
            )
            chat = [*before, {"role": "user", "content": judging}]
            prompts.append(
                tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
            )
            labels.append(candidate.verdict.label == "correct")
    yes, no = (tokenizer(word).input_ids[0] for word in ("yes", "no"))
    said = list[bool]()
    tokenizer.padding_side = "left"
    for start in range(0, len(prompts), batch):
        inputs = tokenizer(prompts[start : start + batch], padding=True, return_tensors="pt")
        with torch.no_grad():
            logits = model(**inputs, logits_to_keep=1).logits[:, -1]
        said += (logits[:, yes] > logits[:, no]).tolist()
    return 100 * sum(a == b for a, b in zip(said, labels, strict=True)) / len(labels)


def suite(model: Any, tokenizer: Any, tasks: Path) -> dict[str, float]:
    """Each general task's score in per cent."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    results = simple_evaluate(
        HFLM(pretrained=model, tokenizer=tokenizer, batch_size=64),
        tasks=["lab"],
        task_manager=TaskManager(include_path=str(tasks), include_defaults=False),
        apply_chat_template=True,
        bootstrap_iters=0,
        verbosity="ERROR",
    )
    return {
        task: 100 * result[metric]
        for task, result in results["results"].items()
        for metric in ("acc,none", "exact_match,none")
        if metric in result
    }


def main() -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=str(lab.MODEL), help="folder of the base model")
    parser.add_argument("--tasks", type=Path, default=lab.TASKS, help="the suite of its world")
    parser.add_argument("--world", type=int, default=0, help="the seed of its world")
    parser.add_argument("--by-level", action="store_true", help="only what levels are chosen by")
    parser.add_argument("--size", type=int, default=100, help="rows per level, with --by-level")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="calibration-") as scratch:
        folder = Path(scratch)
        if arguments.by_level:
            console.print(by_level(arguments.model, arguments.world, folder, arguments.size))
            return
        tokenizer = AutoTokenizer.from_pretrained(arguments.model)
        model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.bfloat16)
        figures: dict[str, Any] = {}
        table = Table(
            "target", "base %", "paper", "own / paraphrase / gold %", "paper", "yes or no agrees %"
        )
        for task in TARGETS:
            test, train = (lab.rows(task, part, seed=arguments.world) for part in ("test", "train"))
            base = accuracy(test, task, arguments.model, folder / f"{task}-test")
            found = sources(train, task, arguments.model, folder / task)
            mixture = shares([*found.values()])
            agrees = agreement(model, tokenizer, folder / task)
            figures[task] = {"base": base, "mixture": mixture, "agreement": agrees}
            texts = (" / ".join(f"{share:.1f}" for share in s) for s in (mixture, PAPER[task]))
            table.add_row(task, f"{base:.1f}", f"{PAPER_BASE[task]}", *texts, f"{agrees:.1f}")
        test = lab.rows("reading-across", "test", seed=arguments.world)
        across = accuracy(test, "reading-across", arguments.model, folder / "across")
        table.add_row("reading-across", f"{across:.1f}")
        console.print(table)
        figures["reading-across"] = {"base": across}
        figures["suite"] = suite(model, tokenizer, arguments.tasks)
        table = Table("general suite", "%")
        for task, score in figures["suite"].items():
            table.add_row(task, f"{score:.1f}")
        console.print(table)
        if arguments.json:
            arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
