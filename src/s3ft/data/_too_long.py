"""Rows that are too long to train on, left out and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..errors import InputError
from ..records import Example

TOO_LONG = "data too long"
"""The name of what a run's metadata tell of them."""

SHOWN = 5
"""Ids that are kept."""


@dataclass
class TooLong:
    """What was left out for its length: more than ``limit`` tokens of prompt and gold.

    ``rows`` counts, ``ids`` are the first of them.
    """

    limit: int
    rows: int = 0
    ids: list[str] = field(default_factory=list)

    def without(
        self, examples: Iterable[Example], tokens: Callable[[Example], int]
    ) -> Iterator[Example]:
        """The examples that fit.

        Raises:
            InputError: at the end, where none did.
        """
        kept = False
        for example in examples:
            if tokens(example) <= self.limit:
                kept = True
                yield example
            else:
                self.rows += 1
                self.ids += [example.id] if len(self.ids) < SHOWN else []
        if not kept:
            problem = f"all {self.rows:,} rows are longer than {self.limit:,} tokens"
            raise InputError("train.max_length", problem, "Raise it if the model allows it.")

    def line(self) -> str:
        """What was left out, in words."""
        named = ", ".join(self.ids) + (", ..." if self.rows > len(self.ids) else "")
        return f"{self.rows:,} train rows longer than {self.limit:,} tokens are left out: {named}"
