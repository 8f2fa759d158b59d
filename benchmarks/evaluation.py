"""Benchmark items a second: choices that share their context, against lm-eval's own model class.

    python benchmarks/evaluation.py --model FOLDER --data FOLDER [--items 128] [--dtype float32]

`--data` holds rows of HellaSwag, ARC, TruthfulQA and WinoGrande as JSON files; the prompts are
those of lm-eval's tasks, without examples. Ours and lm-eval's score the same requests in one
process, in turns of `SHARE` items; beside the ratio by the clock is that of processor time, which
other work on the machine disturbs less. Peak memory is that of a process which does either alone,
on the first `SHARE` items of each task.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from s3ft.evaluate import language_model
from s3ft.models import load_chat, load_model
from s3ft.quiet import quiet
from s3ft.recipe import Evaluate, Model

SHARE = 64
"""Items that are scored by one before it is the other's turn."""

OURS, THEIRS = "s3ft", "lm-eval"


class Item(NamedTuple):
    """A question as pairs of a context and what is scored behind it, one for each choice."""

    pairs: list[tuple[str, str]]

    def decisions(self, logprobs: list[float]) -> tuple[int, int]:
        """The choice taken by `acc`, and by `acc_norm`, which divides by characters."""
        lengths = [len(text) - 1 for _, text in self.pairs]
        each = [logprobs, [one / length for one, length in zip(logprobs, lengths, strict=True)]]
        plain, normed = (max(range(len(one)), key=one.__getitem__) for one in each)
        return plain, normed


def hellaswag(folder: Path) -> Iterator[Item]:
    for row in lines(folder / "hellaswag" / "validation.jsonl"):
        yield Item([(row["context"], f" {ending}") for ending in row["endings"]])


def arc(name: str) -> Callable[[Path], Iterator[Item]]:
    def items(folder: Path) -> Iterator[Item]:
        for row in lines(folder / "arc_winogrande" / f"{name}.jsonl"):
            yield Item([(row["query"] + "\nAnswer:", f" {choice}") for choice in row["choices"]])

    return items


def truthfulqa_mc1(folder: Path) -> Iterator[Item]:
    from lm_eval.tasks import TaskManager

    task = TaskManager().task_index["truthfulqa_mc1"].cfg
    preamble = task["doc_to_text"].split("prompt_qa = '")[1].split("'%}")[0]
    for row in json.loads((folder / "truthfulqa" / "mc_task.json").read_text()):
        context = f"{preamble}\n\nQ: {row['question']}\nA:"
        yield Item([(context, f" {choice}") for choice in row["mc1_targets"]])


def winogrande(folder: Path) -> Iterator[Item]:
    for row in lines(folder / "arc_winogrande" / "winogrande.jsonl"):
        yield Item([(context, f" {row['continuation']}") for context in row["context_options"]])


