"""What may be mended in the recipe of a run that was stopped, or that has nothing answered yet.

A response is identified by what was asked, and how. So after a change, candidates and verdicts are
made anew from what is stored: what is asked in the same way as before is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...store import Store
from ..selection._guard import STOPPED

MENDABLE: Mapping[str, tuple[str, ...]] = {
    "train": (
        "generate",
        "paraphrase",
        "rungs",
        "judge",
        "model.chat_template",
        "model.chat_template_kwargs",
    ),
    "test": ("evaluate.target",),
}
"""The keys that may be changed, by the split on whose answers the run was stopped."""

_FACTS = (
    STOPPED,
    "checked until ",
    "walked: ",
    "model on the server",
    "replayed file",
    "prompt of ",
)
"""What is found out anew; each is how the names of facts begin."""


def mendable(store: Store, out: Path) -> tuple[str, ...]:
    """The keys that may differ from those that the run in ``out`` was begun with."""
    return MENDABLE[split] if (split := _open_split(store, out)) else ()


def begin_anew(store: Store, out: Path) -> None:
    """Take back what a stopped run made of its responses, so that it is made anew."""
    if split := _open_split(store, out):
        store.forget(split, _FACTS)


def _open_split(store: Store, out: Path) -> str | None:
    """The split whose answers nothing was made of yet, where it may be asked about anew."""
    stopped = store.metadata(STOPPED)
    if stopped is None and not store.has_candidates("train"):
        stopped = "train"
    written = any((out / "mixture").glob("[!.]*"))
    return None if stopped == "train" and written else stopped
