"""The contract of an engine: requests in, responses out, each with its key, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ..records import Request, Response


class Engine(Protocol):
    """Who answers.

    An engine yields lists of finished responses; a list is what is stored at once. It answers
    every request exactly once, or raises `s3ft.errors.RunError`: an error is never an answer.
    Requests are handed over whole, and an engine orders them as it likes, but always alike: when
    whole lists of answered requests are taken away from the front, the same lists must follow. So
    a run that was stopped goes on with the very batches that an undisturbed one would have made.
    """

    @property
    def name(self) -> str:
        """What is written into the records, such as ``transformers``."""

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]: ...
