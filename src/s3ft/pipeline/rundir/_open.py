"""Opening a run directory: made whole or not at all, resumed only by the recipe that made it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from ...atomic import atomic_text
from ...judges import REPLIES, ReplyCache
from ...progress import console
from ...recipe import Recipe, load
from ...status import RECIPE, STORE
from ...store import OVERRULINGS, Store
from .._model import RunModel
from ._data import read_data, read_other_targets
from ._environment import environment
from ._folder import lock_folder
from ._full_disk import reporting_full_disk
from ._origin import copy_files, keep_what_holds, origin_recipe
from ._replay import read_replay
from ._run import Run
from ._same_recipe import check_same_recipe


@contextmanager
def open_run(
    recipe: Recipe,
    out: Path,
    check: Callable[[Run], None] = lambda run: None,
    base: RunModel | None = None,
    origin: Path | None = None,
    selected: bool = False,
) -> Iterator[Run]:
    """Begin a run in ``out``, or resume the one that is there.

    The data are read once, when the run begins, and stand in the run from then on.

    Args:
        check: called once the data are there; what it raises undoes the beginning of a run.
        base: the untuned model, where there is one already.
        origin: the directory of another run, whose answers, verdicts and scores of the base a new
            one begins with; one that is there goes on without.
        selected: take over what was selected as well, however this run trains.

    Raises:
        InputError: the folder is something else, belongs to another recipe or is in use, or the
            data are wrong. What a beginning made is removed again.
    """
    recipe_file = out / RECIPE
    with ExitStack() as stack:
        folder = stack.enter_context(lock_folder(out))
        stack.enter_context(reporting_full_disk(out))
        before = None
        if origin is not None and not folder.resumes:
            before = origin_recipe(origin)
            copy_files(origin, out)
        store = stack.enter_context(Store(out / STORE))
        store.see_overrulings(int(store.metadata(OVERRULINGS) or 0))
        cache = stack.enter_context(ReplyCache(out / REPLIES))
        run = Run(out, recipe, store, cache, base or RunModel(recipe, recipe.model))
        with closing(run):
            if origin is not None and before is not None:
                console.print(keep_what_holds(origin, before, run, selected=selected), markup=False)
            if folder.resumes:
                check_same_recipe(load(recipe_file), run)
            if store.metadata("data") is None:
                read_data(recipe, store)
            read_other_targets(recipe, store)
            read_replay(run)
            check(run)
            atomic_text(recipe_file, recipe.to_yaml())
            folder.keep()
            about = out / "environment.json"
            if not about.exists():
                atomic_text(about, json.dumps(environment(recipe), indent=2) + "\n")
            yield run


def with_start_date(recipe: Recipe, out: Path, origin: Path | None = None) -> Recipe:
    """The recipe with the date on which its run began, for chat templates that ask for one.

    A run that is there keeps the date that it has, and one that begins with another has that one's.
    """
    if recipe.model is None or recipe.model.date is not None:
        return recipe
    recipe_file, today = out / RECIPE, datetime.date.today().isoformat()
    if not recipe_file.exists() and origin is not None:
        before = origin_recipe(origin).model
    else:
        before = load(recipe_file).model if recipe_file.exists() else None
    model = recipe.model.model_copy(update={"date": today if before is None else before.date})
    return recipe.model_copy(update={"model": model})
