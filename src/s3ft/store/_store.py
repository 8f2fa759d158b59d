"""The run's file as its callers see it: one object."""

from __future__ import annotations

from ._answers import Answers
from ._examples import Examples
from ._faults import Faults
from ._results import Results


class Store(Examples, Answers, Faults, Results):
    """One open run file. Use as a context manager, or close it.

    Raises:
        RunError: the file is no database, or was written by a later version.
    """
