"""The whole of GSM8K's test as training data: real solutions replayed, trained on, measured.

    python benchmarks/gsm8k_replay.py [--data ../shared/data] [--system NAME] [--out DIR]

`gsm8k_model_solutions.jsonl` holds the solutions of four models. Those of one stand in for the
base model's own answers; the embedded model is trained on the mixtures of sft and ssr and
measured. It is far too small for GSM8K: the figures of interest are the mixture's and the suite's.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

import s3ft
from s3ft.report import summary_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--system", default="175b_verification")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    solutions = arguments.data / "judged" / "gsm8k_model_solutions.jsonl"
    recipe = {
        "model": {"id": "lab"},
        "data": {
            "path": str(arguments.data / "gsm8k" / "test.jsonl"),
            "test": str(arguments.data / "gsm8k" / "train.jsonl"),
            "prompt": "{question}",
            "completion": "answer",
            "max_test": 100,
        },
        "judge": {"name": "math"},
        "generate": {
            "engine": "replay",
            "replay": {"path": str(solutions), "where": {"system": arguments.system}},
            "max_new_tokens": 128,
        },
        "methods": ["sft", "ssr"],
        "train": {"learning_rate": 2e-3, "epochs": 1},
        "evaluate": {
            "tasks": "lab",
            "benchmarks": ["lab_facts", "lab_myths", "lab_completion", "lab_pronouns"],
            "apply_chat_template": True,
        },
    }
    out = arguments.out or Path(tempfile.mkdtemp(prefix="s3ft-gsm8k-"))
    report = s3ft.run(recipe, out=out)
    console = Console()
    console.print(summary_table(report))
    for method, mixture in report["mixture"].items():
        console.print(f"mixture {method}: {mixture['counts']}")
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)


if __name__ == "__main__":
    main()
