"""What is solved so far, for the progress."""

from __future__ import annotations

from collections.abc import Iterable

from ...records import Verdict
from ...store import Place, Store


class Solved:
    """Prompts with a correct answer, by source, and what the judge could not decide.

    Read once from the store, with what earlier rounds and starts found; then it goes along.

    Args:
        source: whose responses are being judged.
        others: which other sources may have solved prompts of this split.
    """

    def __init__(self, store: Store, split: str, source: str, others: Iterable[str] = ()) -> None:
        self._source = source
        self._solved = {name: store.solved(split, name) for name in (source, *others)}
        self._undecided = set(store.attempts(split, source))

    def add(self, verdicts: Iterable[tuple[Place, Verdict]]) -> None:
        """Take in what was judged just now."""
        for place, verdict in verdicts:
            at = (place.position, place.sample)
            if verdict.label == "unknown":
                self._undecided.add(at)
                continue
            self._undecided.discard(at)
            if verdict.label == "correct":
                self._solved[self._source].add(place.position)

    def __str__(self) -> str:
        """``solved: 40 paraphrase, 211 self; 3 judge errors``: this source, and those that solved
        something."""
        solved = ", ".join(
            f"{len(found):,} {name}"
            for name, found in self._solved.items()
            if found or name == self._source
        )
        errors = f"; {len(self._undecided):,} judge errors" if self._undecided else ""
        return f"solved: {solved}{errors}"
