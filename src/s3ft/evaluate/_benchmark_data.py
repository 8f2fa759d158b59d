"""lm-eval's own tasks on rows from a folder, where the Hub cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ._benchmark_rows import FILES, MMLU, Files

if TYPE_CHECKING:
    from lm_eval.tasks import TaskManager

Read = Callable[[str], list[dict[str, Any]]]
"""The rows of a split."""


def use_benchmark_data(
    manager: TaskManager, folder: Path, names: tuple[str, ...], num_fewshot: int | None
) -> None:
    """Give the stock tasks the rows of a folder, as far as it has them.

    A task stays what lm-eval says, its prompts, choices, examples, metrics and filters: only where
    its rows come from is replaced. A task without its files in the folder is left to the Hub.

    Raises:
        InputError: examples are wanted of benchmarks whose files hold none.
    """
    import lm_eval.tasks

    stock = Path(lm_eval.tasks.__file__).parent.resolve()

    @cache
    def subjects(split: str) -> dict[str, list[dict[str, Any]]]:
        rows = sorted(MMLU.read(folder, split), key=_subject)  # stable: a subject keeps its order
        return {subject: list(group) for subject, group in groupby(rows, _subject)}

    without = [name for name in names if name in FILES and not FILES[name].has_examples]
    if num_fewshot and (without := [name for name in without if not FILES[name].missing(folder)]):
        problem = (
            f"the files of {', '.join(without)} hold no rows that examples could be taken from"
        )
        remedy = "Leave it out, or these benchmarks, or evaluate.data (the Hub has such rows)."
        raise InputError("evaluate.num_fewshot", problem, remedy)
    for name, entry in list(manager.task_index.items()):
        if entry.yaml_path is None or stock not in (path := entry.yaml_path.resolve()).parents:
            continue
        if path.parent == stock / "mmlu" / "default" and path.stem == name != "mmlu":
            files, subject = MMLU, name.removeprefix("mmlu_")
            read: Read = partial(_rows_of, subjects, subject)
        elif name in FILES and name in names:  # loading a task's YAML imports its code
            files = FILES[name]
            read = partial(_all_rows, files, folder)
        else:
            continue
        if not files.missing(folder):
            config = _on_rows(path, files, folder, read)
            manager.task_index[name] = replace(entry, cfg=config, yaml_path=None)


def missing_data(name: str, folder: Path | None) -> str | None:
    """Which files would hold a benchmark's rows, for a message; None if none of the known."""
    files = MMLU if name == "mmlu" or name.startswith("mmlu_") else FILES.get(name)
    if files is None or (folder is not None and not files.missing(folder)):
        return None
    return " and ".join(files.splits.values() if folder is None else files.missing(folder))


def _subject(row: dict[str, Any]) -> str:
    return str(row["subject"])


def _rows_of(
    subjects: Callable[[str], dict[str, list[dict[str, Any]]]], subject: str, split: str
) -> list[dict[str, Any]]:
    return subjects(split).get(subject, [])


def _all_rows(files: Files, folder: Path, split: str) -> list[dict[str, Any]]:
    return list(files.read(folder, split))


def _on_rows(path: Path, files: Files, folder: Path, read: Read) -> dict[str, Any]:
    """A stock task's whole configuration, with its rows from the files."""
    from lm_eval.tasks._yaml_loader import load_yaml

    def data_set(**_: Any) -> dict[str, Any]:
        from datasets import Dataset

        splits = {}
        for split, file in files.splits.items():
            if not (rows := read(split)):
                raise InputError(str(folder / file), f"has no rows of {path.stem}")
            splits[split] = Dataset.from_list(rows)
        return splits

    return {**load_yaml(path), "custom_dataset": data_set, **files.changes}
