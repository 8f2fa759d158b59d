"""The judge of programs: finds the program in a response and runs the row's tests on it."""

from ._code import code

__all__ = ["code"]
