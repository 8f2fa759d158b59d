"""Data of a local task that lie beside its YAML, found from any working directory."""

from __future__ import annotations

from glob import escape, glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lm_eval.tasks import TaskManager


def use_local_data(manager: TaskManager, folder: Path) -> None:
    """Let a local task name its data relative to its own YAML: files, patterns, or a folder.

    lm-eval resolves them against the working directory, so that a folder of tasks works from one
    place only.
    """
    from lm_eval.tasks._yaml_loader import load_yaml

    for entry in manager.task_index.values():
        path = entry.yaml_path
        if path is None or folder not in path.resolve().parents:
            continue
        if local := _local_paths(entry.cfg or {}, path.resolve().parent):
            try:
                entry.cfg = {**load_yaml(path), **local}
            except Exception:  # its own code, such as an import: told if the task is asked for
                continue
            entry.yaml_path = None


def _local_paths(config: dict[str, Any], folder: Path) -> dict[str, Any]:
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
    matches = glob(files, root_dir=folder, recursive=True)
    return f"{escape(str(folder))}/{files}" if matches else files


def _holds_data(folder: Path) -> bool:
    """Whether a folder has rows in it, rather than more tasks."""
    about_tasks = {".yaml", ".py", ".pyc", ".md"}
    return any(path.is_file() and path.suffix not in about_tasks for path in folder.rglob("*"))
