"""The headline on a real pretrained model: SmolLM2-135M-Instruct on SQuAD 2.0.

    python benchmarks/real.py --model FOLDER|FILE.gguf [--data ../shared/data] [--out runs/real]
                              [--json FILE] [--markdown FILE] [--full]
    python benchmarks/real.py --render FILE     the tables of what --json wrote; nothing is run

Train, dev and test are other articles, a third of the questions is unanswerable. Stages:

rates     sft and s3ft at every rate, measured on test; of plain SFT's models the dev items too, and
          the rate of the highest accuracy minus mean drop there is the one for all methods. The
          grid is doubled at its end until SFT visibly forgets on dev;
equal     the methods at that rate on test: the target, CLAPNQ and MuSiQue, the benchmarks;
analyses  drift, abstentions, and the base's likelihood of the targets.

Each model is trained once. `--develop` does none of them, but measures the methods on dev at the
first rate, to develop by.

It goes on where it was stopped, and shows after each stage what there is. Nothing is chosen by a
figure on test items. The parts are in `real_model`, what is as in the lab's headline in `headline`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import mean
from typing import Any

from headline import protocols, rates, results
from headline.jobs import Job, execute
from headline.mixtures import mixtures
from headline.runs import read_more
from headline.scores import Measured
from headline.tables import markdown, print_all
from real_model import analyses
from real_model.bench import TARGET, RealBench
from real_model.tables import tables

import s3ft
from s3ft.errors import S3FTError
from s3ft.stats.bootstrap import interval

FRONTIER = ("sft", "s3ft")
RIVALS = ("rft", "sdft")
METHODS = ("sft", "ssr", "s3ft", *RIVALS)
STAGES = ("rates", "equal", "analyses")
RATES = {"lora": [5e-4, 1e-3, 2e-3], "full": [1e-5, 3e-5, 1e-4]}

VISIBLE = 3.0
"""Points of mean drop on dev at which SFT visibly forgets: the grid ends there."""

LAST = {"lora": 2e-2, "full": 1e-3}
"""The grid ends here whatever is forgotten."""


class Comparison:
    """The stages, each of which adds to what was found and writes it down."""

    def __init__(self, bench: RealBench, arguments: argparse.Namespace) -> None:
        self.bench, self.arguments = bench, arguments
        self.seeds: list[int] = arguments.seeds
        self.found: dict[str, Any] = {"settings": _settings(arguments)}
        self.methods = list(dict.fromkeys([*FRONTIER, *arguments.methods]))
        self.selection = bench.selection(TARGET, list(dict.fromkeys([*METHODS, *self.methods])))
        # What the base does on test is measured once, and copied into every run.
        self.base = replace(bench.as_it_is(TARGET, "test"), origin=self.selection.path)

    def run(self) -> dict[str, Any]:
        """Do the stages asked for.

        Raises:
            S3FTError: the request is wrong, or a run failed; the same command goes on from there.
        """
        self.found["data"] = self.bench.prepare([TARGET])
        if self.arguments.develop:
            self._develop(self.arguments.rates[0])
            return self.found
        self._do("selection", [self.selection])
        self.found["mixtures"] = mixtures(self.bench, {TARGET: self.selection})[TARGET]
        self._tell()
        grid, chosen = self._rates() if "rates" in self.arguments.stage else self._given()
        if "equal" in self.arguments.stage:
            self._equal(chosen)
        if "analyses" in self.arguments.stage:
            self._analyses(grid, chosen)
        return self.found

    def _given(self) -> tuple[list[float], float]:
        """The one rate that is asked for, without a choice."""
        return self.arguments.rates[:1], self.arguments.rates[0]

    def _rates(self) -> tuple[list[float], float]:
        """SFT and S3FT over the grid, which goes on until SFT visibly forgets; SFT's best rate."""
        base = self.bench.as_it_is(TARGET, "dev")
        self._do("base", [self.base, base])
        tried: list[dict[str, Any]] = []
        rate, waiting = 0.0, list(self.arguments.rates)
        while waiting:
            tested = [self._at(rate) for rate in waiting]
            self._do("rates", tested)
            trials = [self.bench.as_it_is(TARGET, "dev", job) for job in tested]
            self._do("dev", trials)
            tried += [_trial(base, job) for job in trials]
            forgets = max(trial["drop"] for trial in tried) >= VISIBLE
            rate, double = rates.choose(tried), 2 * waiting[-1]
            at_end = rate == waiting[-1]
            more = (at_end or not forgets) and double <= LAST[self.bench.tuning]
            waiting = [double] if more else []
            self.found["rates"] = {"chosen": rate, "tried": tried}
            self._tell()
        grid = [trial["rate"] for trial in tried]
        jobs = [self._at(rate) for rate in grid]
        curves, _ = protocols.frontier(
            {TARGET: [[job] for job in jobs]}, {TARGET: rate}, FRONTIER, [0]
        )
        self.found["frontier"] = curves[TARGET]
        self._tell()
        return grid, rate

    def _at(self, rate: float) -> Job:
        """The frontier's models at a rate."""
        [job] = self.bench.measured(TARGET, rate, "test", FRONTIER, [0])
        return replace(job, origin=self.base.path)

    def _develop(self, rate: float) -> None:
        where = f"{self.bench.tuning}/{rate:g}/develop"
        job = self.bench.job(TARGET, where, "dev", self.methods, self.seeds, rate)
        self._do("develop", [job])
        self.found["mixtures"] = mixtures(self.bench, {TARGET: job})[TARGET]
        self.found["drift"] = analyses.drift([job])
        runs = dict.fromkeys(["base", *self.methods], Measured([job], self.seeds))
        seeds = dict.fromkeys(self.methods, len(self.seeds))
        self.found["equal"] = {f"{TARGET} dev": _compared(runs, "dev", seeds)}
        self._tell()

    def _equal(self, chosen: float) -> None:
        jobs = self._runs(chosen)
        self._do("base", [self.base])
        self._do("equal", list({job.path: job for job in jobs.values()}.values()))
        runs = {"base": Measured([jobs["sft"]], self.seeds)}
        runs |= {method: Measured([job], job.recipe.seeds) for method, job in jobs.items()}
        seeds = {method: len(job.recipe.seeds) for method, job in jobs.items()}
        self.found["equal"] = {
            TARGET if part == "test" else f"{TARGET} {part}": _compared(runs, part, seeds)
            for part in runs["base"].parts
        }
        self.found["benchmarks"] = {
            task: {
                method: interval(
                    run.score(method, task) - (0 if method == "base" else run.score("base", task))
                )
                for method, run in runs.items()
            }
            for task in self.base.recipe.evaluate.benchmarks
        }
        self._tell()

    def _runs(self, chosen: float) -> dict[str, Job]:
        """The run of each method in the equal protocol; all seeds, of the rivals one."""
        tuning, seeds = self.bench.tuning, self.seeds
        groups = [("test", FRONTIER, seeds), ("ssr", ("ssr",), seeds), ("rivals", RIVALS, [0])]
        groups += [(m, (m,), seeds) for m in self.methods if m not in METHODS]
        found: dict[str, Job] = {}
        for name, methods, some in groups:
            if not set(methods) <= set(self.methods):
                continue
            where = f"{tuning}/{chosen:g}/{name}"
            job = self.bench.job(TARGET, where, "test", methods, some, chosen)
            found |= dict.fromkeys(methods, replace(job, origin=self.base.path))
        order = dict.fromkeys([*METHODS, *self.methods])
        return {method: found[method] for method in order if method in found}

    def _analyses(self, grid: Sequence[float], chosen: float) -> None:
        runs = {m: job for m, job in self._runs(chosen).items() if job.done() == job.units}
        jobs = list({job.path: job for job in [*runs.values(), *map(self._at, grid)]}.values())
        self.found["confusion"] = analyses.confusion({"base": self.base, **runs})
        self.found["likelihood"] = analyses.likelihoods(self._at(chosen))
        self.found["drift"] = analyses.drift(jobs)
        self.found["seconds"] = analyses.seconds([self.selection, self.base, *jobs])
        self._tell()

    def _do(self, title: str, jobs: Sequence[Job]) -> None:
        execute(title, jobs, self.arguments.workers)

    def _tell(self) -> None:
        _write(self.found, self.arguments)


