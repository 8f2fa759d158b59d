"""Contenders from a run of this package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..evaluate import BASE, TARGET, is_target, other_target, target_split, tuned
from ..recipe import Recipe, load
from ..store import Store, reading
from ._contenders import Contender, Task, with_choices

RUN_FILE = "run.sqlite"


def is_run(path: Path) -> bool:
    return (path / RUN_FILE).is_file() and (path / "recipe.yaml").is_file()


def read_run(path: Path) -> list[Contender]:
    """The base of a run and its methods, each with all its seeds that were measured.

    Raises:
        InputError: nothing was measured in the run.
        RunError: its file cannot be read.
    """
    with reading(path / RUN_FILE) as store:
        found = run_contenders(store, load(path / "recipe.yaml"), str(path))
    if not found:
        raise InputError(str(path), "nothing was measured in this run", f"s3ft evaluate {path}")
    return found


def run_contenders(store: Store, recipe: Recipe, source: str) -> list[Contender]:
    """As `read_run`, of a run that is open; nothing where nothing was measured."""
    models = dict(_models(store, recipe))
    found = []
    for name in (BASE, *recipe.methods):
        labels = {"": BASE} if name == BASE else _labels(recipe, name)
        measured = {seed: models[label] for seed, label in labels.items() if label in models}
        if measured:
            found.append(Contender(name, source, measured))
    return found


def _labels(recipe: Recipe, method: str) -> dict[str, str]:
    return {str(seed): tuned(method, seed) for seed in recipe.seeds}


def _models(store: Store, recipe: Recipe) -> Iterator[tuple[str, dict[str, Task]]]:
    """Each model's tasks, the target first."""
    values: dict[str, dict[str, tuple[str, dict[str, float]]]] = {}
    for model, task, metric, item, value in store.scores():
        if not is_target(task) or metric == "accuracy":
            _, items = values.setdefault(model, {}).setdefault(task, (metric, {}))
            items[item] = 100 * value
    others = map(other_target, recipe.evaluate.targets)
    order = [TARGET, *others, *recipe.evaluate.benchmarks]
    asked = {task: _asked(store, recipe, task) for task in order}
    for model, tasks in values.items():
        yield (
            model,
            {
                task: replace(
                    asked[task],
                    metric=tasks[task][0],
                    values=tasks[task][1],
                    answers=_answers(store, model, task),
                )
                for task in order
                if task in tasks
            },
        )


def _asked(store: Store, recipe: Recipe, task: str) -> Task:
    """What is alike for all models of the run."""
    evaluate = recipe.evaluate
    if is_target(task):
        target, name = evaluate.target, task.partition(":")[2]
        judge = (target and target.judge) or recipe.judge
        if name:
            judge = evaluate.targets[name].judge or judge
        settings = {
            "judge": judge.model_dump_json(),
            "tokens of an answer": str(recipe.measured.max_new_tokens),
        }
        entries = list(store.entries(target_split(task)))
        prompts = {
            entry.example.id: "\n\n".join(turn["content"] for turn in entry.example.prompt)
            for entry in entries
        }
        golds = {entry.example.id: entry.example.completion for entry in entries}
        return Task("", {}, prompts, golds, {}, settings)
    items = list(store.items(task))
    told = {
        "tokens of an answer": evaluate.max_new_tokens,
        "few-shot examples": evaluate.num_fewshot,
        "chat template applied": evaluate.apply_chat_template,
    }
    settings = {name: str(value) for name, value in told.items() if value is not None}
    return Task(
        "",
        {},
        {item.item: with_choices(item.prompt, item.choices) for item in items},
        {item.item: item.gold for item in items},
        {},
        settings,
    )


def _answers(store: Store, model: str, task: str) -> dict[str, str]:
    if not is_target(task):
        return {item: answer.text for item, answer in store.answers(model, task).items()}
    return {
        entry.example.id: entry.candidates[0].response.text
        for entry in store.entries(target_split(task), [model])
        if entry.candidates
    }
