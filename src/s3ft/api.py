"""What one calls from Python: the whole run, only the mixture, only the judge."""

from __future__ import annotations

import filecmp
import json
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .atomic import atomic_file
from .errors import InputError

if TYPE_CHECKING:
    from datasets import Dataset


def run(
    recipe: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | Iterable[str] = (),
    out: str | Path | None = None,
    origin: str | Path | None = None,
) -> dict[str, Any]:
    """Everything: answers, verdicts, mixture, training, evaluation. Called again, it goes on.

    Args:
        recipe: a YAML file, or the mapping itself.
        overrides: ``{"train.learning_rate": 1e-4}`` or ``["train.learning_rate=1e-4"]``.
        out: the run directory; default ``runs/<recipe's name>``.
        origin: another run's directory, whose answers, verdicts and scores of the base a new run
            begins with, as far as it would make the same.

    Returns:
        The report, as in the run's ``report.json``.

    Raises:
        InputError: the request is wrong.
        RunError: the work failed; the same call goes on from there.
    """
    from .pipeline import run_stages

    path = run_stages(
        recipe,
        overrides,
        None if out is None else Path(out),
        origin=None if origin is None else Path(origin),
    )
    report: dict[str, Any] = json.loads((path / "report.json").read_text(encoding="utf-8"))
    return report


def plan(
    recipe: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | Iterable[str] = (),
    probe: int = 32,
) -> dict[str, Any]:
    """What `run` would take: requests, tokens, steps, time and cost by stage. Makes no run.

    Args:
        recipe, overrides: as of `run`.
        probe: rows that are taken through the stages, and scaled up; 0 asks no model.

    Returns:
        ``rows``, ``probe``, ``checks``, ``mixture``, ``stages``, ``seconds``, ``cost`` and
        ``notes``, as `s3ft.pipeline.plan_recipe` tells.

    Raises:
        InputError: the request is wrong.
        RunError: the probe failed.
    """
    from .pipeline import plan_recipe

    return plan_recipe(recipe, overrides, probe)


def select(
    dataset: Iterable[Mapping[str, Any]],
    *,
    judge: str | Mapping[str, Any],
    method: str | Sequence[str] | Mapping[str, Any] = "s3ft",
    model: str | Mapping[str, Any] | None = None,
    responses: Mapping[str, str | list[str]] | None = None,
    data: Mapping[str, Any] | None = None,
    generate: Mapping[str, Any] | None = None,
    paraphrase: Mapping[str, Any] | None = None,
    rungs: Mapping[str, Any] | None = None,
    train: Mapping[str, Any] | None = None,
    allow: Sequence[str] = (),
    out: str | Path | None = None,
) -> Dataset:
    """Only the mixture of one method, to train on elsewhere.

    Args:
        dataset: rows: a `datasets.Dataset` or any iterable of mappings, in TRL's formats or mapped
            by ``data``.
        judge: a judge's name, or a mapping with its options: ``{"name": "math", "timeout": 2}``.
        method: a built-in method, or a ladder as in a recipe: the names of its rungs, or
            ``{"rungs": [...], "rounds": 2, "mask": {...}}``.
        model: the base model, as in a recipe; may be left out where ``responses`` are given and
            the method asks for no paraphrase.
        responses: the model's own answers by the rows' ids, made elsewhere; one text or samples.
        data: the recipe's column mapping: ``{"prompt": "{question}", "completion": "answer"}``.
        generate: the recipe's generation settings, such as ``{"n": 8, "temperature": 0.8}``.
        paraphrase: the recipe's settings of the paraphrase.
        rungs: rungs of one's own for the ladder, as in a recipe.
        train: the recipe's settings of training, where a method has two rounds: the first's model
            is trained with them.
        allow: what may befall nearly all answers without stopping, as in a recipe.
        out: a folder that is kept, so that a stopped call goes on; default: a temporary one.

    Returns:
        A `datasets.Dataset` with ``prompt``, ``completion``, ``source``, ``reason`` and more.

    Raises:
        InputError: the request or a row is wrong.
        RunError: the work failed.
    """
    from datasets import Dataset
    from pyarrow.parquet import read_table

    from .pipeline import run_stages

    name, ladders = "ladder", {}
    if isinstance(method, str):
        name = method
    else:
        ladders[name] = dict(method) if isinstance(method, Mapping) else list(method)
    recipe: dict[str, Any] = {
        "judge": {"name": judge} if isinstance(judge, str) else dict(judge),
        "methods": [name],
        "ladders": ladders,
        "rungs": dict(rungs or {}),
        "generate": dict(generate or {}),
        "paraphrase": dict(paraphrase or {}),
        "train": dict(train or {}),
        "allow": list(allow),
    }
    if model is not None:
        recipe["model"] = {"id": model} if isinstance(model, str) else dict(model)
    with tempfile.TemporaryDirectory(prefix="s3ft-") as scratch:
        folder = Path(out or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        recipe["data"] = {**(data or {}), "path": _keep(folder / "dataset.jsonl", dataset)}
        if responses is not None:
            rows = ({"id": key, "response": text} for key, text in responses.items())
            replay = {"path": _keep(folder / "responses.jsonl", rows)}
            recipe["generate"] |= {"engine": "replay", "replay": replay}
        path = run_stages(recipe, (), folder / "run", "select")
        return Dataset(read_table(path / "mixture" / name / "train.parquet"))


def export_mixture(
    run: str | Path, method: str, *, format: str = "trl", out: str | Path | None = None
) -> Path:
    """A method's mixture for other trainers, with configurations that train it there.

    Args:
        run: a run's directory.
        method: whose mixture.
        format: ``trl``, ``messages``, ``sharegpt``, ``alpaca``, ``openai`` or ``ids``.
        out: the folder to write; default: ``<run>/export/<method>-<format>``.

    Returns:
        The folder: ``train.jsonl``, and what TRL, Axolotl or LLaMA-Factory need beside it.

    Raises:
        InputError: the request is wrong; nothing is written.
    """
    from . import pipeline

    folder = None if out is None else Path(out)
    return pipeline.export_mixture(Path(run), method, format, folder).folder


def _keep(path: Path, rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as JSONL, unless other rows are there already."""
    from .data import storable

    with atomic_file(path) as partial:
        with open(partial, "w", encoding="utf-8") as handle:
            for row in storable(rows, path.stem, lambda note: warnings.warn(note, stacklevel=4)):
                handle.write(json.dumps(row, ensure_ascii=False) + "\n")
        if path.exists() and not filecmp.cmp(path, partial, shallow=False):
            partial.unlink()
            raise InputError(str(path), "holds other rows than these", "Choose another out.")
    return str(path)
