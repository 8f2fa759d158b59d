"""What the papers show beside scores: abstentions, likelihood of the targets; and the drift."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headline.jobs import Job
from headline.scores import labels

from s3ft.atomic import atomic_text
from s3ft.evaluate.likelihood import Answered, divergence, per_token
from s3ft.generate import TransformersEngine
from s3ft.models import load_chat, load_model
from s3ft.progress import progress
from s3ft.recipe import Model
from s3ft.records import Candidate, Message, Request, Sampling, VerdictCode, response_key
from s3ft.store import Store

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from s3ft.chat import Chat

SOURCES = ("self", "paraphrase", "gold")
DRIFT_ROWS = 150
"""Of the base's answers, those to test prompts and to general ones on which drift is measured."""

GENERAL_TOKENS = 160


def confusion(runs: Mapping[str, Job]) -> dict[str, Any]:
    """How answerable and unanswerable questions are answered, by data set and method, in percent.

    Of the answerable ``right``, ``wrong`` and ``abstained``, of the others ``abstained`` and
    ``answered``: SSR's figure 3 (arXiv 2409.04787). Seeds are pooled.
    """
    found: dict[str, Any] = {}
    for method, job in runs.items():
        counts: dict[str, dict[str, Counter[str]]] = {}
        with Store(job.path / "run.sqlite") as store:
            for label in labels(method, job.recipe.seeds):
                for _, example, candidates in store.entries("test", [label]):
                    kind = "answerable" if example.meta["answerable"] else "unanswerable"
                    counted = counts.setdefault(str(example.meta["part"]), {})
                    counter = counted.setdefault(kind, Counter())
                    counter[_outcome(candidates[0], kind)] += 1
        for part, kinds in counts.items():
            found.setdefault(part, {})[method] = {
                kind: {what: 100 * n / counter.total() for what, n in sorted(counter.items())}
                for kind, counter in sorted(kinds.items())
            }
    return found


def _outcome(candidate: Candidate, kind: str) -> str:
    verdict = candidate.verdict
    right = verdict is not None and verdict.label == "correct" and candidate.response.whole
    if kind == "unanswerable":
        return "abstained" if right else "answered"
    abstained = verdict is not None and verdict.code is VerdictCode.ABSTAINS
    return "right" if right else "abstained" if abstained else "wrong"


def target_likelihoods(selection: Job, out: Path) -> dict[str, list[float]]:
    """The base's log-probability (nats a token) of what can be trained on, by source.

    SSR's figure 1 and S3FT's figure 2: of each training pair the base's own answer, its paraphrase
    and the gold, each behind the example's own prompt, whoever wrote it with more in view.
    """
    if out.exists():
        read: dict[str, list[float]] = json.loads(out.read_text("utf-8"))
        return read
    chat, model = _loaded(selection.recipe.model)
    rows: dict[str, list[Answered]] = {source: [] for source in SOURCES}
    with Store(selection.path / "run.sqlite") as store:
        for _, example, candidates in store.entries("train", SOURCES[:2]):
            prompt = tuple(chat.prompt_ids(example.prompt))
            for candidate in candidates:
                if candidate.sample == 0 and candidate.response.token_ids:
                    answer = tuple(candidate.response.token_ids)
                    rows[candidate.source].append(Answered(prompt, answer))
            gold = tuple(chat.completion_ids(example.prompt, example.completion))
            rows["gold"].append(Answered(prompt, gold))
    found = {source: per_token(model, some, chat.pad_id) for source, some in rows.items()}
    atomic_text(out, json.dumps(found) + "\n")
    return found


def drift(
    selection: Job, jobs: Sequence[tuple[Job, Sequence[str]]], prompts: Sequence[str], folder: Path
) -> dict[str, dict[str, Any]]:
    """KL(base || tuned) per token on the base's own answers, by run and model.

    Args:
        jobs: runs, each with the labels of the models to look at.
        prompts: general ones, of no benchmark's test items.
        folder: where each model's figures are kept, so that no model is looked at twice.
    """
    todo = [(job, label) for job, some in jobs for label in some]
    paths = {(job.path, label): _drift_file(folder, job, label) for job, label in todo}
    waiting = [(job, label) for job, label in todo if not paths[job.path, label].exists()]
    if waiting:
        chat, base = _loaded(selection.recipe.model)
        rows = {
            "task": list(_task_rows(waiting[0][0], chat)),
            "general": _general_rows(chat, base, prompts, folder / "general.json"),
        }
        with progress("drift", len(waiting)) as tick:
            for job, label in waiting:
                model = load_model(Model(id=str(job.path / "models" / label)))
                found = {
                    kind: divergence(base, model, some, chat.pad_id) for kind, some in rows.items()
                }
                atomic_text(paths[job.path, label], json.dumps(found) + "\n")
                tick(1)
    figures: dict[str, dict[str, Any]] = {}
    for job, label in todo:
        values: Mapping[str, list[float]] = json.loads(paths[job.path, label].read_text("utf-8"))
        figures.setdefault(str(job.path), {})[label] = values
    return figures


def _drift_file(folder: Path, job: Job, label: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    tuning, rate = job.path.parts[-3:-1]
    return folder / f"{tuning}-{rate}-{label}.json"


def _task_rows(job: Job, chat: Chat) -> Iterator[Answered]:
    """The base's answers to the first test prompts of the target itself."""
    with Store(job.path / "run.sqlite") as store:
        for _, example, candidates in store.entries("test", ["base"], stop=DRIFT_ROWS):
            ids = candidates[0].response.token_ids
            if ids:
                yield Answered(tuple(chat.prompt_ids(example.prompt)), tuple(ids))


def _general_rows(
    chat: Chat, base: PreTrainedModel, prompts: Sequence[str], kept: Path
) -> list[Answered]:
    """The base's answers to general prompts, made once."""
    if not kept.exists():
        sampling = Sampling(max_new_tokens=GENERAL_TOKENS)
        requests = []
        for prompt in prompts[:DRIFT_ROWS]:
            messages: tuple[Message, ...] = ({"role": "user", "content": prompt},)
            ids = tuple(chat.prompt_ids(messages))
            requests.append(
                Request(response_key("base", ids, sampling, 0), messages, ids, sampling)
            )
        made = {
            response.key: response.token_ids
            for batch in TransformersEngine(base, chat, batch_size=64).generate(requests)
            for response in batch
        }
        pairs = [[list(r.prompt_ids), list(made[r.key] or ())] for r in requests]
        atomic_text(kept, json.dumps(pairs) + "\n")
    read = json.loads(kept.read_text("utf-8"))
    return [Answered(tuple(prompt), tuple(answer)) for prompt, answer in read if answer]


def _loaded(config: Model | None) -> tuple[Chat, PreTrainedModel]:
    assert config is not None
    return load_chat(config), load_model(config)
