"""Every method is a ladder of rungs, walked until a candidate is verified.

`sft` is the baseline. `rft` is rejection sampling (Yuan et al. 2023). `ssr` is Selective
Self-Rehearsal (arXiv 2409.04787, section 3). `sdft` is self-distillation fine-tuning (Yang et al.
2024, arXiv 2402.13669). `s3ft` is Selective Self-to-Supervised Fine-Tuning (arXiv 2502.08130,
section 3, algorithm 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from ._rungs import GOLD, PARAPHRASE, SELF

Ladder = tuple[str, ...]
"""The names of its rungs, from the first that is tried."""

METHODS: MappingProxyType[str, Ladder] = MappingProxyType(
    {
        "sft": (GOLD,),
        "rft": (SELF,),
        "ssr": (SELF, GOLD),
        "sdft": (PARAPHRASE, GOLD),
        "s3ft": (SELF, PARAPHRASE, GOLD),
    }
)


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
