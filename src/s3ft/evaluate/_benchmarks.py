"""Runs lm-evaluation-harness in this process, and keeps every item's result."""

from __future__ import annotations

import math
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError, RunError
from ..progress import console
from ..recipe import Evaluate
from ..store import Answer, Item, Score, Spent
from ._quiet import bars, quiet
from ._sample import sample
from ._samples import said
from ._tasks import WHERE, Benchmark, load_benchmarks, task_error

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from ..chat import Chat
    from ._lm import LanguageModel

FEWSHOT_SEED = 1234
"""lm-eval's own default: which few-shot examples are shown, and sampled generations."""


class Measured(NamedTuple):
    """One benchmark of one model: its scores, what they cost, and what was asked and answered."""

    scores: list[Score]
    spent: Spent
    items: list[Item]
    answers: list[Answer]


def check_benchmarks(config: Evaluate) -> dict[str, int]:
    """Load every benchmark that the recipe names, so that a wrong one fails before the work.

    An item of each task is answered at random and scored: what a task imports only then, is found.

    Returns:
        The items of each benchmark, in the recipe's order.

    Raises:
        InputError: the folder of local tasks or its YAML is wrong; a task does not exist, would
            run code that the model writes, has no score for each item, cannot be loaded, needs a
            package that is not installed, or has no item in the part that is asked for.
    """
    items = {}
    for benchmark in load_benchmarks(config):
        _check_scoring(benchmark)
        items[benchmark.name] = sum(map(len, sample(benchmark, config).values()))
        if not items[benchmark.name]:
            problem = f"evaluate.limit takes all items of {benchmark.name!r}: none are left for dev"
            raise InputError(WHERE, problem, "Lower evaluate.limit, or leave the benchmark out.")
    return items


def run_benchmarks(
    model: PreTrainedModel,
    chat: Chat,
    config: Evaluate,
    *,
    label: str,
    skip: Container[str] = (),
) -> Iterator[Measured]:
    """Evaluate a model on the recipe's benchmarks, one after the other.

    A score's task is the benchmark as the recipe names it, its item ``<task>:<doc_id>`` with the
    id padded, so that items sort in the order of the data; a group's items are those of all tasks
    under it. The metric is the task's main one: ``acc_norm``, else ``acc``, else ``exact_match``,
    else the first that the task names; the first of its filters; values between 0 and 1.

    Which prompts get the chat template, the recipe says; it is `s3ft.chat`'s rendering, as in
    training, and the tokenizer adds nothing to it; of what is generated only the answer counts,
    and not the reasoning before it.

    Args:
        model: in evaluation mode, on its device.
        label: the model's name in the run, such as ``s3ft-seed0``.
        skip: names of benchmarks that have their scores already.

    Yields:
        A benchmark, as soon as it is done.

    Raises:
        InputError: as `check_benchmarks`.
        RunError: lm-eval failed, or a task's results are no scores between 0 and 1.
    """
    todo = [benchmark for benchmark in load_benchmarks(config) if benchmark.name not in skip]
    if not todo:
        return
    for benchmark in todo:
        start = time.monotonic()
        templated = config.apply_chat_template
        if templated == "generated":
            templated = all(
                task.OUTPUT_TYPE == "generate_until" for task in benchmark.tasks.values()
            )
        own = config.model_copy(update={"apply_chat_template": templated})
        lm = language_model(model, chat, own)
        measured = Measured([], Spent("benchmarks", label, 0, 0, 0.0), [], [])
        for task_name, rows in _evaluate(lm, benchmark, own, label).items():
            found = _scores(rows, benchmark, task_name, label)
            measured.scores.extend(found)
            by_item = {_item(task_name, row["doc_id"]): row for row in _first_filter(rows)}
            for score in found:
                told = said(by_item[score.item], score.metric)
                asked = (benchmark.name, score.item)
                measured.items.append(Item(*asked, told.prompt, told.choices, told.gold))
                measured.answers.append(Answer(label, *asked, told.text, told.choice))
        seconds = time.monotonic() - start
        spent = Spent("benchmarks", label, len(measured.scores), 0, seconds)
        yield measured._replace(spent=spent)


