"""The stages of a run: each one callable, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Literal, get_args

from .. import report
from ..records import content_hash
from ..train import report_figures, reports
from ._measuring import evaluate_all
from ._publish import write_cards
from ._rounds import train_first_round
from ._training import train_all
from .rundir import Run
from .selection import decide, generate, select

Stage = Literal["generate", "judge", "select", "train", "evaluate", "report"]
STAGES: tuple[Stage, ...] = get_args(Stage)


def write_report(run: Run) -> None:
    """The report on whatever the run has so far: its page, cards, and figures in trackers."""
    found = report.build(run.store, run.recipe, run.path)
    report.write(found, run.path)
    write_cards(run, found)
    _track(run, report.flat_figures(found))


def _track(run: Run, figures: Mapping[str, float]) -> None:
    """Tell trackers what was found, once."""
    recipe, base = run.recipe, run.base
    if not reports(recipe.train) or not figures:
        return
    told = content_hash(figures, recipe.train.args["report_to"])
    if run.store.metadata("tracked") != told:
        name, logs = f"{run.path.name}-results-{told[:6]}", run.path / "tensorboard"
        report_figures(figures, name, base.config, recipe.train, logs)
        run.store.set_metadata("tracked", told)


RUN_STAGE: Mapping[Stage, Callable[[Run], None]] = MappingProxyType(
    {
        "generate": generate,
        "judge": partial(decide, train=train_first_round),
        "select": select,
        "train": train_all,
        "evaluate": evaluate_all,
        "report": write_report,
    }
)
"""What does a stage. It reads what came before from the run, and adds what it makes."""


def reaches(until: Stage, stage: Stage) -> bool:
    """Whether a run that ends with ``until`` does ``stage``."""
    return STAGES.index(until) >= STAGES.index(stage)
