"""Every method is a ladder of sources, walked until a candidate is verified.

`sft` is the baseline. `rft` is rejection sampling (Yuan et al. 2023). `ssr` is Selective
Self-Rehearsal (arXiv 2409.04787, section 3). `sdft` is self-distillation fine-tuning (Yang et al.
2024, arXiv 2402.13669). `s3ft` is Selective Self-to-Supervised Fine-Tuning (arXiv 2502.08130,
section 3, algorithm 1).
"""

from __future__ import annotations

from types import MappingProxyType

from ..records import Source

Ladder = tuple[Source, ...]

METHODS: MappingProxyType[str, Ladder] = MappingProxyType(
    {
        "sft": ("gold",),
        "rft": ("self",),
        "ssr": ("self", "gold"),
        "sdft": ("paraphrase", "gold"),
        "s3ft": ("self", "paraphrase", "gold"),
    }
)


def check_ladder(ladder: Ladder) -> None:
    """Raise ValueError unless the ladder has rungs, none twice, and nothing after gold.

    Gold is never judged, so a rung after it could never be reached.
    """
    if not ladder:
        raise ValueError("a ladder needs at least one source")
    if len(set(ladder)) != len(ladder):
        raise ValueError("a ladder names each source once")
    if "gold" in ladder[:-1]:
        raise ValueError("gold is always accepted, so nothing can follow it on a ladder")
