"""The judge of mathematics: reads the final answer out of a response and compares values."""

from ._math import math
from ._number import Numeral, numeral, same
from ._reader import read
from ._tokens import Unread
from ._typography import plain
from ._value import Bound, Clock, Listing, Quantity, Ratio

__all__ = [
    "Bound",
    "Clock",
    "Listing",
    "Numeral",
    "Quantity",
    "Ratio",
    "Unread",
    "math",
    "numeral",
    "plain",
    "read",
    "same",
]
