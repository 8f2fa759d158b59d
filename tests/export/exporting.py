"""Rows for exports, and what is read of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Rows = list[dict[str, Any]]
Select = Callable[..., Path]


def turn(role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


PLAIN: Rows = [
    {
        "id": f"p{n}",
        "messages": [
            turn("user", f"What is {n} + {n}?"),
            turn("assistant", f"It is {2 * n}.\n#### {2 * n}"),
        ],
    }
    for n in range(4)
]

DIALOGUES: Rows = [
    {
        "id": f"d{n}",
        "messages": [
            turn("system", "Be brief."),
            turn("user", f"What is {n} + {n}?"),
            turn("assistant", "Zero."),
            turn("user", "Sure?"),
            turn("assistant", f"No: {2 * n}."),
        ],
    }
    for n in range(1, 3)
]

THOUGHTS: Rows = [
    {
        "id": f"t{n}",
        "messages": [
            turn("user", f"What is {n} + {n}?"),
            turn("assistant", f"{2 * n}.", reasoning_content=f"Twice {n}."),
        ],
    }
    for n in range(2)
]


def with_rows(run: Path, rows: Rows, method: str = "sft") -> Path:
    """Puts other rows into a run's mixture; the run."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (run / "mixture" / method / "train.jsonl").write_text(lines)
    return run


def exported(folder: Path) -> Rows:
    return [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]


def configuration(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found
