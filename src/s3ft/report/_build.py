"""Gathers what a run knows about itself into one JSON; what was not run is absent or None."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from ..calls import said
from ..compare import Comparison, Contender, compare, run_contenders
from ..data import TOO_LONG
from ..errors import InputError
from ..evaluate import BASE, TARGET, other_target, tuned
from ..judges import REPLIES, ReplyCache
from ..ladder import REPLAY, Method, Pick, Rung, accepted
from ..recipe import Recipe
from ..store import OVERRULINGS, Entry, Store
from ..text import clip
from ._answers import answers
from ._changed import changed
from ._confusion import confusion
from ._scores import Results
from ._steps import by_step

FORMAT = 2
"""Raised whenever a key of the report changes its meaning."""

EXAMPLES = 3
"""Rows shown for each source of a mixture."""

LONGEST = 4000
"""Characters of a text that are shown."""


def build(store: Store, recipe: Recipe, run_dir: Path) -> dict[str, Any]:
    """The report on whatever a run has so far. The same run gives the same report.

    Scores are in percent and differences in points: ``change`` is tuned minus base, ``drop`` base
    minus tuned, so that a positive drop is what was forgotten. ``stderr`` is over items.

    Args:
        run_dir: where ``environment.json`` and ``models/<method>-seed<k>/training.json`` may be.

    Raises:
        RunError: models were scored on different items, so that they cannot be compared.
    """
    results = Results(store.scores())
    others = [name for name in recipe.evaluate.targets if results.count(other_target(name))]
    benchmarks = [name for name in recipe.evaluate.benchmarks if results.count(name)]
    models = {
        method: {str(seed): tuned(method, seed) for seed in recipe.seeds}
        for method in recipe.methods
    }
    columns = {BASE: {"": BASE}, **models}
    labels = [label for seeds in models.values() for label in seeds.values()]
    contenders = run_contenders(store, recipe, str(run_dir))
    found, cut = _compared(contenders), store.cut()
    asked = [rung.name for rung in recipe.rungs_to_ask()]
    report: dict[str, Any] = {
        "format": FORMAT,
        "model": recipe.model.id if recipe.model else None,
        "data": recipe.data.path,
        "judge": recipe.judge.name,
        "methods": list(recipe.methods),
        "seeds": list(recipe.seeds),
        "examples": {split: store.count(split) for split in ("train", "test")},
        "replay": recipe.data.replay
        and {"path": recipe.data.replay.path, "rows": store.count(REPLAY)},
        "too_long": json.loads(store.metadata(TOO_LONG) or "null"),
        "target": {"items": results.count(TARGET)},
        "targets": {name: {"items": results.count(other_target(name))} for name in others},
        "benchmarks": {
            name: {"items": results.count(name), "metric": results.metrics[name]}
            for name in benchmarks
        },
        "results": {
            name: _result(results, seeds, others, benchmarks, is_base=name == BASE)
            for name, seeds in columns.items()
        },
        "rungs": [_rung(rung) for rung in _rungs(recipe)],
        "mixture": {
            method: mixture
            for method in recipe.methods
            if (mixture := _mixture(store, recipe, method)) is not None
        },
        "rounds": [row for rung in recipe.rungs_to_ask() for row in _rounds(store, recipe, rung)],
        "verdicts": [
            {"split": split, "source": source, "labels": counts, "cut": cut.get((split, source), 0)}
            for (split, source), counts in sorted(
                store.labels().items(), key=lambda row: _place(row[0], [*asked, BASE, *labels])
            )
        ],
        "overruled": {
            "by_source": store.overruled(),
            "since": store.overruled_since(int(store.metadata(OVERRULINGS) or 0)),
        },
        "canaries": ReplyCache(run_dir / REPLIES).canaries or None,
        "training": {
            label: training
            for label in labels
            if (training := _json(run_dir / "models" / label / "training.json")) is not None
        },
        "likelihood": results.likelihoods(),
        "steps": {
            method: rows
            for method, seeds in models.items()
            if (rows := by_step(results, seeds, benchmarks, run_dir))
        },
        "drift": {method: _drift(results, seeds) for method, seeds in models.items()},
        "confusion": confusion(
            store, recipe, {name: seeds.values() for name, seeds in columns.items()}
        ),
        "sweep": _json(run_dir / "sweep.json"),
        "spent": [spent._asdict() for spent in store.spent()],
        "environment": _json(run_dir / "environment.json"),
        "recipe": recipe.model_dump(mode="json"),
        "golds": [_sentence(where, known) for where, known in store.metadata_of("golds: ").items()],
        "comparison": found and found.to_dict(),
        "changed": changed(contenders),
    }
    return {**report, "answers": answers(found, report)}


def _place(key: tuple[str, str], order: list[str]) -> tuple[bool, int]:
    """Train rows first, sources in the order in which they were asked."""
    split, source = key
    return split != "train", order.index(source) if source in order else len(order)


def _sentence(where: str, known: str) -> str:
    """What the pre-flight said of golds: behind a hash of its state and the judge's key."""
    return f"Judge{known.partition(' ')[2].removeprefix(where)}."


