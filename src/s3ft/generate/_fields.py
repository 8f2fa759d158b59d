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

LIMITS = ("max_tokens", "max_completion_tokens")
"""The two names of the limit; all servers know the first but for OpenAI's newest models."""

ORDER = ("seed", "return_token_ids", "logprobs", "response_format", "temperature", *LIMITS)
"""What is missed least comes first."""

Sent = Mapping[str, Any]
"""The fields of one request."""

_Shape = frozenset[str]


class Fields:
    """The fields for one server, and what it has shown to take.

    What ``extra`` names is not negotiated: it stands as it is, or, where it is null, is left out.

    Args:
        wishes: what the engine would like to have beside the sampling parameters.
        extra: what the recipe adds, or sets otherwise.
    """

    def __init__(self, wishes: Mapping[str, Any], extra: Mapping[str, Any]) -> None:
        self._wishes, self._extra = dict(wishes), dict(extra)
        self._taken: set[_Shape] = set()
        self._left_out: frozenset[str] = frozenset()
        self._named: frozenset[str] = frozenset()  # by refusals of the request under negotiation
        self._guess: frozenset[str] = frozenset()  # what that is asked without beside these
        self._guesses: list[frozenset[str]] | None = None
        self.dead_ends = 0
        """Requests that were refused in every form, since fields were last found to be taken."""

    def of(self, request: Request) -> Sent:
        """The fields of a request, less those that the server does not take."""
        fields = self._without(request, self._left_out)
        if _shape(fields) in self._taken:
            return fields
        return self._without(request, self._left_out | self._named | self._guess)

    def known(self, request: Request) -> bool:
        """Whether the server has taken a request with these fields."""
        return _shape(self._without(request, self._left_out)) in self._taken

    @property
    def proven(self) -> bool:
        """Whether the server has taken any request."""
        return bool(self._taken)

    def took(self, sent: Sent) -> list[str]:
        """Note that the server took these fields; which it turned out not to take."""
        if _shape(sent) in self._taken:
            return []
        missed = sorted((self._named | self._guess) - self._left_out)
        self._left_out |= self._named | self._guess
        self._taken.add(_shape(sent))
        self._begin_anew()
        self.dead_ends = 0
        return missed

    def refused(self, sent: Sent, words: str) -> bool:
        """Whether a request that was refused in these words is to be sent again, with fewer fields.

        If a request with the same fields was taken before, they are not what is wrong with it.
        """
        if _shape(sent) in self._taken:
            return False
        ours = [name for name in ORDER if name in sent and name not in self._extra]
        named = {name for name in ours if re.search(rf"(?<!\w){name}(?!\w)", words)}
        if named:
            self._named |= self._guess | named
            self._guess, self._guesses = frozenset(), None
            return True
        if self._guesses is None:
            singly = [frozenset([name]) for name in ours]
            together = [frozenset(ours[:n]) for n in range(2, len(ours) + 1)]
            if LIMITS[0] in ours:  # it has two names, and may be known by neither
                singly.append(frozenset(LIMITS))
                together.append(frozenset([*ours, *LIMITS]))
            self._guesses = singly + together
        if self._guesses:
            self._guess = self._guesses.pop(0)
            return True
        self._begin_anew()
        self.dead_ends += 1
        return False

    def _begin_anew(self) -> None:
        self._named = self._guess = frozenset()
        self._guesses = None

    def _without(self, request: Request, left_out: frozenset[str]) -> Sent:
        sampling, extra = request.sampling, self._extra
        fields: dict[str, Any] = {"temperature": sampling.temperature}
        limit = next((name for name in LIMITS if name not in left_out), None)
        if limit is not None and not any(name in extra for name in LIMITS):
            fields[limit] = sampling.max_new_tokens
        if sampling.top_p < 1:
            fields["top_p"] = sampling.top_p
        if sampling.top_k > 0:
            fields["top_k"] = sampling.top_k
        if sampling.temperature > 0:
            fields["seed"] = request.seed % 2**31
        fields = {n: value for n, value in (fields | self._wishes).items() if n not in left_out}
        return {n: v for n, v in (fields | extra).items() if not (n in extra and v is None)}


def _shape(sent: Sent) -> _Shape:
    """The names of the fields; of the temperature the value too, since some servers know one."""
    return frozenset(f"{n}={sent[n]}" if n == "temperature" else n for n in sent)
