"""The judge of programs: finds the program in a response and runs the row's tests on it."""

from ._code import code
from ._examples import NoTask
from ._harness import Harness
from ._names import Beginning
from ._program import defines, program_of, readings
from ._task import task_of

__all__ = [
    "Beginning",
    "Harness",
    "NoTask",
    "code",
    "defines",
    "program_of",
    "readings",
    "task_of",
]