def _result(
    results: Results,
    seeds: dict[str, str],
    others: list[str],
    benchmarks: list[str],
    *,
    is_base: bool,
) -> dict[str, Any]:
    """One row of the headline table: the base, or a method over its seeds."""
    target = results.score(TARGET, seeds)
    if target is not None:
        for metric in ("unknown", "cut"):
            target[metric] = results.flagged(metric, seeds.values())
    scores = {name: results.score(name, seeds) for name in benchmarks}
    for score in filter(None, scores.values()):
        change = score.pop("change")
        score["drop"] = None if change is None else 0.0 - change
    drops = {} if is_base else results.drops(benchmarks, seeds)
    return {
        "target": target,
        "targets": {name: results.score(other_target(name), seeds) for name in others},
        "mean_drop": fmean(drops.values()) if drops else None,
        "mean_drop_seeds": drops,
        "benchmarks": scores,
    }


def _compared(contenders: list[Contender]) -> Comparison | None:
    """Base and methods compared, as far as they are measured alike."""
    if len(contenders) < 2:
        return None
    try:
        return compare(contenders)
    except InputError:  # a run that was stopped in between: nothing was measured of all yet
        return None


def _drift(results: Results, seeds: dict[str, str]) -> dict[str, float]:
    """The mean distance from the base by kind of prompt, in nats per token; over the seeds.

    Of the task's own prompts also those that the base solved, and those that it failed.
    """
    kinds = {
        "task": ("task", None),
        "task, base right": ("task", True),
        "task, base wrong": ("task", False),
        "general": ("general", None),
    }
    found: dict[str, float] = {}
    for name, (kind, solved) in kinds.items():
        means = [
            fmean(some) for label in seeds.values() if (some := results.drift(label, kind, solved))
        ]
        if means:
            found[name] = fmean(means)
    return found


def _rungs(recipe: Recipe) -> Iterator[Rung]:
    """The rungs of all ladders, in the order in which they are tried."""
    yield from recipe.rungs_to_ask()
    last = {
        method.rungs[-1].name: method.rungs[-1] for method in map(recipe.method, recipe.methods)
    }
    yield from (rung for rung in last.values() if not rung.asks)


def _rung(rung: Rung) -> dict[str, Any]:
    kind = "gold" if not rung.asks else "own" if rung.asks_own_prompt else "prompted"
    return {"name": rung.name, "kind": kind, "prompt": rung.prompt, "meaning": rung.meaning}


def _mixture(store: Store, recipe: Recipe, method: str) -> dict[str, Any] | None:
    counts = store.composition(method)
    if not counts:
        return None
    chosen = recipe.method(method)
    sources: list[str | None] = [*recipe.ladder(method), None]
    total, replayed = sum(counts.values()), store.count(REPLAY)
    by_source = {rung.name: counts.get(rung.name, 0) for rung in chosen.rungs}
    return {
        "ladder": list(recipe.ladder(method)),
        "rows": sum(by_source.values()) + replayed,
        "replay": replayed,
        "dropped": counts.get("dropped", 0),
        "counts": by_source,
        "percent": {source: 100 * count / total for source, count in by_source.items()},
        "examples": {
            source or "dropped": [
                _example(store, chosen, source, position, reason)
                for position, reason in store.target_rows(method, source, EXAMPLES)
            ]
            for source in sources
            if counts.get(source or "dropped")
        },
    }


def _rounds(store: Store, recipe: Recipe, rung: Rung) -> list[dict[str, Any]]:
    """What each round of samples of a rung cost and brought; nothing where there is but one."""
    samples = store.samples(rung.name)
    if len(samples) < 2:
        return []
    replayed = rung.asks_own_prompt and recipe.generate.engine == "replay"
    ends = (len(samples),) if replayed else rung.rounds
    rows = []
    for number, (start, end) in enumerate(pairwise((0, *ends)), 1):
        here = samples[start:end]
        if here:
            row = {
                "source": rung.name,
                "round": number,
                "prompts": here[0].total,
                "samples": sum(sample.total for sample in here),
                "solved": sum(sample.first_verified for sample in here),
            }
            rows.append(row)
    return rows


def _example(
    store: Store, method: Method, source: str | None, position: int, reason: str
) -> dict[str, Any]:
    """A row of a mixture, with what was tried for it on the way down the ladder."""
    rungs, pick = [rung.name for rung in method.rungs], method.pick
    [entry] = store.entries("train", rungs, start=position, stop=position + 1)
    reached = rungs[: rungs.index(source) + 1] if source else rungs
    return {
        "id": entry.example.id,
        "prompt": [{**turn, "content": clip(said(turn), LONGEST)} for turn in entry.example.prompt],
        "gold": clip(entry.example.completion, LONGEST),
        "reason": clip(reason, LONGEST),
        "tried": [tried for rung in reached if (tried := _tried(entry, rung, pick)) is not None],
    }


def _tried(entry: Entry, rung: str, pick: Pick) -> dict[str, Any] | None:
    """The candidate that speaks for a rung: of the verified ones the pick, else the first."""
    here = [candidate for candidate in entry.candidates if candidate.source == rung]
    verified = [candidate for candidate in here if accepted(candidate)]
    for candidate in ([pick(entry.example, verified)] if verified else here)[:1]:
        verdict = candidate.verdict
        return {
            "source": rung,
            "text": clip(candidate.response.text, LONGEST),
            "label": verdict.label if verdict else None,
            "reason": clip(verdict.reason, LONGEST) if verdict else "",
        }
    return None


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
