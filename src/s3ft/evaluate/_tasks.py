"""Finds and loads lm-evaluation-harness tasks, and refuses a wrong request before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from glob import escape, glob
from pathlib import Path
from typing import Any

import yaml

from ..embedded import DEFAULT_WORLD, embedded
from ..errors import InputError
from ..recipe import Evaluate
from ..suggest import did_you_mean
from ._quiet import quiet

METRICS = ("acc_norm", "acc", "exact_match")
"""The main metric of a task is the first of these that it reports, else the first it names."""

WHERE = "evaluate.benchmarks"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark as the recipe names it, with the tasks under it and each one's metrics.

    ``metrics`` are those with a score for each item where more is better, the main one first.
    """

    name: str
    tasks: dict[str, Any]
    metrics: dict[str, list[str]]


def load_benchmarks(config: Evaluate) -> tuple[Benchmark, ...]:
    """The benchmarks of a recipe, loaded once in a process.

    Raises:
        InputError: the folder of local tasks or its YAML is wrong; a task does not exist, would
            run code that the model writes, has no score for each item, or cannot be loaded.
    """
    folder = _folder(config.tasks)
    return _load(tuple(config.benchmarks), folder, config.num_fewshot)


def _folder(tasks: str | None) -> Path | None:
    if tasks is None:
        return None
    if (world := embedded(tasks)) is not None:
        return world.TASKS
    folder = Path(tasks).expanduser()
    if not folder.is_dir():
        remedy = f"Name one, or `{DEFAULT_WORLD}`."
        raise InputError("evaluate.tasks", f"there is no folder {tasks!r}", remedy)
    return folder.resolve()


@lru_cache(maxsize=1)
def _load(
    names: tuple[str, ...], folder: Path | None, num_fewshot: int | None
) -> tuple[Benchmark, ...]:
    if folder is not None:
        _check_yaml(folder)
    if not names:
        return ()
    manager = _manager(names, folder)
    for name in names:
        entry = manager.task_index.get(name)
        if entry is None:
            hint = did_you_mean(name, manager.task_index)
            remedy = f"{hint} `lm-eval ls tasks` lists the stock tasks.".lstrip()
            raise InputError(WHERE, f"there is no task {name!r}", remedy)
        if (entry.cfg or {}).get("unsafe_code"):
            raise _runs_code(name)
    loaded = []
    for name in names:
        try:
            with quiet():
                tasks = manager.load([name])["tasks"]
        except Exception as error:  # the task's own YAML, functions and data: anything can be wrong
            remedy = "Offline, only tasks whose data are on this machine can be used."
            raise unusable(name, "loaded", error, remedy) from error
        if any(getattr(task, "UNSAFE_CODE", False) for task in tasks.values()):
            raise _runs_code(name)
        metrics = {leaf: _metrics(leaf, task) for leaf, task in tasks.items()}
        for task in tasks.values():
            _set_shots(task, num_fewshot)
        loaded.append(Benchmark(name, dict(tasks), metrics))
    return tuple(loaded)


def _manager(names: tuple[str, ...], folder: Path | None) -> Any:
    """A task manager that knows the folder's tasks, and the stock ones where they are needed.

    A name or a group of the folder's may stand for stock tasks; a task of the folder's hides a
    stock task of the same name.
    """
    from lm_eval.tasks import TaskManager

    with quiet():
        manager = TaskManager(include_path=folder, include_defaults=False)
        if folder is not None:
            _find_local_data(manager, folder)
        if not all(_is_whole(name, manager.task_index) for name in names):
            for name, entry in _stock().items():
                manager.task_index.setdefault(name, entry)
    return manager


def _is_whole(name: Any, index: dict[str, Any]) -> bool:
    """Whether a task is in the index, and a group with all that it names."""
    entry = index.get(name) if isinstance(name, str) else None
    children = (entry.cfg or {}).get("task") if entry else None
    if not isinstance(children, list):
        return entry is not None
    return all(_is_whole(child, index) for child in children)


@lru_cache(maxsize=1)
def _stock() -> dict[str, Any]:
    """The thousands of tasks that come with lm-eval; reading them takes seconds."""
    from lm_eval.tasks import TaskManager

    return dict(TaskManager().task_index)


