"""A run goes on by the recipe that made what is in it."""

from __future__ import annotations

from ...errors import InputError
from ...ladder import BUILT_IN
from ...recipe import Recipe, Resume, forbidden_changes
from ...status import RECIPE
from ._mend import mendable_split
from ._run import Run

SHOWN = 5
"""Changes that a message names."""

_MENDABLE = {"train": {Resume.BEFORE_ANSWERS, Resume.GROWS}, "test": {Resume.BEFORE_TARGET}}


def check_same_recipe(before: Recipe, run: Run) -> None:
    """See that a run's recipe differs from the one it was begun with only where it may.

    Raises:
        InputError: a key has changed that something in the run was made with.
    """
    changes = forbidden_changes(before, run.recipe, changeable(run))
    made = [change for change in changes if change.rule is not Resume.GROWS]
    if made:
        what = "; ".join(f"{key} was {old!r}, now {new!r}" for key, old, new, _ in made[:SHOWN])
        remedy = f"Choose another --out, or go on with {run.path / RECIPE}."
        raise InputError(str(run.path), f"this run was begun with another recipe: {what}", remedy)
    for change in changes:
        group, name = change.key.removeprefix("evaluate.").split(".", 1)
        one = group.removesuffix("s")
        problem = f"this run was begun with another {one} {name!r}"
        raise InputError(str(run.path), problem, f"Give the new {one} another name.")


def changeable(run: Run) -> set[Resume]:
    """The marks of the keys that nothing in a run was made with yet, so that they may change."""
    rules: set[Resume] = set()
    if split := mendable_split(run.store, run.path):
        rules |= _MENDABLE[split.partition(":")[0]]
    if not run.has_models():
        rules.add(Resume.BEFORE_TRAINING)
    # What is asked, judged or scored of anyone but a source of the ladders is the evaluation.
    spent = run.store.spent()
    asked = {rung.name for rung in run.recipe.rungs_to_ask()}
    selecting = {*BUILT_IN, *run.recipe.rungs, *asked}
    if not any(work.stage != "train" and work.source not in selecting for work in spent):
        rules |= {Resume.BEFORE_MEASURING, Resume.BEFORE_TARGET}
    return rules
