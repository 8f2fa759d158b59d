"""The recipe of the whole run on the embedded model that several tests look at."""

from __future__ import annotations

from typing import Any

RECIPE: dict[str, Any] = {
    "model": {"id": "lab"},
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 12, "max_test": 8},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 200},
    "methods": ["sft", "rft", "s3ft"],
    "train": {"learning_rate": 1e-3, "epochs": 1, "batch_size": 4},
    "evaluate": {
        "tasks": "lab",
        "benchmarks": ["lab_facts", "lab_sorting"],
        "limit": 8,
        "apply_chat_template": True,
    },
}
