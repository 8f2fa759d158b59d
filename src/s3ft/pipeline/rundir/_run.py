"""A run: its directory, its recipe, and the files that stay open while it works."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...judges import ReplyCache
from ...recipe import Recipe
from ...store import Store


@dataclass(frozen=True, slots=True)
class Run:
    """An open, locked run directory.

    ``mixture/<method>`` and ``models/<method>-seed<k>`` are the artefacts' places in it; ``cache``
    is where judges that ask a model keep its replies.
    """

    path: Path
    recipe: Recipe
    store: Store
    cache: ReplyCache

    def mixture(self, method: str) -> Path:
        return self.path / "mixture" / method

    def model(self, method: str, seed: int) -> Path:
        return self.path / "models" / label(method, seed)


def label(method: str, seed: int) -> str:
    """How a tuned model is named everywhere: ``s3ft-seed0``. The base is ``base``."""
    return f"{method}-seed{seed}"
