"""The headline: what each method gains on the target, and what it forgets, in the lab's world.

    python benchmarks/headline.py [--out runs/headline] [--json FILE] [--markdown FILE]
                                   [--figures FOLDER]
    python benchmarks/headline.py --quick            one target in minutes; exit code 1 if S3FT is
                                                     not better than SFT
    python benchmarks/headline.py --full             all weights in place of LoRA

Three stages, each of which goes on where it was stopped:

lr        plain SFT at every rate; the rate of the highest accuracy minus mean drop, both on dev
          items, is the one for all methods. A target's grid is doubled at its upper end for as
          long as SFT is best there;
equal     every method and seed at that rate, measured on test;
frontier  every method at every rate, on test: accuracy against mean drop.

All methods share the base's answers, verdicts and paraphrases, and take the same optimiser steps.
Nothing is chosen by a figure on test items. `--model` and `--world` run the same on the base
and in the world of another seed (python -m s3ft.lab.training --seed N --out DIR).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import _headline_report as figures
import _headline_tables as tables
from _headline_figure import frontier
from _headline_jobs import Job, execute
from _headline_report import Condition
from _headline_runs import Bench
from rich.console import Console
from rich.table import Table
from rich.text import Text

import s3ft
from s3ft.errors import S3FTError

TARGETS = ("math", "code", "reading")
METHODS = ("sft", "rft", "ssr", "sdft", "s3ft")
STAGES = ("lr", "equal", "frontier")
RATES = {"lora": [5e-4, 1e-3, 2e-3, 4e-3], "full": [5e-5, 1e-4, 2e-4, 4e-4, 8e-4]}
RECIPES = Path(s3ft.__file__).parent / "recipes"

QUICK_TARGET = "code"
"""Where plain SFT forgets most on dev items, so that few of them show it."""

QUICK_SIZES = {"train": 192, "dev": 1, "test": 100}
QUICK_LIMIT = 40
RIGHT = 99.0
"""Percent of S3FT's targets that the target's own judge must accept in the quick form."""


def main() -> int:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that its runs end with it
    bench = Bench(
        out=arguments.out,
        recipes=arguments.recipes,
        tuning="full" if arguments.full else "lora",
        model=arguments.model,
        world=arguments.world,
        judge=arguments.judge,
        sizes=QUICK_SIZES if arguments.quick else None,
        limit=QUICK_LIMIT if arguments.quick else None,
    )
    try:
        if arguments.quick and arguments.rates is None:
            arguments.rates = [bench.recipe(QUICK_TARGET).train.learning_rate]
        found = compare(bench, arguments)
    except S3FTError as error:
        print(f"headline: {error}", file=sys.stderr)
        return error.exit_code
    made = tables.tables(found)
    console = Console()
    for table in made:
        console.print(_rich(table), end="\n\n")
    console.print(tables.INTERVALS)
    if arguments.json:
        text = json.dumps(_plain(found), indent=1) + "\n"
        arguments.json.write_text(text, encoding="utf-8")
    if arguments.markdown:
        arguments.markdown.write_text(tables.markdown(made), encoding="utf-8")
    if arguments.figures:
        arguments.figures.mkdir(parents=True, exist_ok=True)
        for target, curves in found.get("frontier", {}).items():
            path = arguments.figures / f"frontier-{target}.svg"
            path.write_text(frontier(curves), encoding="utf-8")
    return int(arguments.quick and not all(condition.met for condition in found["conditions"]))


def compare(bench: Bench, arguments: argparse.Namespace) -> dict[str, Any]:
    """Do the stages asked for; what was found, and what it was to meet.

    Raises:
        InputError: the request is wrong.
        RunError: a run failed; the same command goes on from there.
    """
    targets, methods, seeds = arguments.targets, arguments.methods, arguments.seeds
    world = bench.prepare(targets)
    selections = {target: bench.selection(target, methods) for target in targets}
    found: dict[str, Any] = {"settings": _settings(arguments), "world": world}
    conditions: list[Condition] = []

    def do(title: str, jobs: Sequence[Job]) -> None:
        execute(title, jobs, selections, arguments.workers)

    def trials(grids: figures.Grids) -> figures.Tried:
        jobs = {
            target: [bench.measured(target, rate, "dev", ["sft"], seeds[:1]) for rate in rates]
            for target, rates in grids.items()
        }
        do("lr", [*(job for some in jobs.values() for job in some), *selections.values()])
        return {
            target: [figures.rate_figures(job) for job in some] for target, some in jobs.items()
        }

    rates = dict.fromkeys(targets, arguments.rates)
    chosen = dict.fromkeys(targets, arguments.rates[0])
    if len(arguments.rates) > 1:
        tried = figures.search(rates, trials)
        rates = {target: [trial["rate"] for trial in tried[target]] for target in targets}
        chosen = {target: figures.choose(tried[target]) for target in targets}
        found["rates"] = {t: {"chosen": chosen[t], "tried": tried[t]} for t in targets}
    else:
        do("selection", list(selections.values()))
    found["mixtures"] = figures.mixtures(bench, selections)
    if "equal" in arguments.stage:
        jobs = {t: bench.measured(t, chosen[t], "test", methods, seeds) for t in targets}
        do("equal", list(jobs.values()))
        found["equal"], met = figures.equal(jobs, methods, seeds)
        conditions += _quick_conditions(found) if arguments.quick else met
    if "frontier" in arguments.stage and not arguments.quick:
        few = arguments.frontier_seeds
        curves = {
            t: [bench.measured(t, rate, "test", methods, few) for rate in rates[t]] for t in targets
        }
        do("frontier", [job for jobs in curves.values() for job in jobs])
        found["frontier"], met = figures.frontier(curves, chosen, methods, few)
        conditions += met
    return {**found, "conditions": conditions}


def _quick_conditions(found: dict[str, Any]) -> list[Condition]:
    """The direction of the effect, and that what S3FT trains on is right."""
    sft, ours = (found["equal"][QUICK_TARGET][method] for method in ("sft", "s3ft"))
    right = min(methods["s3ft"]["right"] for methods in found["mixtures"].values())
    over, drop, other = ours["over_sft"], ours["drop"], sft["drop"]
    return [
        Condition("S3FT's accuracy is above SFT's", tables.show(over, sign=True), over.value > 0),
        Condition(
            "S3FT's mean drop is below SFT's",
            f"{tables.show(drop)} against {tables.show(other)}",
            drop.value < other.value,
        ),
        Condition(
            "S3FT's targets are right in the eyes of the target's judge",
            f"{right:.1f} %",
            right >= RIGHT,
        ),
    ]


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    kept = ("targets", "methods", "seeds", "rates", "frontier_seeds", "full", "quick", "world")
    return {
        "s3ft": version("s3ft"),
        "model": arguments.model and Path(arguments.model).name,
        **{key: getattr(arguments, key) for key in kept},
    }


def _plain(value: Any) -> Any:
    """Intervals as mappings, for JSON."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _rich(table: tables.Table) -> Table:
    made = Table(title=table.title, title_justify="left")
    for column in table.header:
        made.add_column(column)
    for row in table.rows:
        made.add_row(*map(Text, row))
    return made


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("runs/headline"), help="where the runs are kept")
    add("--targets", nargs="+", choices=TARGETS, default=list(TARGETS))
    add("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    add("--seeds", nargs="+", type=int, default=[0, 1, 2], help="of the equal protocol")
    add("--frontier-seeds", nargs="+", type=int, default=[0])
    add("--rates", nargs="+", type=float, help="the grid of learning rates")
    add("--stage", nargs="+", choices=STAGES, default=list(STAGES), help="the stages wanted")
    add("--full", action="store_true", help="train all weights, not LoRA")
    add("--quick", action="store_true", help="code, sft and s3ft, one seed, few rows, one rate")
    add("--workers", type=int, default=max(1, (os.cpu_count() or 1) // 2), help="runs at once")
    add("--model", help="another world's base, a folder")
    add("--world", type=int, default=0, help="the seed of its world")
    add("--judge", help="selects in place of the recipes' judge; the target keeps its own")
    add("--recipes", type=Path, default=RECIPES, help="folder of lab-<target>.yaml")
    add("--json", type=Path, help="write all figures here")
    add("--markdown", type=Path, help="write the tables here")
    add("--figures", type=Path, help="write the frontiers as SVG into this folder")
    arguments = parser.parse_args()
    if not {"sft", "s3ft"} <= set(arguments.methods):
        parser.error("--methods: sft and s3ft are what is compared")
    if arguments.quick:
        arguments.targets, arguments.methods = [QUICK_TARGET], ["sft", "s3ft"]
        arguments.seeds = [0]
        arguments.workers = 1
    elif arguments.rates is None:
        arguments.rates = RATES["full" if arguments.full else "lora"]
    return arguments


if __name__ == "__main__":
    sys.exit(main())
