"""Requests that wait for their turn, taken from an iterable as they are needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice

from ..records import Request
from ._limits import Tokens

LOOKAHEAD = 64
"""Requests that are looked at to find a shorter one."""


class RequestQueue:
    """The requests that are still to be sent."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._rest = iter(requests)
        self._ahead: deque[Request] = deque()

    def pop(self) -> Request | None:
        """Take the first; None where there is none."""
        return self._ahead.popleft() if self._ahead else next(self._rest, None)

    def prefer_shorter(self, request: Request) -> bool | None:
        """Put a request first that is less than half as long, if there is one among the next.

        Returns:
            Whether there is; None where there is nothing to compare with.
        """
        self._ahead.extend(islice(self._rest, LOOKAHEAD - len(self._ahead)))
        if not self._ahead:
            return None
        shortest = min(self._ahead, key=_length)
        if 2 * _length(shortest) >= _length(request):
            return False
        self._ahead.remove(shortest)
        self._ahead.appendleft(shortest)
        return True


def _length(request: Request) -> int:
    return Tokens.at_most(request).prompt
