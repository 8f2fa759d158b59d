"""What goes into a request beside model and messages, as far as the server takes it.

Servers differ in what they know, and many refuse what they do not. Whatever is added here is
negotiable: a field that a refusal names is left out, and where it names none, one after the other
is, until the server takes the request. What it did not take is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..records import Request

LIMIT_NAMES = ("max_tokens", "max_completion_tokens")
"""The two names of the limit; all servers know the first but for OpenAI's newest models."""

DROP_ORDER = (
    "seed",
    "return_token_ids",
    "logprobs",
    "response_format",
    "temperature",
    *LIMIT_NAMES,
)
"""What is missed least comes first."""

Sent = Mapping[str, Any]
"""The fields of one request."""

_Shape = frozenset[str]


class Fields:
    """The fields for one server, and what it has shown to take.

    What ``extra`` names is not negotiated: it stands as it is, or, where it is null, is left out.

    Args:
        optional: what the engine would like to have beside the sampling parameters.
        extra: what the recipe adds, or sets otherwise.
    """

    def __init__(self, optional: Mapping[str, Any], extra: Mapping[str, Any]) -> None:
        self._optional, self._extra = dict(optional), dict(extra)
        self._accepted: set[_Shape] = set()
        self._dropped: frozenset[str] = frozenset()
        self._named: frozenset[str] = frozenset()  # by refusals of the request under negotiation
        self._guess: frozenset[str] = frozenset()  # what that is asked without beside these
        self._guesses: list[frozenset[str]] | None = None
        self.rejected = 0
        """Requests that were refused in every form, since fields were last found to be taken."""

    def of(self, request: Request) -> Sent:
        """The fields of a request, less those that the server does not take."""
        fields = self._without(request, self._dropped)
        if _shape(fields) in self._accepted:
            return fields
        return self._without(request, self._dropped | self._named | self._guess)

    def known(self, request: Request) -> bool:
        """Whether the server has taken a request with these fields."""
        return _shape(self._without(request, self._dropped)) in self._accepted

    @property
    def any_accepted(self) -> bool:
        """Whether the server has taken any request."""
        return bool(self._accepted)

    def accepted(self, sent: Sent) -> list[str]:
        """Note that the server took these fields; which it turned out not to take."""
        if _shape(sent) in self._accepted:
            return []
        dropped = sorted((self._named | self._guess) - self._dropped)
        self._dropped |= self._named | self._guess
        self._accepted.add(_shape(sent))
        self._end_negotiation()
        self.rejected = 0
        return dropped

    def drop_more(self, sent: Sent, words: str) -> bool:
        """Whether a request that was refused in these words is to be sent again, with fewer fields.

        If a request with the same fields was taken before, they are not what is wrong with it.
        """
        if _shape(sent) in self._accepted:
            return False
        ours = [name for name in DROP_ORDER if name in sent and name not in self._extra]
        named = {name for name in ours if re.search(rf"(?<!\w){name}(?!\w)", words)}
        if named:
            self._named |= self._guess | named
            self._guess, self._guesses = frozenset(), None
            return True
        if self._guesses is None:
            singly = [frozenset([name]) for name in ours]
            together = [frozenset(ours[:n]) for n in range(2, len(ours) + 1)]
            if LIMIT_NAMES[0] in ours:  # it has two names, and may be known by neither
                singly.append(frozenset(LIMIT_NAMES))
                together.append(frozenset([*ours, *LIMIT_NAMES]))
            self._guesses = singly + together
        if self._guesses:
            self._guess = self._guesses.pop(0)
            return True
        self._end_negotiation()
        self.rejected += 1
        return False

    def _end_negotiation(self) -> None:
        self._named = self._guess = frozenset()
        self._guesses = None

    def _without(self, request: Request, dropped: frozenset[str]) -> Sent:
        sampling, extra = request.sampling, self._extra
        fields: dict[str, Any] = {"temperature": sampling.temperature}
        limit = next((name for name in LIMIT_NAMES if name not in dropped), None)
        if limit is not None and not any(name in extra for name in LIMIT_NAMES):
            fields[limit] = sampling.max_new_tokens
        if sampling.top_p < 1:
            fields["top_p"] = sampling.top_p
        if sampling.top_k > 0:
            fields["top_k"] = sampling.top_k
        if sampling.temperature > 0:
            fields["seed"] = request.seed % 2**31
        fields = {n: value for n, value in (fields | self._optional).items() if n not in dropped}
        return {n: v for n, v in (fields | extra).items() if not (n in extra and v is None)}


def _shape(sent: Sent) -> _Shape:
    """The names of the fields; of the temperature the value too, since some servers know one."""
    return frozenset(f"{n}={sent[n]}" if n == "temperature" else n for n in sent)
