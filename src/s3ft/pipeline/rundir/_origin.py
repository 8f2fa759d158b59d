"""A run that begins with what another has: its answers and verdicts, and the base's scores."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ...errors import InputError
from ...judges import REPLIES
from ...recipe import Recipe, Resume, forbidden_changes, load
from ...status import RECIPE, STORE
from ...store import Store
from ._data import read_test_anew
from ._folder import DRIFT_FILES
from ._run import Run
from ._same_recipe import changeable

SHOWN = 5
"""Changes that a message names."""

_TEST_ROWS = ("data.test", "data.max_test")
_MEASURING = (Resume.BEFORE_MEASURING, Resume.BEFORE_TARGET)


def origin_recipe(origin: Path) -> Recipe:
    """The recipe of the run that another begins with.

    Raises:
        InputError: there is no run.
    """
    if not (origin / RECIPE).is_file() or not (origin / STORE).is_file():
        raise InputError(f"--from {origin}", "there is no run here", "Name a run's directory.")
    return load(origin / RECIPE)


def copy_files(origin: Path, out: Path) -> None:
    """Copy what a run has stored, also while it is being written, into a new folder."""
    for name in (STORE, REPLIES):
        if (origin / name).is_file():
            with (
                closing(
                    sqlite3.connect(f"{(origin / name).resolve().as_uri()}?mode=ro", uri=True)
                ) as source,
                closing(sqlite3.connect(out / name)) as copy,
            ):
                source.backup(copy)
    for name in DRIFT_FILES:
        if (origin / name).is_file():
            shutil.copy2(origin / name, out)


def keep_what_holds(origin: Path, before: Recipe, run: Run, *, selected: bool = False) -> str:
    """Leave in a copied store what was made as this run would make it, and tell what that is.

    What the tuned models said and scored goes, that of first rounds too unless ``selected``: then
    the mixtures are to be those of the other run, however this one trains. The base's measurements
    go too where they would be made otherwise now; where other rows are tested on, these are read.

    Raises:
        InputError: answers and verdicts would be others now: a key has changed that they were made
            with.
    """
    store, recipe = run.store, run.recipe
    rungs = () if selected else before.rungs_to_ask()
    store.forget_tuned([rung.name for rung in rungs if rung.of])
    changes = forbidden_changes(before, recipe, changeable(run))
    if any(change.rule in _MEASURING or change.key in _TEST_ROWS for change in changes):
        store.forget_measured()
        for name in DRIFT_FILES:
            (run.path / name).unlink(missing_ok=True)
        changes = forbidden_changes(before, recipe, changeable(run))
    if any(change.key in _TEST_ROWS for change in changes):
        read_test_anew(run)
        changes = [change for change in changes if change.key not in _TEST_ROWS]
    if changes:
        what = "; ".join(f"{key} was {old!r}, now {new!r}" for key, old, new, _ in changes[:SHOWN])
        raise InputError(
            f"--from {origin}",
            f"its answers were made with another recipe: {what}",
            "Leave --from out, or ask as that run did.",
        )
    return f"from {origin}: {_told(store)}"


def _told(store: Store) -> str:
    verdicts = {source: sum(n.values()) for (_, source), n in store.labels().items()}
    answers = [f"{count:,} of {source}" for source, count in verdicts.items() if source != "base"]
    told = [f"answers and verdicts ({', '.join(answers)})" if answers else "no answers"]
    if tasks := store.tasks("base"):
        told.append(f"the base's scores ({', '.join(tasks)})")
    return " and ".join(told)