def language_model(model: PreTrainedModel, chat: Chat, config: Evaluate) -> LanguageModel:
    """The model as lm-eval's tasks ask it: `run_benchmarks` without a benchmark."""
    with quiet():
        from ._lm import LanguageModel

        return LanguageModel(model, chat, config)


def _check_scoring(benchmark: Benchmark) -> None:
    from lm_eval.api.model import LM
    from lm_eval.evaluator import evaluate

    class StubLM(LM):  # type: ignore[misc]
        """Finds every continuation equally likely, and says the same to everything."""

        def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
            return [(-1.0, False) for _ in requests]

        def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
            return [-1.0 for _ in requests]

        def generate_until(self, requests: list[Any]) -> list[str]:
            return ["nothing" for _ in requests]

    tasks = {"tasks": benchmark.tasks, "groups": {}}
    try:
        with quiet(), bars(None):
            results = evaluate(lm=StubLM(), task_dict=tasks, limit=1, bootstrap_iters=0)
        for task_name, rows in results["samples"].items():
            _scores(rows, benchmark, task_name, "")
    except RunError as error:
        raise InputError(WHERE, str(error), "Leave it out.") from error
    except Exception as error:  # the task's templates, functions and data
        remedy = "Mend the task, or leave it out."
        raise task_error(benchmark.name, "scored", error, remedy) from error


def _evaluate(
    lm: Any, benchmark: Benchmark, config: Evaluate, label: str
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What lm-eval logs for each item, by task.

    ``simple_evaluate`` would do the same, but queries the machine for seconds at every call.
    """
    import torch
    from lm_eval.evaluator import evaluate

    torch.manual_seed(FEWSHOT_SEED)
    unfinished = lm.unfinished
    asked = sample(benchmark, config)
    tasks = {name: benchmark.tasks[name] for name in asked}
    for task in tasks.values():
        task.set_fewshot_seed(seed=FEWSHOT_SEED)
    try:
        with quiet() as warned, bars(f"{label}: {benchmark.name}"):
            results = evaluate(
                lm=lm,
                task_dict={"tasks": tasks, "groups": {}},
                samples=asked,
                bootstrap_iters=0,
                log_samples=True,
                apply_chat_template=config.apply_chat_template,
                fewshot_as_multiturn=config.apply_chat_template,
            )
    except Exception as error:  # the task's templates, functions and data, and the device's memory
        problem = f"benchmark {benchmark.name!r} failed: {type(error).__name__}: {error}"
        raise RunError(problem) from error
    if any("truncat" in message.lower() for message in warned):
        note = f"inputs longer than the model's {lm.max_length} tokens were cut on the left"
        console.print(f"{benchmark.name}: {note}", markup=False)
    if lm.unfinished > unfinished:
        note = f"{lm.unfinished - unfinished} answers ended within their reasoning, and count as"
        note += " wrong: raise evaluate.max_new_tokens"
        console.print(f"{benchmark.name}: {note}", markup=False)
    samples: Mapping[str, Sequence[Mapping[str, Any]]] = results["samples"]
    return samples


def _scores(
    rows: Sequence[Mapping[str, Any]], benchmark: Benchmark, task_name: str, label: str
) -> list[Score]:
    rows = _first_filter(rows)
    for metric in benchmark.metrics[task_name]:
        values = {row["doc_id"]: row[metric] for row in rows if metric in row}
        if values and all(_is_score(value) for value in values.values()):
            return [
                Score(label, benchmark.name, metric, _item(task_name, doc), float(value))
                for doc, value in sorted(values.items())
            ]
    raise RunError(f"benchmark {benchmark.name!r}: {task_name!r} gave no scores between 0 and 1")


def _first_filter(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["filter"] == rows[0]["filter"]]


def _item(task_name: str, doc_id: int) -> str:
    return f"{task_name}:{doc_id:06d}"


def _is_score(value: Any) -> bool:
    return not isinstance(value, (tuple, list)) and math.isfinite(value) and 0 <= value <= 1
