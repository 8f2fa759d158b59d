"""A run's mixtures and models as they go to the Hub, with their cards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

from .. import report as reports
from ..atomic import atomic_text
from ..errors import InputError
from ..evaluate import tuned
from ..export import Upload, dataset_card, mixture_upload, model_card, model_upload
from ..recipe import Recipe
from ..store import reading
from ._export import run_recipe
from .rundir import STORE, Run

CARD = "README.md"

What = Literal["mixture", "model"]


def write_cards(run: Run, report: Mapping[str, Any]) -> None:
    """Write the card of every mixture and model that the run has, beside it."""
    for method in run.recipe.methods:
        if (run.mixture(method) / CARD).exists():
            card = _dataset_card(run.path, run.recipe, report, method)
            atomic_text(run.mixture(method) / CARD, card)
    for method, seed in product(run.recipe.methods, run.recipe.seeds):
        if (folder := run.model(method, seed)).is_dir():
            name = tuned(method, seed)
            atomic_text(folder / CARD, model_card(run.recipe, report, method, seed, name=name))


def uploads_of(run: Path, name: str | None, repo: str, only: str | None = None) -> list[Upload]:
    """What of a run goes to the Hub: a method's mixture and its model, as far as there are any.

    Args:
        name: a method, or a model's name with its seed (``s3ft-seed1``); None where the run has
            one method. Of several seeds a method means the first.
        repo: what the model is called in its card.
        only: ``mixture`` or ``model``: leave out the other.

    Raises:
        InputError: there is no such run, method or seed, or nothing of it.
    """
    if only not in (None, *get_args(What)):
        raise InputError("--only", f"there is no {only!r}", "Say mixture or model.")
    recipe = run_recipe(run)
    method, seed = _meant(run, recipe, name)
    mixture, model = run / "mixture" / method, run / "models" / tuned(method, seed)
    has_mixture = only != "model" and (mixture / CARD).is_file()
    has_model = only != "mixture" and model.is_dir()
    if not has_mixture and not has_model:
        what = mixture if only == "mixture" else model
        raise InputError(str(what), "is not there yet", "Make it first: s3ft run.")
    with reading(run / STORE) as store:
        report = reports.build(store, recipe, run)
    found = []
    if has_mixture:
        found.append(mixture_upload(mixture, _dataset_card(run, recipe, report, method)))
    if has_model:
        found.append(model_upload(model, model_card(recipe, report, method, seed, name=repo)))
    return found


def _meant(run: Path, recipe: Recipe, name: str | None) -> tuple[str, int]:
    """The method and the seed."""
    if name is None:
        if len(recipe.methods) == 1:
            return recipe.methods[0], recipe.seeds[0]
        problem = f"has several methods: {', '.join(recipe.methods)}"
        raise InputError(str(run), problem, f"Name one: s3ft push {run} {recipe.methods[-1]} ...")
    if name in recipe.methods:
        return name, recipe.seeds[0]
    match = re.fullmatch(r"(.+)-seed(\d+)", name)
    if match and match[1] in recipe.methods and int(match[2]) in recipe.seeds:
        return match[1], int(match[2])
    known = [*recipe.methods, *(tuned(m, s) for m, s in product(recipe.methods, recipe.seeds))]
    raise InputError(str(run), f"there is no {name!r}", f"There are: {', '.join(known)}.")


def _dataset_card(run: Path, recipe: Recipe, report: Mapping[str, Any], method: str) -> str:
    written = (run / "mixture" / method / CARD).read_text(encoding="utf-8")
    rows = report["mixture"][method]["rows"]
    return dataset_card(recipe, report, method, written=written, rows=rows)
