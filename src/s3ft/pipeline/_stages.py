"""The stages of a run, in their order."""

from __future__ import annotations

from typing import Literal, get_args

Stage = Literal["generate", "judge", "select", "train", "evaluate", "report"]
STAGES: tuple[Stage, ...] = get_args(Stage)


def reaches(until: Stage, stage: Stage) -> bool:
    """Whether a run that ends with ``until`` does ``stage``."""
    return STAGES.index(until) >= STAGES.index(stage)
