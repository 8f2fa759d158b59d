"""Finds and loads lm-evaluation-harness tasks, and refuses a wrong request before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..embedded import DEFAULT_WORLD, embedded
from ..errors import InputError
from ..recipe import Evaluate
from ..suggest import did_you_mean
from ._benchmark_data import missing_data, use_benchmark_data
from ._quiet import quiet
from ._sentences import check_ifeval
from ._task_manager import check_yaml, task_manager

METRICS = ("acc_norm", "acc", "exact_match")
"""The main metric of a task is the first of these that it reports, else the first it names."""

WHERE = "evaluate.benchmarks"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark as the recipe names it, with lm-eval's tasks under it and each one's metrics.

    ``metrics`` are those with a score for each item where more is better, the main one first.
    """

    name: str
    tasks: dict[str, Any]
    metrics: dict[str, list[str]]


def load_benchmarks(config: Evaluate) -> tuple[Benchmark, ...]:
    """The benchmarks of a recipe, loaded once in a process.

    Raises:
        InputError: the folder of local tasks or its YAML is wrong; a task does not exist, would
            run code that the model writes, has no score for each item, or cannot be loaded; its
            rows are not to be had.
    """
    folder = _folder(config.tasks)
    data = None if config.data is None else Path(config.data).expanduser().resolve()
    if data is not None and not data.is_dir():
        remedy = "Name one with a folder for each benchmark, such as mmlu/ with its files."
        raise InputError("evaluate.data", f"there is no folder {config.data!r}", remedy)
    return _load(tuple(config.benchmarks), folder, data, config.num_fewshot)


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
    names: tuple[str, ...], folder: Path | None, data: Path | None, num_fewshot: int | None
) -> tuple[Benchmark, ...]:
    if folder is not None:
        check_yaml(folder)
    if not names:
        return ()
    if "ifeval" in names:
        check_ifeval()
    manager = task_manager(names, folder)
    if data is not None:
        use_benchmark_data(manager, data, names, num_fewshot)
    for name in names:
        entry = manager.task_index.get(name)
        if entry is None:
            hint = did_you_mean(name, manager.task_index)
            remedy = f"{hint} `lm-eval ls tasks` lists the stock tasks.".lstrip()
            raise InputError(WHERE, f"there is no task {name!r}", remedy)
        if (entry.cfg or {}).get("unsafe_code"):
            raise _unsafe_code(name)
    loaded = []
    for name in names:
        try:
            with quiet():
                tasks = manager.load([name])["tasks"]
        except InputError:
            raise
        except Exception as error:  # the task's own YAML, functions and data: anything can be wrong
            remedy = "Offline, only tasks whose data are on this machine can be used."
            if (files := missing_data(name, data)) is not None:
                remedy = f"Without the Hub, put its rows as {files} into the folder evaluate.data."
            raise task_error(name, "loaded", error, remedy) from error
        if any(getattr(task, "UNSAFE_CODE", False) for task in tasks.values()):
            raise _unsafe_code(name)
        metrics = {task_name: _metrics(task_name, task) for task_name, task in tasks.items()}
        for task in tasks.values():
            _set_num_fewshot(task, num_fewshot)
        loaded.append(Benchmark(name, dict(tasks), metrics))
    return tuple(loaded)


def _metrics(name: str, task: Any) -> list[str]:
    better = task.higher_is_better()
    per_item = [
        metric
        for metric, aggregate in task.aggregation().items()
        if getattr(aggregate, "__name__", "") == "mean" and better.get(metric, True)
    ]
    if not per_item:
        known = ", ".join(task.aggregation())
        problem = f"{name!r} has no metric with a score for each item (it has {known})"
        raise InputError(WHERE, problem, "Choose a task with an accuracy or an exact match.")
    first = next((metric for metric in METRICS if metric in per_item), per_item[0])
    return [first, *(metric for metric in per_item if metric != first)]


def _set_num_fewshot(task: Any, num_fewshot: int | None) -> None:
    """As lm-eval does it: a task that is defined with no examples keeps to that."""
    default = task.get_config("num_fewshot")
    if num_fewshot is not None and default != 0:
        task.set_config(key="num_fewshot", value=num_fewshot)
    elif default is None:
        task.set_config(key="num_fewshot", value=0)


def task_error(name: str, what: str, error: Exception, remedy: str) -> InputError:
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


def _unsafe_code(name: str) -> InputError:
    problem = f"{name!r} runs code that the model writes, with nothing to contain it"
    return InputError(WHERE, problem, "Leave it out.")
