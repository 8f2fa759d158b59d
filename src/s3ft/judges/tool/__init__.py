"""Judge of function calls: the names called and the values given, in whatever form they stand."""

from ._read import read_calls
from ._tool import tool
from ._values import Call, Unreadable

__all__ = ["Call", "Unreadable", "read_calls", "tool"]
