"""The judge of mathematics: reads the final answer out of a response and compares values."""

from ._math import math

__all__ = ["math"]
