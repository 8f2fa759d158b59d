"""Logs that lm-evaluation-harness itself wrote, of two small models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from architectures import saved

ROWS = 24


@pytest.fixture(scope="session")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A multiple choice, one whose choices stand in the middle, and one that is generated; the
    first two are a group."""
    folder = tmp_path_factory.mktemp("tasks")
    rows = [
        {
            "question": f"How much is {n} and {n}?",
            "choices": [str(2 * n), str(2 * n + 1), f"about {3 * n + 2}"],
            "gold": 0,
            "answer": str(2 * n),
        }
        for n in range(ROWS)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    shared = {
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(folder / "rows.jsonl")}},
        "test_split": "test",
        "fewshot_split": "test",
    }
    choice = {
        **shared,
        "output_type": "multiple_choice",
        "doc_to_text": "Question: {{question}}\nAnswer:",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "gold",
        "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}],
    }
    generated = {
        **shared,
        "output_type": "generate_until",
        "doc_to_text": "Question: {{question}}\nAnswer:",
        "doc_to_target": "answer",
        "generation_kwargs": {"until": ["\n"], "max_gen_toks": 4},
        "metric_list": [{"metric": "exact_match"}],
    }
    for name, config in (("sums_a", choice), ("sums_b", choice), ("spoken", generated)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({"task": name, **config}))
    group = {"group": "sums", "task": ["sums_a", "sums_b"]}
    (folder / "sums.yaml").write_text(yaml.safe_dump(group))
    return folder


COMMANDS = """
import json, sys
from functools import partial
import lm_eval.evaluator, lm_eval.tasks
import torch.utils.collect_env
from lm_eval.__main__ import cli_evaluate
lm_eval.tasks.TaskManager = partial(lm_eval.tasks.TaskManager, include_defaults=False)
torch.utils.collect_env.get_pretty_env_info = str
for arguments in json.loads(sys.stdin.read()):
    sys.argv = ["lm_eval", *arguments]
    cli_evaluate()
"""
"""Several commands of the harness in one process, since it takes long to start; for the same reason
it reads our tasks alone, not all of its own, and does not look over the machine each time."""


def command(model: Path, tasks: Path, out: Path, *options: str) -> list[str]:
    arguments = ["run", "--model", "hf", "--model_args", f"pretrained={model},dtype=float32"]
    arguments += ["--tasks", "sums,spoken", "--include_path", str(tasks), "--device", "cpu"]
    return [*arguments, "--output_path", str(out), "--log_samples", "--batch_size", "8", *options]


@pytest.fixture(scope="session")
def logs(tasks: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Of two models, and of the first with an example, a limit, and the chat template."""
    root = tmp_path_factory.mktemp("logs")
    kinds = {
        "one": ("qwen3",),
        "other": ("llama3",),
        "shots": ("qwen3", "--num_fewshot", "1"),
        "fewer": ("qwen3", "--limit", "10"),
        "templated": ("qwen3", "--apply_chat_template"),
    }
    commands = [
        command(saved(model), tasks, root / name, *options)
        for name, (model, *options) in kinds.items()
    ]
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS],
        input=json.dumps(commands),
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: root / name for name in kinds}