def _compared(runs: Mapping[str, Measured], part: str, seeds: Mapping[str, int]) -> dict[str, Any]:
    """Every method's figures on a part of the target; ``seeds`` of each but the base."""
    accuracies = {method: run.accuracy(method, part) for method, run in runs.items()}
    drops = {method: run.drop(method) for method, run in runs.items()}
    figures = protocols.compared(accuracies, drops)
    for method, values in figures.items():
        below = None if method in ("base", "sft") else interval(drops["sft"] - drops[method])
        values |= {"seeds": seeds.get(method, 1), "drop_below_sft": below}
    return figures


def _trial(base: Job, tuned: Job) -> dict[str, Any]:
    """What a rate is chosen by: a tuned model's accuracy on dev minus its mean drop there."""
    ours, before = Measured([tuned], [0]), Measured([base], [0])
    drops = [
        float(before.score("base", task)[0] - ours.score("base", task)[0])
        for task in base.recipe.evaluate.benchmarks
    ]
    return rates.told(tuned.rate, float(ours.accuracy("base", "dev")[0]), mean(drops))


def _size(text: str) -> list[str]:
    return text.split("=")


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "s3ft": version("s3ft"),
        "model": Path(arguments.model).name,
        **{key: getattr(arguments, key) for key in ("seeds", "rates", "full", "sizes")},
    }


