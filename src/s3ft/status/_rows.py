"""What the stored answers and verdicts say, in one pass over the rows, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from ..ladder import Missing, walk
from ..recipe import Recipe
from ..records import Candidate
from ..store import Store


@dataclass(slots=True)
class Verdicts:
    """The answers of a source, by the judge's word; ``cut`` are those the model did not end."""

    split: str
    source: str
    correct: int = 0
    incorrect: int = 0
    unknown: int = 0
    unjudged: int = 0
    cut: int = 0

    def add(self, candidates: Sequence[Candidate]) -> None:
        for candidate in candidates:
            if candidate.source == self.source:
                label = candidate.verdict.label if candidate.verdict else "unjudged"
                setattr(self, label, getattr(self, label) + 1)
                self.cut += candidate.response.finish_reason != "stop"

    @property
    def answers(self) -> int:
        return self.correct + self.incorrect + self.unknown + self.unjudged

    def to_dict(self) -> dict[str, str | int]:
        return asdict(self)


@dataclass(slots=True)
class Ladders:
    """How far the ladders of all methods are walked, in prompts of the train split."""

    begun: int = 0
    """With an answer of every rung that stands first on a ladder."""
    ended: int = 0
    """On all ladders to their end."""
    waiting: Counter[str] = field(default_factory=Counter)
    """Others, by the rung that is to be asked or judged next."""
    solved: Counter[str] = field(default_factory=Counter)
    """With a verified answer, by rung."""


def read_verdicts(store: Store, split: str, sources: Sequence[str]) -> list[Verdicts]:
    """The verdicts on a split's answers, of those who gave any."""
    found = [Verdicts(split, source) for source in sources]
    for entry in store.verdicts(split, sources):
        for one in found:
            one.add(entry.candidates)
    return [one for one in found if one.answers]


def read_ladders(store: Store, recipe: Recipe) -> tuple[Ladders, list[Verdicts]]:
    """How far the ladders are walked, and the verdicts on what was asked on them."""
    rungs = [rung.name for rung in recipe.rungs_to_ask()]
    verdicts, found = [Verdicts("train", name) for name in rungs], Ladders()
    methods = [recipe.method(name) for name in recipe.methods]
    firsts = {method.rungs[0].name for method in methods if method.rungs[0].asks}
    for entry in store.verdicts("train", rungs):
        candidates = entry.candidates
        for one in verdicts:
            one.add(candidates)
        asked = {candidate.source for candidate in candidates}
        found.begun += firsts <= asked
        found.solved.update(
            {
                candidate.source
                for candidate in candidates
                if candidate.verdict is not None and candidate.verdict.label == "correct"
            }
        )
        outcomes = [
            walk(
                entry.example,  # nobody: how far a ladder is walked depends on the verdicts
                method,
                candidates,
                gold_logprobs=entry.gold_logprobs,
            )
            for method in methods
        ]
        waiting = {outcome.rung for outcome in outcomes if isinstance(outcome, Missing)}
        found.waiting.update(waiting)
        found.ended += not waiting
    return found, [one for one in verdicts if one.answers]
