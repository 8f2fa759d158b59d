"""The llm judge on the lab's tasks: python benchmarks/judge_llm.py [ROWS] [FILE]

Writes ROWS labelled solutions a task (default 60) to FILE (default: a temporary one), half of them
right and half wrong, both in the model's own style, at the levels of the target's rows, and audits
the embedded model on them as `s3ft audit --judge llm FILE` does.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from s3ft.judge import audit_file, render
from s3ft.lab.targets import LEVELS, TASKS, messages


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(sys.argv[2] if len(sys.argv) > 2 else f"{scratch}/labelled.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in labelled(count)))
        Console().print(render(audit_file("llm", {}, path)))


def labelled(count: int) -> Iterator[dict[str, Any]]:
    """Solutions to questions of the test part, each with whether it is right."""
    rng = random.Random(7)
    for task in ("math", "code", "reading"):
        for number in range(count):
            level = LEVELS[task][number % len(LEVELS[task])]
            exercise = TASKS[task](level, "test", rng)
            right = rng.random() < 0.5
            yield {
                "id": f"{task}-{number}",
                "system": task,
                "prompt": messages(exercise.turns),
                "gold": exercise.gold,
                "response": exercise.own if right else exercise.wrong,
                "correct": right,
                **exercise.fields,
            }


if __name__ == "__main__":
    main()
