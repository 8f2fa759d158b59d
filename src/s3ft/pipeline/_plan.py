"""What a run would take: counted where it can be, else scaled up from a few rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .. import data
from ..errors import InputError
from ..evaluate import check_benchmarks
from ..generate import usage
from ..ladder import REPLAY, Rung, first_round
from ..progress import console
from ..recipe import Reasoning, Recipe, load, points
from ..records import Target
from ..stats import wilson
from ..train import completion_ids, kept_steps, max_steps
from . import _probe
from ._measuring import targets
from ._planned import planned, what_it_does
from ._preflight import preflight
from ._probe import Work
from ._run import scratch_run
from ._sweep import point_recipe
from .rundir import Run
from .selection import full_size, replay_target, rounds_of, rung_source

PROBE = 32
"""Rows that are taken through the stages by default."""

PROMPTS = 100
"""Rows whose prompts are measured where nothing is probed."""


def plan_recipe(
    source: str | Path | Mapping[str, Any],
    overrides: Iterable[str] | Mapping[str, Any] = (),
    probe: int = PROBE,
) -> dict[str, Any]:
    """What the run of a recipe would take. No run is made: all is done in a temporary folder.

    The pre-flight is done whole. Then so many rows of each split, evenly spaced, are taken through
    the stages: asked, judged, walked down the ladders, measured; a few training steps are timed.
    What that took is scaled up to all rows. Loading models is not counted, nor what a larger batch
    gains: the times err on the long side. What stays are the libraries' caches: what was
    downloaded, and a GGUF file's ordinary form.

    Args:
        probe: rows; 0 asks no model and no endpoint, also not through a judge, and only counts.

    Returns:
        ``rows`` by split (``replay``: general ones), ``probe`` (rows, and what the plan itself
        asked of endpoints), the pre-flight's ``checks``, ``mixture`` (by method and source the
        expected share with its 95 % interval), ``stages``, their sums ``seconds`` and ``cost``, and
        ``notes``. A stage has the ``count`` of a ``unit`` that is expected and how many are the
        ``most``, ``prompt_tokens``, ``completion_tokens``, ``seconds`` and ``cost``, as expected;
        None where that is not known. Without a probe ``prompt_tokens`` are those of the most
        requests.

    Raises:
        InputError: what would stop the run, or spoil it.
        RunError: the probe failed.
    """
    if probe < 0:
        raise InputError("probe", "must be 0 or more rows")
    recipe = load(source, overrides)
    with scratch_run(recipe) as (run, until):
        begin, before = time.monotonic(), usage()
        console.print(what_it_does(recipe, probe, until), markup=False)
        checks = preflight(run, until=until, ask=probe > 0)
        checked = _probe.since(before, begin)
        with _probe.probe_run(run, probe or PROMPTS) as few:
            plan = _Plan(run, few, asks=probe > 0)
            stages = [planned("pre-flight", "requests", checked.requests, None, checked)]
            stages += plan.selection()
            if until == "report":
                stages += plan.tuning()
            used = _probe.since(before, begin)
            return {
                "rows": {split: run.store.count(split) for split in ("train", "test", REPLAY)},
                "probe": {
                    "rows": few.store.count("train") if probe else 0,
                    "requests": used.requests,
                    "seconds": used.seconds,
                    "cost": used.cost,
                },
                "checks": checks,
                "mixture": plan.mixture(),
                "stages": stages,
                "seconds": sum(stage["seconds"] or 0.0 for stage in stages) if probe else None,
                "cost": sum(stage["cost"] or 0.0 for stage in stages) if probe else None,
                "notes": plan.notes(stages),
            }


@dataclass(frozen=True, slots=True)
class _Plan:
    """The stages of a run, scaled up from a few of its rows."""

    run: Run
    few: Run
    asks: bool

    @property
    def _scale(self) -> float:
        return self.run.store.count("train") / self.few.store.count("train")

    def selection(self) -> list[dict[str, Any]]:
        """Answers, paraphrases and verdicts."""
        work = _probe.walk_ladders(self.few) if self.asks else {}
        stages, judged = [], 0
        for rung in self.run.recipe.rungs_to_ask():
            at_most = self._at_most(rung)
            judged += at_most
            if rung.of:
                stages.append(self._second_round(rung, at_most, work))
            elif self.asks:
                done = work.get(rung.name, Work()) * self._scale
                stages.append(planned(rung.name, "requests", done.requests, at_most, done))
            else:
                source = rung_source(self.few, rung)
                tokens = at_most * _probe.prompt_tokens(source, self.few.store)
                stage = planned(rung.name, "requests", None, at_most, None)
                stages.append(stage | {"prompt_tokens": round(tokens)})
        if stages:
            done = work.get("judge", Work()) * self._scale
            count = done.requests if self.asks else None
            stages.append(planned("judge", "responses", count, judged, done if self.asks else None))
        if "weigh" in work:
            done = work["weigh"] * self._scale
            stages.append(planned("weigh", "rows", done.requests, None, done))
        return stages

    def _second_round(self, rung: Rung, at_most: int, work: Mapping[str, Work]) -> dict[str, Any]:
        """A rung of the second round, as if it were asked once about all that the first leaves."""
        first = work.get(rung.name.removeprefix(f"{rung.of}-"), Work())
        if not first.requests:
            return planned(rung.name, "requests", None, at_most, None)
        [method] = [name for name in self.run.recipe.methods if first_round(name) == rung.of]
        kept, dropped = _probe.targets(self.few, method)
        golds = {one.name for one in self.run.recipe.method(method).rungs if not one.asks}
        left = dropped + sum(target.source in golds for target in kept)
        done = first * (left * self._scale / first.requests)
        return planned(rung.name, "requests", done.requests, at_most, done)

    def _at_most(self, rung: Rung) -> int:
        """The samples of a rung if not one were verified before the last."""
        rounds = rounds_of(self.run)
        entries = self.run.store.entries("train")
        return sum(rounds(entry.example)[rung.name][-1] for entry in entries)

    def mixture(self) -> dict[str, Any]:
        """Which sources the targets would come from."""
        shares: dict[str, Any] = {}
        for method in self.run.recipe.methods if self.asks else ():
            kept, dropped = _probe.targets(self.few, method)
            counts = Counter(str(target.source) for target in kept)
            named: dict[str, int] = {rung: counts[rung] for rung in self.few.recipe.ladder(method)}
            if dropped:
                named["dropped"] = dropped
            shares[method] = {
                name: asdict(share)
                for name, count in named.items()
                if (share := wilson(count, len(kept) + dropped)) is not None
            }
        return shares

    def tuning(self) -> list[dict[str, Any]]:
        """Training, and what is measured of the base and of every model, a sweep's on dev rows."""
        run = self.run
        recipe = run.recipe
        models, tried = len(recipe.methods) * len(recipe.seeds), 0
        stages, grid = [], points(recipe.sweep)
        asked = self.asks and recipe.evaluate.target is not None and run.store.count("test")
        row = _probe.target(self.few) * (1 / self.few.store.count("test")) if asked else None
        if recipe.sweep:
            tried = len(recipe.methods) * len(grid)
            dev = load(point_recipe(recipe, grid[0], recipe.seeds[0]))
            wanted = recipe.evaluate.target is not None
            dev_rows = sum(1 for _ in data.read(dev.data, "test")) if wanted else 0
            stages += self._measured(dev, dev_rows, row, 1 + tried, "sweep: ")
        # A sweep's chosen models are not made anew.
        again = max(0, tried - len(recipe.methods))
        trained = len(recipe.asked_twice) + models + again
        if models:
            steps = trained * max_steps(full_size(run.store), recipe.train)
            training = self._training() if self.asks else None
            stages.insert(0, planned("train", "steps", steps, None, training))
        rows = sum(run.store.count(one.split) for one in targets(recipe))
        if recipe.evaluate.checkpoints:
            steps = max_steps(full_size(run.store), recipe.train)
            models *= 1 + len(kept_steps(steps, recipe.train.keep_checkpoints))
        return stages + self._measured(recipe, rows, row, 1 + models)

    def _measured(
        self, recipe: Recipe, rows: int, row: Work | None, models: int, of: str = ""
    ) -> list[dict[str, Any]]:
        """What so many models are asked: rows of the target, each this work, and benchmarks."""
        stages, items = [], check_benchmarks(recipe.evaluate)
        if rows:
            work = row and row * (models * rows)
            stages.append(planned(f"{of}target", "responses", models * rows, None, work))
        if items:
            work = _probe.benchmarks(self.few, items) * models if self.asks else None
            count = models * sum(items.values())
            stages.append(planned(f"{of}benchmarks", "items", count, None, work))
        return stages

    def _training(self) -> Work | None:
        """The work of all trainings, at the speed of a few steps on one method's targets.

        None where no method has a target among the probed rows.
        """
        recipe = self.run.recipe
        replayed = [replay_target(entry.example) for entry in self.few.store.entries(REPLAY)]
        found = {
            method: _probe.targets(self.few, method)[0] + replayed for method in recipe.methods
        }
        lengths = {
            method: [_lengths(self.run, target, recipe.train.reasoning) for target in targets]
            for method, targets in found.items()
            if targets
        }
        if not lengths:
            return None
        timed = next(iter(lengths))
        seconds = _probe.training(self.few, found[timed], self.few.path / "training")
        means = {
            method: tuple(sum(part) / len(part) for part in zip(*of, strict=True))
            for method, of in lengths.items()
        }
        rows = max_steps(full_size(self.run.store), recipe.train) * recipe.train.batch_size
        total = Work()
        for method, (prompt, completion) in means.items():
            share = (prompt + completion) / sum(means[timed])
            one = Work(0, rows * prompt, rows * completion)
            one += Work(seconds=seconds * share * rows / recipe.train.batch_size)
            trained = len(recipe.seeds) + max(0, len(points(recipe.sweep)) - 1)
            total += one * (trained + (method in recipe.asked_twice))
        return total

    def notes(self, stages: list[dict[str, Any]]) -> list[str]:
        """What the mixtures leave out, and where a budget of the recipe will not last."""
        notes = [
            f"mixture {method}: what ends in its last source is asked again in a second round"
            for method in self.run.recipe.asked_twice
        ]
        generate = self.run.recipe.generate
        endpoint = generate.openai if generate.engine == "openai" else None
        if endpoint is None:
            return notes
        names = {rung.name for rung in self.run.recipe.rungs_to_ask()}
        of_rungs = [stage for stage in stages if stage["stage"] in names]
        requests = sum(stage["count"] or 0 for stage in of_rungs)
        cost = sum(stage["cost"] or 0.0 for stage in of_rungs)
        again = "the run will stop there, and go on when it is called again"
        if endpoint.max_requests is not None and requests > endpoint.max_requests:
            notes.append(f"generate.openai.max_requests is {endpoint.max_requests:,}: {again}")
        if endpoint.max_cost is not None and cost > endpoint.max_cost:
            notes.append(f"generate.openai.max_cost is {endpoint.max_cost:g}: {again}")
        return notes


def _lengths(run: Run, target: Target, reasoning: Reasoning) -> tuple[int, int]:
    """Tokens of prompt and completion of a row to train on."""
    chat = run.base.chat
    ids = completion_ids(target, chat, reasoning)
    return len(chat.prompt_ids(target.prompt)), len(ids)
