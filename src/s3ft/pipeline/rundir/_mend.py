"""What may be mended in a run that was stopped by its answers, or that has none yet.

A response is identified by what was asked, and how. So after a change, candidates and verdicts are
made anew from what is stored: what is asked in the same way as before is not asked again.
"""

from __future__ import annotations

from pathlib import Path

from ...store import Store

STOPPED = "stopped"
"""The metadata that name the split on whose answers a run was stopped."""

_FOUND_OUT = (
    STOPPED,
    "checked until ",
    "walked: ",
    "model on the server",
    "replayed file",
    "prompt of ",
)
"""Metadata that are found out anew, by how their names begin."""


def mendable_split(store: Store, out: Path) -> str | None:
    """The split whose answers nothing was made of yet, where it may be asked about anew.

    Args:
        out: the directory of the run.
    """
    stopped = store.metadata(STOPPED)
    if stopped is None and not store.has_candidates("train"):
        stopped = "train"
    written = any((out / "mixture").glob("[!.]*"))
    return None if stopped == "train" and written else stopped


def begin_anew(store: Store, out: Path) -> None:
    """Take back what a stopped run made of its responses, so that it is made anew."""
    if split := mendable_split(store, out):
        store.forget(split, _FOUND_OUT)
