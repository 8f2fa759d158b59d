"""Every method is a ladder of rungs, walked until a candidate is verified.

`sft` is the baseline. `rft` is rejection sampling (Yuan et al. 2023). `ssr` is Selective
Self-Rehearsal (arXiv 2409.04787, section 3). `sdft` is self-distillation fine-tuning (Yang et al.
2024, arXiv 2402.13669). `s3ft` is Selective Self-to-Supervised Fine-Tuning (arXiv 2502.08130,
section 3, algorithm 1). `s3ft-plus` is ours: the same ladder, walked twice, with golds masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from ._mask import Mask
from ._pick import Pick, first, likeliest
from ._rungs import GOLD, PARAPHRASE, SELF, Rung

Ladder = tuple[str, ...]
"""The names of its rungs, from the first that is tried."""

METHODS: MappingProxyType[str, Ladder] = MappingProxyType(
    {
        "sft": (GOLD,),
        "rft": (SELF,),
        "ssr": (SELF, GOLD),
        "sdft": (PARAPHRASE, GOLD),
        "s3ft": (SELF, PARAPHRASE, GOLD),
        "s3ft-plus": (SELF, PARAPHRASE, GOLD),
    }
)


@dataclass(frozen=True, slots=True)
class Method:
    """How a target is chosen for each example.

    Args:
        rungs: its ladder, from the first that is tried.
        pick: which of several verified samples of a rung is taken.
        likelier: pass over answers to prompts that show more than the example's own, where the
            base finds them no likelier a token than the gold.
        mask: which tokens of its targets are not trained.
    """

    rungs: tuple[Rung, ...]
    pick: Pick = first
    likelier: bool = False
    mask: Mask | None = None

    @property
    def first_round(self) -> Method | None:
        """What the model is trained on that a second round asks: the verified answers of the first.

        Without the gold, or it would give that back. None where there is but one round.
        """
        if not any(rung.of for rung in self.rungs):
            return None
        return replace(self, rungs=tuple(r for r in self.rungs if r.asks and not r.of))

    def masks(self, rung: Rung) -> bool:
        """Whether tokens of a rung's targets may be left out of the loss."""
        return self.mask is not None and rung in self.rungs and self.mask.covers(rung)

    @property
    def weighs_gold(self) -> bool:
        """Whether the base is asked how likely it finds the golds."""
        return self.likelier or any(self.masks(rung) for rung in self.rungs if not rung.asks)

    def weighs(self, rung: Rung) -> bool:
        """Whether the base is asked how likely it finds a rung's verified answers.

        Behind the example's own prompt, that is: of answers to that prompt it said so itself, but
        for their single tokens.
        """
        if rung not in self.rungs or not rung.asks:
            return False
        picks = self.pick is likeliest and rung.rounds[-1] > 1
        return self.masks(rung) or (not rung.asks_own_prompt and (picks or self.likelier))


ROUND_SEED = 0
"""The seed of a first round's training, whatever the recipe's seeds."""


def first_round(method: str) -> str:
    """The name of the training whose model is asked in a method's second round."""
    return f"{method}-round1"


def check_ladder(ladder: Sequence[str]) -> None:
    """Raise ValueError unless the ladder has rungs, none twice, and nothing after gold.

    Gold is never judged, so a rung after it could never be reached.
    """
    if not ladder:
        raise ValueError("a ladder needs at least one rung")
    if len(set(ladder)) != len(ladder):
        raise ValueError("a ladder names each rung once")
    if GOLD in ladder[:-1]:
        raise ValueError("gold is always accepted, so nothing can follow it on a ladder")
