"""A run from end to end: its stages in their order, and the run directory they share."""

from ._export import export_mixture
from ._measuring import measure_targets
from ._plan import plan_recipe
from ._publish import uploads_of
from ._run import check_recipe, run_stages, scratch_run, write_report
from ._stages import STAGES, Stage
from .rundir import Run, open_run
from .selection import read_mixture

__all__ = [
    "STAGES",
    "Run",
    "Stage",
    "check_recipe",
    "export_mixture",
    "measure_targets",
    "open_run",
    "plan_recipe",
    "read_mixture",
    "run_stages",
    "scratch_run",
    "uploads_of",
    "write_report",
]
