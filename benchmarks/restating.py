"""How the gold is shown decides how often it is restated: three wordings on four kinds of golds.

    python benchmarks/restating.py --model FOLDER [--data ../shared/data] [--out runs/restating]

Training rows only. Each data set is one run of `s3ft select`, in which the model answers once, and
is then shown the gold of what it failed in each wording, one greedy sample each; it goes on where
it was stopped. Of what was failed: how much of it each wording brings past judge and leak filter,
how much of that is the gold word for word (of no use, if harmless), and its log-probability under
the model without the gold in view (nats a token), beside that of the same golds.

squad   short golds and abstentions (SQuAD 2.0, the rows of benchmarks/real.py)   judge qa
clapnq  long golds and abstentions (Natural Questions with passages)              judge qa
gsm8k   golds that work a problem out in steps                                    judge math
mbpp    code                                                                      judge code
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean
from typing import Any

from real_model.bench import SPLIT, SQUAD, UNANSWERABLE
from rich.console import Console
from rich.table import Table

from s3ft.evaluate.likelihood import Answered, per_token
from s3ft.models import load_chat, load_model
from s3ft.pipeline import run_stages
from s3ft.recipe import load, shipped
from s3ft.store import Store

WORDINGS = {"paraphrase": "paraphrase.j2", "rewrite": "rewrite.j2", "guided": "guided.j2"}
READ = load(shipped()["smollm2-squad"]).data.prompt
SETS: dict[str, dict[str, Any]] = {
    "squad": {
        "data": {
            "path": SQUAD,
            "layout": "squad",
            "split": SPLIT,
            "prompt": READ,
            "completion": "answer",
            "max_chars": {"context": 800},
            "unanswerable": UNANSWERABLE,
        },
        "judge": {"name": "qa"},
        "generate": {"max_new_tokens": 64},
    },
    "clapnq": {
        "data": {
            "path": "clapnq/*.jsonl",
            "layout": "clapnq",
            "prompt": READ,
            "completion": "answer",
            "max_chars": {"context": 1500},
            "unanswerable": UNANSWERABLE,
        },
        "judge": {"name": "qa"},
        "generate": {"max_new_tokens": 160},
    },
    "gsm8k": {
        "data": {"path": "gsm8k/train.jsonl", "prompt": "{question}", "completion": "answer"},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 256},
    },
    "mbpp": {
        "data": {
            "path": "mbpp/mbpp.jsonl",
            "id": "task_id",
            "prompt": "{text}\n\nYour code should pass these tests:\n{test_list.0}\n{test_list.1}",
            "completion": "code",
        },
        "judge": {"name": "code"},
        "generate": {"max_new_tokens": 256},
    },
}


def main() -> None:
    arguments = _arguments()
    found = {name: measured(name, arguments) for name in arguments.sets}
    console, table = (
        Console(),
        Table(title=f"{arguments.rows} training rows each", title_justify="left"),
    )
    for column in ("", "own", "wording", "of the failed", "word for word", "log-prob.", "gold's"):
        table.add_column(column)
    for name, (own, wordings) in found.items():
        for wording, figures in wordings.items():
            table.add_row(name, str(own), wording, *figures.values())
    console.print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measured(name: str, arguments: argparse.Namespace) -> tuple[int, dict[str, dict[str, str]]]:
    """The model's own right answers, and what each wording makes of the others."""
    settings = SETS[name]
    recipe = {
        **settings,
        "model": {"id": arguments.model},
        "data": {
            "shuffle": 0,
            **settings["data"],
            "path": str(arguments.data / settings["data"]["path"]),
            "max_train": arguments.rows,
        },
        "rungs": {w: {"prompt": p} for w, p in WORDINGS.items() if w != "paraphrase"},
        "ladders": {f"by-{wording}": ["self", wording, "gold"] for wording in WORDINGS},
        "methods": [f"by-{wording}" for wording in WORDINGS],
        "evaluate": None,
        "min_gold_accepted": 0.9,
    }
    folder = arguments.out / name
    run_stages(recipe, (), folder, until="select")
    config = load(recipe).model
    assert config is not None
    chat, model = load_chat(config), load_model(config)
    figures = {}
    with Store(folder / "run.sqlite") as store:
        own = len(store.solved("train", "self"))
        for wording in WORDINGS:
            accepted, golds, verbatim = [], [], 0
            for _, example, candidates, _ in store.entries("train", [wording]):
                for candidate in candidates:
                    verdict, response = candidate.verdict, candidate.response
                    if verdict is None or verdict.label != "correct" or not response.whole:
                        continue
                    prompt = tuple(chat.prompt_ids(example.prompt))
                    accepted.append(Answered(prompt, tuple(response.token_ids or ())))
                    gold = chat.completion_ids(example.prompt, example.completion)
                    golds.append(Answered(prompt, tuple(gold)))
                    verbatim += _words(response.text) == _words(example.completion)
            asked = store.count("train") - own
            likely = [per_token(model, rows, chat.pad_id) for rows in (accepted, golds)]
            figures[wording] = {
                "accepted": f"{len(accepted)} of {asked}",
                "verbatim": str(verbatim),
                "logprob": f"{mean(likely[0] or [0]):.2f}",
                "gold logprob": f"{mean(likely[1] or [0]):.2f}",
            }
    return own, figures


def _words(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", required=True)
    add("--data", type=Path, default=Path("../shared/data"))
    add("--out", type=Path, default=Path("runs/restating"))
    add("--sets", nargs="+", choices=SETS, default=list(SETS))
    add("--rows", type=int, default=120)
    add("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
