"""A run's directory: opened, locked, resumed by the recipe that began it, and its data."""

from ...status import RECIPE, STORE
from ._data import check_unchanged, count_gold, count_tokens, data_notes
from ._environment import environment
from ._folder import DRIFT_FILES
from ._full_disk import reporting_full_disk
from ._mend import STOPPED, begin_anew, mendable_split
from ._open import open_run, with_start_date
from ._run import SWEEP, Run, read_sweep

__all__ = [
    "DRIFT_FILES",
    "RECIPE",
    "STOPPED",
    "STORE",
    "SWEEP",
    "Run",
    "begin_anew",
    "check_unchanged",
    "count_gold",
    "count_tokens",
    "data_notes",
    "environment",
    "mendable_split",
    "open_run",
    "read_sweep",
    "reporting_full_disk",
    "with_start_date",
]
