"""A training in progress: where it is, and which of its checkpoints is the last whole one."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

PARTIAL_SUFFIX = ".partial"
"""What the folder of a model in training ends in."""


def partial_folder(out: Path, fingerprint: str) -> Path:
    """Where the training with this fingerprint is, until its model is whole in ``out``.

    Trainings with other rows, model or settings are beside it: whoever tries other settings and
    goes back to the first finds their checkpoints.
    """
    return out.with_name(out.name + PARTIAL_SUFFIX) / sha256(fingerprint.encode()).hexdigest()[:12]


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written whole, None if there is none.

    The trainer writes a checkpoint's state last, so one whose state can be read is whole, and a
    process that was killed while writing leaves one whose state is missing or torn.
    transformers' own `get_last_checkpoint` would take that.
    """
    numbered = (
        (int(match[1]), path)
        for path in folder.glob("checkpoint-*")
        if (match := re.fullmatch(r"checkpoint-(\d+)", path.name))
    )
    return next(
        (path for step, path in sorted(numbered, reverse=True) if _is_complete(path, step)), None
    )


def last_micro_batch_size(folder: Path) -> int | None:
    """How many rows went through the model at once until the last checkpoint, None without one."""
    checkpoint = last_checkpoint(folder)
    if checkpoint is None:
        return None
    state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    rows: int | None = state.get("train_batch_size")
    return rows


def kept_steps(total: int, wanted: int) -> list[int]:
    """At which of ``total`` steps so many models are kept on the way, evenly spaced."""
    steps = {round(number * total / (wanted + 1)) for number in range(1, wanted + 1)}
    return sorted(steps - {0, total})


def kept_models(folder: Path) -> dict[int, Path]:
    """What was kept on the way in a folder, by step."""
    found = {int(path.name.removeprefix("step-")): path for path in folder.glob("step-*")}
    return dict(sorted(found.items()))


def _is_complete(checkpoint: Path, step: int) -> bool:
    try:
        state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(state["global_step"] == step)
