"""What may be asked of a server: so much a minute, and so much in all.

Everything here runs on one event loop, so nothing needs a lock.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from ..recipe import Endpoint


class BudgetSpent(Exception):
    """The next request would go beyond the budget; the message says which."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one request: what it may need at most, or what it did need."""

    prompt: int
    completion: int


class Pace:
    """Lets so many units through a minute, evenly spaced (the generic cell rate algorithm).

    No burst: a server that counts by the second is not overrun at the start of a minute.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._seconds = 60 / per_minute if per_minute else 0.0
        self._free = 0.0

    async def take(self, units: float) -> None:
        """Wait for the units' turn."""
        now = time.monotonic()
        start = max(self._free, now)
        self._free = start + units * self._seconds
        if start > now:
            await asyncio.sleep(start - now)

    def correct(self, units: float) -> None:
        """Take so many more than were taken before, or give back where it is negative."""
        self._free += units * self._seconds


class Limits:
    """The rate limits and the budget of one endpoint, for one start of the command."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._requests = Pace(endpoint.requests_per_minute)
        self._tokens = Pace(endpoint.tokens_per_minute)
        self._sent = 0
        self._cost = 0.0
        self._reserved = 0.0
        self._settled = asyncio.Event()
        self._answers = self._answered = 0

    async def send(self, most: Tokens) -> float:
        """Wait until a request may be sent, and count it.

        Returns:
            How many tokens it was taken for, to be given to `settle`.

        Raises:
            BudgetSpent: it may not be sent at all.
        """
        limit = self._endpoint.max_cost
        worst = self._price(most)
        while limit is not None and self._cost + self._reserved + worst > limit:
            if not self._reserved:
                raise BudgetSpent(f"max_cost of {limit:g} ({self._cost:.6g} spent)")
            self._settled.clear()
            await self._settled.wait()
        if self._sent == self._endpoint.max_requests:
            raise BudgetSpent(f"max_requests of {self._sent:,}")
        self._sent += 1
        self._reserved += worst
        # Most answers are far shorter than they may be: the mean so far, once there is one.
        mean = self._answered / self._answers if self._answers else most.completion
        taken = most.prompt + min(mean, most.completion)
        await self._requests.take(1)
        await self._tokens.take(taken)
        return taken

    def settle(self, most: Tokens, taken: float, used: Tokens | None) -> None:
        """Note what a request used; None where it failed before it cost anything."""
        self._reserved -= self._price(most)
        if abs(self._reserved) < 1e-12:  # the rounding of many sums is no request under way
            self._reserved = 0.0
        if used is not None:
            self._cost += self._price(used)
            self._answered += used.completion
            self._answers += 1
        self._tokens.correct((used.prompt + used.completion if used else 0) - taken)
        self._settled.set()

    def _price(self, tokens: Tokens) -> float:
        prices = self._endpoint.prices
        if prices is None:
            return 0.0
        return (tokens.prompt * prices.prompt + tokens.completion * prices.completion) / 1e6
