"""A small world with a small real language model: the default of quickstart and tests.

`MODEL` is a folder that transformers loads, `TASKS` a folder of lm-eval tasks
(`TaskManager(include_path=TASKS)`), `rows` gives the target tasks' data. Nothing needs a
network. `python -m s3ft.lab.training` makes the model,
`benchmarks/calibration.py` prints its figures.
"""

from __future__ import annotations

from pathlib import Path

from .targets import rows

__all__ = ["MODEL", "TASKS", "rows"]

MODEL = Path(__file__).parent / "model"
"""The base model: Llama architecture, 5.3 million parameters, bf16 safetensors."""

TASKS = Path(__file__).parent / "tasks"
"""The general suite as lm-eval YAML: the group `lab` and its tasks `lab_<ability>`."""