def _write(found: dict[str, Any], arguments: argparse.Namespace) -> None:
    made = tables(found)
    if arguments.json:
        arguments.json.write_text(results.dumps(found), encoding="utf-8")
    if arguments.markdown:
        arguments.markdown.write_text(markdown(made), encoding="utf-8")


def main() -> int:
    arguments = _arguments()
    if arguments.render:
        found = results.loads(arguments.render.read_text(encoding="utf-8"))
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that its runs end with it
        bench = RealBench(
            out=arguments.out,
            recipes=Path(s3ft.__file__).parent / "recipes",
            tuning="full" if arguments.full else "lora",
            model=arguments.model,
            sizes={name: int(rows) for name, rows in map(_size, arguments.sizes)} or None,
            data=arguments.data,
            more=read_more(arguments.more)[0],
        )
        try:
            found = Comparison(bench, arguments).run()
        except S3FTError as error:
            print(f"real: {error}", file=sys.stderr)
            return error.exit_code
    _write(found, arguments)
    print_all(tables(found))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python benchmarks/real.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", default="HuggingFaceTB/SmolLM2-135M-Instruct", help="the base")
    add("--data", type=Path, default=Path("../shared/data"), help="folder of public data sets")
    add("--out", type=Path, default=Path("runs/real"), help="where the runs are kept")
    add("--seeds", nargs="+", type=int, default=[0, 1, 2], help="of sft, ssr and s3ft")
    add("--rates", nargs="+", type=float, help="the grid of learning rates")
    add("--methods", nargs="+", default=METHODS, help="beside sft and s3ft")
    add("--more", type=Path, metavar="FILE", help="rungs and ladders to name as methods")
    add("--stage", nargs="+", choices=STAGES, default=list(STAGES), help="the stages wanted")
    add("--develop", action="store_true", help="the methods on dev at the first rate, nothing else")
    add("--full", action="store_true", help="train all weights, not LoRA")
    add("--sizes", nargs="*", default=[], metavar="SPLIT=ROWS", help="other numbers of rows")
    add("--workers", type=int, default=max(1, (os.cpu_count() or 1) // 2), help="runs at once")
    add("--render", type=Path, metavar="FILE", help="show what --json wrote; nothing is run")
    add("--json", type=Path, help="write all figures here")
    add("--markdown", type=Path, help="write the tables here")
    arguments = parser.parse_args()
    if arguments.rates is None:
        arguments.rates = RATES["full" if arguments.full else "lora"]
    return arguments


if __name__ == "__main__":
    sys.exit(main())
