"""A small world with a small real language model: the default of quickstart and tests.

`MODEL` is a folder that transformers loads, `TASKS` a folder of lm-eval tasks
(`TaskManager(include_path=TASKS)`), `JUDGE_PROMPT` what the model judges by, `each_row` gives the
target tasks' data, `rows` a list of it: what `s3ft.embedded` hands to those who are given the
world's name. Nothing needs a network. `python -m s3ft.lab.training` makes the model,
`benchmarks/calibration.py` prints its figures.
"""

from __future__ import annotations

from pathlib import Path

from .targets import each_row, rows

__all__ = ["JUDGE_PROMPT", "MODEL", "TASKS", "each_row", "rows"]

MODEL = Path(__file__).parent / "model"
"""The base model: Llama architecture, 5.3 million parameters, bf16 safetensors."""

JUDGE_PROMPT = Path(__file__).parent / "judge.j2"
"""How the base model was taught to be asked whether a response is right."""

TASKS = Path(__file__).parent / "tasks"
"""The general suite as lm-eval YAML: the group `lab` and its tasks `lab_<ability>`."""
