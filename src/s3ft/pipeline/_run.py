"""A run from its recipe: the order of the stages."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..judges import canary_line, close, registry
from ..packages import require
from ..progress import console
from ..recipe import Recipe, load
from ..records import content_hash
from ._launched import is_main, launched, train_along, wait_for_others
from ._model import RunModel
from ._preflight import preflight
from ._stages import RUN_STAGE, STAGES, Stage, reaches
from ._stages import write_report as write_run_report
from ._sweep import sweep
from .rundir import (
    Run,
    begin_anew,
    check_unchanged,
    environment,
    open_run,
    read_sweep,
    with_start_date,
)
from .selection import pin_sources

RecipeSource = str | Path | Mapping[str, Any]
Overrides = Iterable[str] | Mapping[str, Any]


def run_stages(
    source: RecipeSource,
    overrides: Overrides = (),
    out: Path | None = None,
    until: Stage = "report",
    origin: Path | None = None,
    *,
    selected: bool = False,
) -> Path:
    """Bring a run up to a stage; what is done already is not done again.

    Args:
        source: a recipe's file, or the mapping itself.
        overrides: ``key.path=value`` changes to it, or a mapping of key paths to values.
        out: the run directory; default ``runs/<recipe's name>``.
        until: the last stage to do.
        origin: the directory of another run that a new one begins with: answers, verdicts and the
            base's scores are taken from there, as far as this recipe would make the same.
        selected: what was selected there is taken over as well, however this run trains: also
            what models of first rounds answered.

    Returns:
        The run directory.

    Raises:
        InputError: the request is wrong; what a beginning made is removed again.
        RunError: the work failed; the same call goes on from there.
    """
    recipe = with_start_date(load(source, overrides), folder(source, out), origin)
    base = _base(recipe, until)
    if launched():
        swept = read_sweep(folder(source, out)) or {"chosen": {}}
        if recipe.sweep and not set(recipe.methods) <= set(swept["chosen"]):
            remedy = "Sweep without it: s3ft train with one seed. Then launch the other seeds."
            raise InputError("the launcher", "cannot be used for a sweep", remedy)
        if until != "train":
            remedy = "Launch s3ft train; the other stages go on from there without a launcher."
            raise InputError("the launcher", f"{until} has no use for its processes", remedy)
        wait_for_others(recipe, base)
        if not is_main():
            train_along(recipe, base, folder(source, out))
            return folder(source, out)

    def check(run: Run) -> None:
        check_unchanged(run)
        begin_anew(run.store, run.path)
        if origin is not None:
            pin_sources(run)
        # Whatever changed since an earlier start, recipe or packages, is looked at again.
        looked_at = content_hash(recipe.model_dump(mode="json"), environment(recipe))
        if run.store.metadata(f"checked until {until}") != looked_at:
            for line in preflight(run, until=until):
                console.print(line)
            run.store.set_metadata(f"checked until {until}", looked_at)

    with open_run(recipe, folder(source, out), check, base, origin, selected) as run:
        for stage in STAGES[: STAGES.index(until) + 1]:
            if stage == "train" and recipe.sweep:
                sweep(run, _begin)
            canaries = len(run.cache.recent)
            RUN_STAGE[stage](run)
            if len(run.cache.recent) > canaries:
                console.print(canary_line(run.cache.canaries))
        return run.path


def _begin(recipe: dict[str, Any], out: Path, until: Stage, origin: Path) -> Path:
    return run_stages(recipe, (), out, until, origin, selected=True)


def check_recipe(source: RecipeSource, overrides: Overrides = ()) -> list[str]:
    """The pre-flight of a whole run, in a temporary folder; what was found, a line each.

    Raises:
        InputError: what would stop the run, or spoil it.
    """
    with scratch_run(load(source, overrides)) as (run, until):
        return preflight(run, until=until)


@contextmanager
def scratch_run(recipe: Recipe) -> Iterator[tuple[Run, Stage]]:
    """A run that is gone afterwards, and the last stage that it could do."""
    until: Stage = "report" if recipe.model else "select"
    base = _base(recipe, until)
    with (
        tempfile.TemporaryDirectory(prefix="s3ft-") as scratch,
        open_run(recipe, Path(scratch) / "run", base=base) as run,
    ):
        yield run, until


def write_report(source: RecipeSource, overrides: Overrides = (), out: Path | None = None) -> Path:
    """Write the report on what a run has so far, by the recipe that it keeps; the path of its page.

    Args:
        overrides: changes to that recipe for this report: ``methods=[sft]`` reports on these alone.

    Raises:
        InputError: there is no such run, or a change would make another run of it.
    """
    load(source, overrides)
    path = folder(source, out)
    known = path / "recipe.yaml"
    if not known.exists():
        raise InputError(str(path), "there is no run here", "Begin one with s3ft run.")
    kept, recipe = known.read_bytes(), load(known, overrides)
    with open_run(recipe, path) as run:
        known.write_bytes(kept)  # the changes are this report's alone
        write_run_report(run)
    return path / "report.html"


def folder(source: RecipeSource, out: Path | None) -> Path:
    """Where the run of a recipe is: ``out``, or a folder named after the recipe."""
    if out is not None:
        return Path(out)
    if isinstance(source, Mapping):
        raise InputError("out", "is required where the recipe is not a file")
    return Path("runs") / re.sub(r"[^A-Za-z0-9._-]+", "-", Path(source).stem)


def _base(recipe: Recipe, until: Stage) -> RunModel:
    """The base model, after a first look at the request that needs no data."""
    if recipe.model is not None:
        measures = reaches(until, "evaluate") and bool(recipe.evaluate.benchmarks)
        require(["train", *["eval"] * measures], "for a model that answers and is tuned")
    close(registry.make(recipe.judge.name, recipe.judge.options))
    target = recipe.evaluate.target
    if target is not None and target.judge is not None:
        where = "evaluate.target.judge"
        close(registry.make(target.judge.name, target.judge.options, where=where))
    if recipe.model is None and reaches(until, "train"):
        raise InputError("model", "is required to train", "Name the model to fine-tune.")
    base = RunModel(recipe, recipe.model)
    if base.exists:
        _ = base.fingerprint, base.chat
    for rung in recipe.rungs_to_ask():
        base.server(rung)
    return base
