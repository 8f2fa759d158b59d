"""A run that was trained and measured, filled by hand: two methods, two seeds, known figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from s3ft.pipeline import run_stages
from s3ft.store import Score, Spent, Store

ASKED = 12
RIGHT = {"base": 4, "sft-seed0": 7, "sft-seed1": 8, "s3ft-seed0": 9, "s3ft-seed1": 8}
KNOWN = {"base": 10, "sft-seed0": 5, "sft-seed1": 6, "s3ft-seed0": 9, "s3ft-seed1": 10}

PACKAGES = {"s3ft": "0.1", "torch": "2.13", "trl": "1.16"}

SECRETS = (".env", "run.sqlite", "replies.sqlite", "token", "optimizer.pt", "notes.md")
"""What may lie in a model's folder, and never leaves it."""


def publishable(folder: Path, **recipe: Any) -> Path:
    """The run's directory."""
    rows = [
        {"id": f"r{n}", "prompt": f"Double {n}.", "completion": f"{2 * n}"} for n in range(ASKED)
    ]
    said = [{"id": f"r{n}", "response": f"{n + n % 2 * n}"} for n in range(ASKED)]
    data, responses = folder / "double.jsonl", folder / "responses.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    responses.write_text("".join(json.dumps(row) + "\n" for row in said))
    whole = {
        "data": {"path": str(data), "test": str(data)},
        "judge": {"name": "match"},
        "generate": {"engine": "replay", "replay": {"path": str(responses)}},
        "methods": ["sft", "ssr"],
        "seeds": [0, 1],
        "evaluate": {"benchmarks": ["facts"]},
        **recipe,
    }
    run = run_stages(whole, (), folder / "run", "select")
    told = {
        "model": {"id": "some/base", "revision": "c0ffee"},
        "python": "3.12",
        "packages": PACKAGES,
    }
    (run / "environment.json").write_text(json.dumps(told))
    with Store(run / "run.sqlite") as store:
        for task, values in (("target", RIGHT), ("facts", KNOWN)):
            scores = [
                Score(model.replace("s3ft", "ssr"), task, METRIC[task], f"i{n}", int(n < right))
                for model, right in values.items()
                for n in range(ASKED)
            ]
            store.add_scores(scores, Spent("benchmarks", "base", len(scores), 0, 2.0))
    for label in ("sft-seed0", "ssr-seed0", "ssr-seed1"):
        _model(run / "models" / label, label)
    return run


METRIC = {"target": "accuracy", "facts": "acc"}


def _model(folder: Path, label: str) -> None:
    (folder / "adapter").mkdir(parents=True)
    record = {
        "rows": ASKED,
        "steps": 3,
        "epochs": 3.0,
        "tokens": 1234,
        "seconds": 75.0,
        "parameters": 5678,
        "losses": [],
        "seed": int(label[-1]),
        "train": {"lora": {"r": 8}, "learning_rate": 1e-4, "batch_size": 4, "args": {}},
    }
    (folder / "training.json").write_text(json.dumps(record))
    for name in ("config.json", "tokenizer.json", "adapter/adapter_config.json"):
        (folder / name).write_text("{}")
    for name in ("model.safetensors", "adapter/adapter_model.safetensors"):
        (folder / name).write_bytes(label.encode() * 500)
    for name in SECRETS:
        (folder / name).write_text("hf_secret")
