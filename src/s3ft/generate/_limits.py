"""What may be asked of a server: so much a minute, and so much in all."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import NamedTuple

from ..calls import said
from ..recipe import Endpoint
from ..records import Request

POLL_INTERVAL = 0.05
"""Seconds between looks at a budget that requests under way have reserved."""

_shared: dict[str, Limits] = {}


class BudgetSpent(Exception):
    """The next request would go beyond the budget; the message says which."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one request: what it may need at most, or what it did need."""

    prompt: int
    completion: int

    @classmethod
    def at_most(cls, request: Request) -> Tokens:
        """What a request may need. Where its ids are not known, a token has three bytes."""
        texts = (said(turn) + str(turn.get("tools", "")) for turn in request.messages)
        num_bytes = sum(len(text.encode(errors="replace")) for text in texts)
        prompt = len(request.prompt_ids) or num_bytes // 3 + 8 * len(request.messages)
        return cls(prompt, request.sampling.max_new_tokens)

    @classmethod
    def of(cls, prompt: int, answer: str) -> Tokens:
        """What an answer needed, where the server does not say."""
        return cls(prompt, len(answer.encode()) // 3 + 1)


class Usage(NamedTuple):
    """What was asked of endpoints: requests sent, tokens and cost, as the servers count them."""

    requests: int
    prompt: int
    completion: int
    cost: float


def usage() -> Usage:
    """What this process has asked of all endpoints so far, whoever asked."""
    used = [limits.used for limits in _shared.values()]
    return Usage(*(sum(values) for values in zip(Usage(0, 0, 0, 0.0), *used, strict=True)))


class RateLimiter:
    """Lets so many units through a minute, evenly spaced (the generic cell rate algorithm).

    No burst: a server that counts by the second is not overrun at the start of a minute.
    """

    def __init__(self, per_minute: float | None) -> None:
        self._interval = 60 / per_minute if per_minute else 0.0
        self._next_free = 0.0

    def take(self, units: float) -> float:
        """Take the units' turn; the seconds until it comes."""
        now = time.monotonic()
        start = max(self._next_free, now)
        self._next_free = start + units * self._interval
        return start - now

    def correct(self, units: float) -> None:
        """Take so many more than were taken before, or give back where it is negative."""
        self._next_free += units * self._interval


class Limits:
    """The rates and the budget of one endpoint, for all in this process that ask it alike.

    A run makes its judge more than once, and each may have an event loop of its own.
    """

    @classmethod
    def of(cls, endpoint: Endpoint) -> Limits:
        """The limits that go with these keys, what was spent before included."""
        return _shared.setdefault(endpoint.model_dump_json(), cls(endpoint))

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._request_rate = RateLimiter(endpoint.requests_per_minute)
        self._token_rate = RateLimiter(endpoint.tokens_per_minute)
        self._lock = threading.Lock()
        self._sent = self._in_flight = 0
        self._cost = self._reserved = 0.0
        self._num_answers = self._completion_tokens = self._prompt_tokens = 0

    @property
    def used(self) -> Usage:
        """What was asked of this endpoint so far."""
        with self._lock:
            return Usage(self._sent, self._prompt_tokens, self._completion_tokens, self._cost)

    async def send(self, bound: Tokens) -> float:
        """Wait until a request may be sent, and count it.

        Args:
            bound: what it may need, which is reserved until `settle`.

        Returns:
            How many tokens were taken from the rate, to be given to `settle`.

        Raises:
            BudgetSpent: it may not be sent at all.
        """
        while True:
            with self._lock:
                if self._affordable(bound):
                    taken, wait = self._reserve(bound)
                    break
            await asyncio.sleep(POLL_INTERVAL)
        try:
            await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self.settle(bound, taken, None)
            raise
        return taken

    def settle(self, bound: Tokens, taken: float, used: Tokens | None) -> None:
        """Note what a request used; None where it failed before it cost anything."""
        with self._lock:
            self._in_flight -= 1
            # Of many sums something may be left over, which is no request.
            self._reserved = self._reserved - self._price(bound) if self._in_flight else 0.0
            if used is not None:
                self._cost += self._price(used)
                self._prompt_tokens += used.prompt
                self._completion_tokens += used.completion
                self._num_answers += 1
            self._token_rate.correct((used.prompt + used.completion if used else 0) - taken)

    def _affordable(self, bound: Tokens) -> bool:
        """Whether the budget allows it now; if not, it may once others have cost less than feared.

        Raises:
            BudgetSpent: it never will.
        """
        if self._sent == self._endpoint.max_requests:
            raise BudgetSpent(f"max_requests of {self._sent:,}")
        limit = self._endpoint.max_cost
        if limit is None or self._cost + self._reserved + self._price(bound) <= limit:
            return True
        if not self._in_flight:
            raise BudgetSpent(f"max_cost of {limit:g} ({self._cost:.6g} spent)")
        return False

    def _reserve(self, bound: Tokens) -> tuple[float, float]:
        """Count a request: tokens taken from the rate, and seconds to wait."""
        self._sent += 1
        self._in_flight += 1
        self._reserved += self._price(bound)
        # Most answers are far shorter than they may be: the mean so far, once there is one.
        answers = self._num_answers
        mean = self._completion_tokens / answers if answers else bound.completion
        taken = bound.prompt + min(mean, bound.completion)
        return taken, max(self._request_rate.take(1), self._token_rate.take(taken))

    def _price(self, tokens: Tokens) -> float:
        prices = self._endpoint.prices
        if prices is None:
            return 0.0
        return (tokens.prompt * prices.prompt + tokens.completion * prices.completion) / 1e6