TASKS: dict[str, Callable[[Path], Iterator[Item]]] = {
    "hellaswag": hellaswag,
    "arc_easy": arc("arc_easy"),
    "arc_challenge": arc("arc_challenge"),
    "truthfulqa_mc1": truthfulqa_mc1,
    "winogrande": winogrande,
}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        yield from map(json.loads, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--items", type=int, default=128, help="of each task")
    parser.add_argument("--batch-size", type=int, default=64, help="choices at once")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--alone", choices=[OURS, THEIRS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    items = {name: list(islice(TASKS[name](options.data), options.items)) for name in options.tasks}
    with quiet():
        models = load(options, [options.alone] if options.alone else [OURS, THEIRS])
        if options.alone:
            for task in items.values():
                score(models[options.alone], task[:SHARE])
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            return
        rows = {}
        for name, task in items.items():
            rows[name] = compared(models, task)
            print(shown(name, rows[name]), flush=True)
    sums = {key: [row[key] for row in rows.values()] for key in next(iter(rows.values()))}
    rows["together"] = {
        key: max(each) if key == "difference" else sum(each) for key, each in sums.items()
    }
    print(shown("together", rows["together"]), flush=True)
    memory = {name: peak_memory(name) for name in (OURS, THEIRS)}
    print(", ".join(f"{name} {mib:,.0f} MiB" for name, mib in memory.items()), "at most")
    if options.json:
        asked = {name: str(value) for name, value in vars(options).items() if name != "json"}
        dtype, threads = str(models[THEIRS].model.dtype), torch.get_num_threads()
        run = {"options": asked, "dtype": dtype, "threads": threads}
        written = {**run, "tasks": rows, "peak_mib": memory}
        options.json.write_text(json.dumps(written, indent=1) + "\n")


def load(options: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    config = Model(id=options.model, dtype=options.dtype)
    model, chat = load_model(config), load_chat(config)
    made: dict[str, Callable[[], Any]] = {
        OURS: lambda: language_model(
            model, chat, Evaluate(benchmarks=["any"], batch_size=options.batch_size)
        ),
        THEIRS: lambda: HFLM(
            pretrained=model,
            tokenizer=chat.tokenizer,
            batch_size=options.batch_size,
            softmax_dtype="float32",
        ),
    }
    return {name: made[name]() for name in names}


def compared(models: dict[str, Any], items: list[Item]) -> dict[str, float]:
    """Seconds of both on one task, and what differs in their results."""
    for model in models.values():
        score(model, items[:1])
    seconds, processor = dict.fromkeys(models, 0.0), dict.fromkeys(models, 0.0)
    found: dict[str, list[list[tuple[float, bool]]]] = {name: [] for name in models}
    turns = list(models)
    for start in range(0, len(items), SHARE):
        for name in turns:
            began, busy = time.monotonic(), time.process_time()
            found[name] += score(models[name], items[start : start + SHARE])
            seconds[name] += time.monotonic() - began
            processor[name] += time.process_time() - busy
        turns.reverse()
    pairs = list(zip(items, found[OURS], found[THEIRS], strict=True))
    choices = [both for _, one, other in pairs for both in zip(one, other, strict=True)]
    decided = [[item.decisions([v for v, _ in each]) for each in both] for item, *both in pairs]
    return {
        "items": len(items),
        "choices": len(choices),
        OURS: seconds[OURS],
        THEIRS: seconds[THEIRS],
        f"{OURS} processor": processor[OURS],
        f"{THEIRS} processor": processor[THEIRS],
        "difference": max(abs(one - other) for (one, _), (other, _) in choices),
        "greedy": sum(one != other for (_, one), (_, other) in choices),
        "acc": sum(one[0] != other[0] for one, other in decided),
        "acc_norm": sum(one[1] != other[1] for one, other in decided),
    }


def score(model: Any, items: list[Item]) -> list[list[tuple[float, bool]]]:
    requests = [
        Instance(request_type="loglikelihood", doc={}, arguments=pair, idx=n)
        for item in items
        for n, pair in enumerate(item.pairs)
    ]
    answers = iter(model.loglikelihood(requests, disable_tqdm=True))
    return [list(islice(answers, len(item.pairs))) for item in items]


def shown(name: str, row: dict[str, float]) -> str:
    rates = "  ".join(f"{who} {row['items'] / row[who]:6.2f}/s" for who in (OURS, THEIRS))
    processor = row[f"{THEIRS} processor"] / row[f"{OURS} processor"]
    differ = f"acc {row['acc']:.0f}, acc_norm {row['acc_norm']:.0f}, greedy {row['greedy']:.0f}"
    return (
        f"{name:15} {row['items']:4.0f} items  {rates}  {row[THEIRS] / row[OURS]:5.2f} times"
        f" ({processor:.2f} of the processor)"
        f"  differ: {row['difference']:.1e} nats, {differ}"
    )


def peak_memory(name: str) -> float:
    """MiB that a process needs to score all of it in one of the two ways."""
    command = [sys.executable, *sys.argv, "--alone", name]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(said.split()[-1]) / 1024


if __name__ == "__main__":
    main()