def _find_local_data(manager: Any, folder: Path) -> None:
    """Let a local task name its data relative to its own YAML: files, patterns, or a folder.

    lm-eval resolves them against the working directory, so that a folder of tasks works from one
    place only.
    """
    from lm_eval.tasks._yaml_loader import load_yaml

    for entry in manager.task_index.values():
        path = entry.yaml_path
        if path is None or folder not in path.resolve().parents:
            continue
        if own := _own_data(entry.cfg or {}, path.resolve().parent):
            try:
                entry.cfg = {**load_yaml(path), **own}
            except Exception:  # its own code, such as an import: told if the task is asked for
                continue
            entry.yaml_path = None


def _own_data(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What a task says of its data, with what lies in this folder by its whole path."""
    path, options = config.get("dataset_path"), dict(config.get("dataset_kwargs") or {})
    directory, files = options.get("data_dir"), options.get("data_files")
    if isinstance(directory, str) and (folder / directory).is_dir():
        options["data_dir"] = str(folder / directory)  # where its files are looked for, too
    elif files:
        options["data_files"] = _absolute(files, folder)
    elif isinstance(path, str) and not directory and _holds_data(folder / path):
        return {"dataset_path": str(folder / path)}
    else:
        return {}
    return {"dataset_kwargs": options}


def _absolute(files: Any, folder: Path) -> Any:
    if isinstance(files, dict):
        return {split: _absolute(value, folder) for split, value in files.items()}
    if isinstance(files, list):
        return [_absolute(value, folder) for value in files]
    path = folder / files
    if path.exists():
        return str(path)
    there = glob(files, root_dir=folder, recursive=True)
    return f"{escape(str(folder))}/{files}" if there else files


def _holds_data(folder: Path) -> bool:
    """Whether a folder has rows in it, rather than more tasks."""
    about_tasks = {".yaml", ".py", ".pyc", ".md"}
    return any(path.is_file() and path.suffix not in about_tasks for path in folder.rglob("*"))


def _check_yaml(folder: Path) -> None:
    """lm-eval passes over files that it cannot read; a broken one is an error here."""
    from lm_eval.tasks._yaml_loader import load_yaml

    for path in sorted(folder.rglob("*.yaml")):
        try:
            load_yaml(path, resolve_func=False)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{path}:{mark.line + 1}" if mark else str(path)
            problem = getattr(error, "problem", None) or str(error)
            raise InputError(
                where, f"is not YAML: {problem}", "Check indent, quotes, colons."
            ) from None
        except OSError as error:
            raise InputError(str(path), f"cannot be read: {error}") from None
        except ValueError:
            continue  # YAML, but no task


def _metrics(name: str, task: Any) -> list[str]:
    better = task.higher_is_better()
    each = [
        metric
        for metric, aggregate in task.aggregation().items()
        if getattr(aggregate, "__name__", "") == "mean" and better.get(metric, True)
    ]
    if not each:
        known = ", ".join(task.aggregation())
        problem = f"{name!r} has no metric with a score for each item (it has {known})"
        raise InputError(WHERE, problem, "Choose a task with an accuracy or an exact match.")
    first = next((metric for metric in METRICS if metric in each), each[0])
    return [first, *(metric for metric in each if metric != first)]


def _set_shots(task: Any, num_fewshot: int | None) -> None:
    """As lm-eval does it: a task that is defined with no examples keeps to that."""
    default = task.get_config("num_fewshot")
    if num_fewshot is not None and default != 0:
        task.set_config(key="num_fewshot", value=num_fewshot)
    elif default is None:
        task.set_config(key="num_fewshot", value=0)


def unusable(name: str, what: str, error: Exception, remedy: str) -> InputError:
    """Why a task cannot be ``what``, from what lm-eval or the task's own code raised."""
    missing = _missing_package(error)
    if missing is not None:
        problem = f"{name!r} needs the package {missing!r}, which is not installed"
        remedy = f"Install it (pip install {missing}, or an extra of lm-eval), or leave it out."
    else:
        problem = f"{name!r} cannot be {what}: {type(error).__name__}: {error}"
    return InputError(WHERE, problem, remedy)


def _missing_package(error: BaseException | None) -> str | None:
    """The package for want of which something failed, however often it was raised anew."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name.partition(".")[0]
        error = error.__cause__ or error.__context__
    return None


def _runs_code(name: str) -> InputError:
    problem = f"{name!r} runs code that the model writes, with nothing to contain it"
    return InputError(WHERE, problem, "Leave it out.")
