"""A run's directory: opened, locked, resumed by the recipe that began it, and its data."""

from ._data import check_unchanged, data_notes, gold_tokens
from ._full_disk import room
from ._mend import begin_anew, mendable
from ._opened import Run, label
from ._run import environment, on_its_day, open_run

__all__ = [
    "Run",
    "begin_anew",
    "check_unchanged",
    "data_notes",
    "environment",
    "gold_tokens",
    "label",
    "mendable",
    "on_its_day",
    "open_run",
    "room",
]
