"""One stage of a run, with all that it needs before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ._interrupt import RESUME_HINT, interruptible

if TYPE_CHECKING:
    from ..pipeline import Stage


def run_stage(
    recipe: str,
    overrides: list[str] | None,
    out: Path | None,
    until: Stage,
    origin: Path | None = None,
) -> Path:
    """The run directory, after the stages up to this one; see `s3ft.pipeline.run_stages`."""
    from ..pipeline import run_stages

    with interruptible(RESUME_HINT):
        return run_stages(recipe, overrides or [], out, until, origin)
