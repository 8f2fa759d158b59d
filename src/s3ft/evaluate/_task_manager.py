"""lm-evaluation-harness's index of tasks: those of a folder, and the stock ones where needed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ..errors import InputError
from ._local_data import use_local_data
from ._quiet import quiet

if TYPE_CHECKING:
    from lm_eval.tasks import TaskManager

_GENERAL_FOLDERS = (
    "mmlu/default",
    "truthfulqa",
    "hellaswag",
    "winogrande",
    "arc",
    "gsm8k",
    "ifeval",
)


def task_manager(names: tuple[str, ...], folder: Path | None) -> TaskManager:
    """A task manager that knows the folder's tasks, and the stock ones where they are needed.

    A name or a group of the folder's may stand for stock tasks; a task of the folder's hides a
    stock task of the same name. Stock tasks are read only if a name needs them: it takes seconds.

    Args:
        folder: of local tasks; one that `check_yaml` passes.
    """
    from lm_eval.tasks import TaskManager

    with quiet():
        manager = TaskManager(include_path=folder, include_defaults=False)
        if folder is not None:
            use_local_data(manager, folder)
        for stock in (_general_tasks, _stock_tasks):
            if not all(_is_known(name, manager.task_index) for name in names):
                for name, entry in stock().items():
                    manager.task_index.setdefault(name, entry)
    return manager


def _is_known(name: Any, index: dict[str, Any]) -> bool:
    """Whether a task is in the index; a group, with all that it names."""
    entry = index.get(name) if isinstance(name, str) else None
    children = (entry.cfg or {}).get("task") if entry else None
    if not isinstance(children, list):
        return entry is not None
    return all(_is_known(child, index) for child in children)


@lru_cache(maxsize=1)
def _general_tasks() -> dict[str, Any]:
    """The stock tasks of the usual benchmarks, from their own folders."""
    import lm_eval.tasks
    from lm_eval.tasks import TaskManager

    root = Path(lm_eval.tasks.__file__).parent
    folders = [root / folder for folder in _GENERAL_FOLDERS if (root / folder).is_dir()]
    return dict(TaskManager(include_path=folders, include_defaults=False).task_index)


@lru_cache(maxsize=1)
def _stock_tasks() -> dict[str, Any]:
    """The thousands of tasks that come with lm-eval; reading them takes seconds."""
    from lm_eval.tasks import TaskManager

    return dict(TaskManager().task_index)


def check_yaml(folder: Path) -> None:
    """See that every YAML file of a folder can be read: lm-eval passes over one that cannot.

    Raises:
        InputError: one cannot; it names the file and the line.
    """
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
