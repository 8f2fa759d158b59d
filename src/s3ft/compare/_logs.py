"""Contenders from what `lm_eval --log_samples` wrote, of anybody's model."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..evaluate import METRICS, said
from ._contenders import Contender, Task, with_choices

_SAMPLES = re.compile(r"samples_(?P<task>.+)_(?P<date>\d{4}-\d\d-\d\dT[\d.:-]+)\.jsonl")


def is_log(path: Path) -> bool:
    return bool(_sample_files(path)[0])


def read_logs(path: Path, metric: str | None = None) -> Contender:
    """One model's results: a folder that lm-eval wrote into, or a single file of samples.

    Of a task that was measured several times the last counts. The tasks of a group (MMLU's
    subjects) are one task, as in the harness's table.

    Args:
        metric: to be compared where a task has it, as ``acc`` or ``exact_match,strict-match``; by
            default a task's main one: ``acc_norm``, else ``acc``, else ``exact_match``, else the
            first, each by the first of its filters.

    Raises:
        InputError: there are results of several models, or none of items; a file is no such log.
    """
    files, folders = _sample_files(path)
    if not files:
        problem = "has no samples_<task>_<date>.jsonl of lm-evaluation-harness"
        raise InputError(str(path), problem, "Run lm_eval with --log_samples and --output_path.")
    if len(folders) > 1:
        names = ", ".join(str(folder.relative_to(path)) for folder in folders)
        raise InputError(str(path), f"has results of several models: {names}", "Name one of them.")
    results = _results(folders[0], path)
    groups = _groups(results)
    tasks: dict[str, Task] = {}
    for name, file in files.items():
        found = _task(name, file, results, metric)
        group = groups.get(name, name)
        tasks[group] = _joined(tasks[group], found) if group in tasks else found
    model = str(results.get("model_name") or path.stem)
    return Contender(model, str(path), {"": tasks})


def _sample_files(path: Path) -> tuple[dict[str, Path], list[Path]]:
    """The last file of each task, and the folders that files were found in, one for each model."""
    candidates = [path] if path.is_file() else sorted(path.rglob("samples_*.jsonl"))
    dated = [(match["date"], match["task"], file) for file in candidates if (match := _match(file))]
    last = {task: file for _, task, file in sorted(dated, key=lambda one: one[0])}
    return dict(sorted(last.items())), sorted({file.parent for _, _, file in dated})


def _match(file: Path) -> re.Match[str] | None:
    return _SAMPLES.fullmatch(file.name)


def _results(folder: Path, path: Path) -> dict[str, Any]:
    """What the harness tells of its settings, all results files together, the last one winning;
    nothing beside a single file of samples without them."""
    merged: dict[str, Any] = {}
    for file in sorted(folder.glob("results_*.json")):
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(str(file), f"is not JSON: {error}") from error
        for key, value in found.items():
            if isinstance(value, dict) and isinstance(merged.get(key), dict):
                merged[key] = {**merged[key], **value}
            else:
                merged[key] = value
    return merged


def _groups(results: Mapping[str, Any]) -> dict[str, str]:
    """The outermost group of each task."""
    parents = {
        task: group
        for group, tasks in (results.get("group_subtasks") or {}).items()
        for task in tasks
    }

    def outermost(task: str) -> str:
        seen = {task}
        while (parent := parents.get(task)) is not None and parent not in seen:
            seen.add(task := parent)
        return task

    return {task: outermost(task) for task in parents}


def _task(name: str, file: Path, results: Mapping[str, Any], wanted: str | None) -> Task:
    metric_wanted, _, filter_wanted = (wanted or "").partition(",")
    rows = list(_rows(file))
    if not rows:
        raise InputError(str(file), "is empty")
    try:
        filters = list(dict.fromkeys(str(row["filter"]) for row in rows))
        chosen = filter_wanted if filter_wanted in filters else filters[0]
        rows = [row for row in rows if row["filter"] == chosen]
        metric = _metric(rows[0], metric_wanted)
        if metric is None:
            problem = f"{name} has no score between 0 and 1 for each item"
            raise InputError(str(file), problem, "Leave this file out.")
        told = {f"{name}:{int(row['doc_id']):06d}": (row, said(row, metric)) for row in rows}
        values = {item: 100 * float(row[metric]) for item, (row, _) in told.items()}
        settings = _settings(name, rows[0], results)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        problem = f"is no log of lm-evaluation-harness: {type(error).__name__}: {error}"
        raise InputError(str(file), problem) from error
    return Task(
        metric if len(filters) == 1 else f"{metric},{chosen}",
        values,
        {item: with_choices(one.prompt, one.choices) for item, (_, one) in told.items()},
        {item: one.gold for item, (_, one) in told.items()},
        {item: one.text for item, (_, one) in told.items()},
        settings,
    )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"{file}:{number}", f"is not JSON: {error}") from error
            if not isinstance(row, dict):
                raise InputError(f"{file}:{number}", "is no JSON object")
            yield row


def _metric(row: Mapping[str, Any], wanted: str) -> str | None:
    names = [str(name) for name in row["metrics"]]
    preferred = [wanted, *METRICS, *names]
    return next((name for name in preferred if name in names and _is_score(row.get(name))), None)


def _is_score(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and 0 <= value <= 1


def _settings(name: str, row: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, str]:
    shots = (results.get("n-shot") or {}).get(name)
    told: dict[str, Any] = {
        "few-shot examples": shots,
        "few-shot examples as turns": results.get("fewshot_as_multiturn"),
        "system prompt (hash)": results.get("system_instruction_sha"),
        "chat template (hash)": results.get("chat_template_sha"),
        "version of the task": (results.get("versions") or {}).get(name),
    }
    first = next(iter(row["arguments"].values()))
    if isinstance(generation := first.get("arg_1"), dict):
        told["generation"] = json.dumps(generation, sort_keys=True)
    return {key: str(value) for key, value in told.items() if results or key == "generation"}


def _joined(one: Task, other: Task) -> Task:
    """Two tasks of a group as one."""
    metrics = list(dict.fromkeys([*one.metric.split(" + "), other.metric]))
    return Task(
        " + ".join(metrics),
        {**one.values, **other.values},
        {**one.prompts, **other.prompts},
        {**one.golds, **other.golds},
        {**one.answers, **other.answers},
        one.settings,
    )
