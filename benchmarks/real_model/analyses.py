"""What the papers show beside scores: abstentions, likelihood of the targets; and the drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean
from typing import Any

from headline.jobs import Job
from headline.scores import labels

from s3ft.evaluate import BASE, DRIFT, LIKELIHOOD
from s3ft.records import Candidate, VerdictCode
from s3ft.store import Store


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
                for _, example, candidates, _ in store.entries("test", [label]):
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


def likelihoods(job: Job) -> dict[str, list[float]]:
    """The base's log-probability (nats a token) of what can be trained on, by source.

    SSR's figure 1 and S3FT's figure 2: of training pairs the base's own answer, its paraphrase and
    the gold, each behind the example's own prompt, whoever wrote it with more in view.
    """
    found: dict[str, list[float]] = {}
    for model, source, value in _measured(job, LIKELIHOOD):
        if model == BASE:
            found.setdefault(source, []).append(value)
    return found


def drift(jobs: Iterable[Job]) -> dict[str, dict[str, dict[str, float]]]:
    """KL(base || tuned), nats a token of the base's own answers: by rate, model and kind of prompt
    the mean over the answers."""
    values: dict[str, dict[str, dict[str, list[float]]]] = {}
    for job in jobs:
        models = values.setdefault(f"{job.rate:g}", {})
        for model, kind, value in _measured(job, DRIFT):
            models.setdefault(model, {}).setdefault(kind, []).append(value)
    return {
        rate: {
            model: {kind: fmean(some) for kind, some in kinds.items()}
            for model, kinds in models.items()
        }
        for rate, models in values.items()
    }


def _measured(job: Job, analysis: str) -> Iterator[tuple[str, str, float]]:
    """An analysis of a run, which stands among its scores: model, kind and value."""
    with Store(job.path / "run.sqlite") as store:
        for model, task, kind, _, value in store.scores():
            if task == analysis:
                yield model, kind, value


def seconds(jobs: Iterable[Job]) -> dict[str, float]:
    """What each stage took in all runs, without what a copied run had done before."""
    found: dict[str, float] = {}
    for number, job in enumerate(jobs):
        with Store(job.path / "run.sqlite") as store:
            for spent in store.spent():
                if number == 0 or "-seed" in spent.source:
                    found[spent.stage] = found.get(spent.stage, 0.0) + spent.seconds
    return found
