"""The rungs of ladders: what a model is asked on each, and how often. Data, and nothing else.

This is the one place that names the built-in rungs; a recipe's ``rungs`` adds others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

from ..records import Sampling

Rounds = tuple[int, ...]
"""How many samples of a rung there are after each round of asking, such as (1, 2, 4, 8)."""

SELF, PARAPHRASE, GOLD = "self", "paraphrase", "gold"

GREEDY = Sampling()


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder.

    Args:
        name: what the mixture's column ``source`` says of its targets.
        key: the group of the recipe's keys that sets it, for messages.
        prompt: the file of the template that is put to the model in place of the example's last
            turn; None: the example's own prompt.
        shows: variables that the template has to show.
        first, further: how the first sample is drawn, and how the others are.
        rounds: how many samples a prompt has after each round of asking.
        from_file: whether a file answers: its samples are all there at once, however many.
        of: the training whose model is asked, in a second round; empty: the base is.
        asks: whether a model is asked. If not, the target is the gold itself, which nobody judges.
        meaning: what its targets are, in words for cards and reports.
    """

    name: str
    key: str = ""
    prompt: str | None = None
    shows: tuple[str, ...] = ()
    first: Sampling = GREEDY
    further: Sampling = GREEDY
    rounds: Rounds = (1,)
    of: str = ""
    asks: bool = True
    meaning: str = ""
    from_file: bool = False

    def sampling(self, sample: int) -> Sampling:
        """How a sample is drawn, by its number from 0."""
        return self.further if sample else self.first

    @property
    def asks_own_prompt(self) -> bool:
        """Whether the base is asked the example's own prompt, as the trained model will be."""
        return self.asks and self.prompt is None and not self.of

    def again(self, training: str) -> Rung:
        """The same, asked of the model of a training."""
        return replace(
            self,
            name=f"{training}-{self.name}",
            of=training,
            from_file=False,
            meaning=f"the same as {self.name}, of a model trained on what was verified before",
        )


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Where a recipe sets a built-in rung, and its prompt unless the recipe names another."""

    key: str
    meaning: str
    prompt: str | None = None
    shows: tuple[str, ...] = ()
    asks: bool = True


BUILT_IN: Mapping[str, BuiltIn] = MappingProxyType(
    {
        SELF: BuiltIn("generate", "the base model's own verified answer"),
        PARAPHRASE: BuiltIn(
            "paraphrase",
            "the gold, restated by the base model and verified",
            "paraphrase.j2",
            shows=("gold",),
        ),
        GOLD: BuiltIn("data.completion", "the gold itself", asks=False),
    }
)
"""``self``: the model's own answer. ``paraphrase``: the gold, restated by the model (S3FT, arXiv
2502.08130, section 3). ``gold``: the gold itself."""


def built_in_rungs(ladder: Iterable[str]) -> tuple[Rung, ...]:
    """The built-in rungs of these names, each asked once and greedily.

    Raises:
        KeyError: one is not built in.
    """
    return tuple(Rung(name, **asdict(BUILT_IN[name])) for name in ladder)


ATTEMPTED = SELF
"""The rung whose first sample a template sees as the model's own failed ``attempt``."""

REPLAY = "replay"
"""The source of general rows that are mixed in as they are (`data.replay`), and their split in a
run's file: no rung, on no ladder."""

RESERVED = ("dropped", "base", "target", "judge", REPLAY)
"""Names that the report and the plan use beside those of rungs."""
