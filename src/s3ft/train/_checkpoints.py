"""Checkpoints of a run that was killed: whose they are, and which is the last whole one."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..errors import InputError

_IDENTITY = "fingerprint"


def check_owner(folder: Path, fingerprint: str) -> None:
    """See that checkpoints in ``folder``, if any, are of the training with this fingerprint.

    Raises:
        InputError: they are of another.
    """
    path = folder / _IDENTITY
    if path.exists() and path.read_text(encoding="utf-8") != fingerprint:
        raise InputError(
            str(folder),
            "holds checkpoints of another training (other rows, model or settings)",
            "Remove the folder, or choose another place for the new model.",
        )


def claim(folder: Path, fingerprint: str) -> None:
    """Mark ``folder`` as that of the training with this fingerprint."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{_IDENTITY}.new"
    fresh.write_text(fingerprint, encoding="utf-8")
    fresh.replace(folder / _IDENTITY)


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
    return next((path for step, path in sorted(numbered, reverse=True) if _whole(path, step)), None)


def _whole(checkpoint: Path, step: int) -> bool:
    try:
        state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(state["global_step"] == step)
