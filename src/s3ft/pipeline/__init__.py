"""The order of the stages, and the run directory they share."""

from ._plan import plan_recipe
from ._run import check_recipe, run_stages, write_report
from ._stages import STAGES, Stage
from .rundir import Run, label, open_run
from .selection._mixture import read_mixture

__all__ = [
    "STAGES",
    "Run",
    "Stage",
    "check_recipe",
    "label",
    "open_run",
    "plan_recipe",
    "read_mixture",
    "run_stages",
    "write_report",
]
