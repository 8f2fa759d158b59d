"""People's words on verdicts: which of them a run's mixtures go by."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ...progress import console
from ...store import OVERRULINGS

if TYPE_CHECKING:
    from ..rundir import Run


def take_overrulings(run: Run) -> None:
    """Go by all that people said until now, and select anew what was selected before.

    Once a model is trained, all of the run's mixtures stay by what they went by, so that its
    methods are compared on the same verdicts; the points of a sweep go by what the run does.
    """
    store = run.store
    taken, newest = int(store.metadata(OVERRULINGS) or 0), store.newest_overruling()
    if newest > taken:
        if run.has_models() or _sweeps(run):
            since = store.overruled_since(taken)
            console.print(
                f"overruled since the models were trained: {since:,};"
                f" s3ft run RECIPE --from {run.path} --out NEW goes by it",
                markup=False,
            )
            return
        # The mixtures first: a start that was killed in between finds the same to do.
        shutil.rmtree(run.path / "mixture", ignore_errors=True)
        store.take_overrulings(newest)
    if overruled := store.overruled():
        told = ", ".join(f"{count:,} {source}" for source, count in overruled.items())
        console.print(f"verdicts overruled by people: {told}", markup=False)


def _sweeps(run: Run) -> bool:
    """Whether a sweep has begun to train on the run's mixtures, or it is itself a point of one."""
    point = run.path.parent.name == "sweep" and (run.path.parents[1] / "recipe.yaml").exists()
    return point or any(run.path.glob("sweep/*"))
