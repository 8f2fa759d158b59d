"""The run's file as its callers see it: one object."""

from __future__ import annotations

from ._answers import AnswerQueries
from ._browse import BrowseQueries
from ._examples import ExampleQueries
from ._faults import FaultQueries
from ._people import PeopleQueries
from ._results import ResultQueries


class Store(
    ExampleQueries, AnswerQueries, FaultQueries, ResultQueries, BrowseQueries, PeopleQueries
):
    """One open run file. Use as a context manager, or close it.

    Raises:
        RunError: the file is no database, or was written by a later version.
    """
