"""The headline: what each method gains on the target, and what it forgets, in the lab's world.

    python benchmarks/headline [--out runs/headline] [--json FILE] [--markdown FILE]
                               [--figures FOLDER]
    python benchmarks/headline --quick          one target in minutes; exit code 1 if S3FT is not
                                                better than SFT
    python benchmarks/headline --full           all weights in place of LoRA
    python benchmarks/headline --render FILE    tables and figures of what --json wrote, no run

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
import os
import signal
import sys
from pathlib import Path
from typing import Any

import s3ft
from s3ft.errors import S3FTError
from s3ft.recipe import parse_option

from . import results, tables
from .lab_bench import LabBench
from .plot import frontier
from .runs import read_more
from .stages import QUICK_TARGET, compare

TARGETS = ("math", "code", "reading")
METHODS = ("sft", "rft", "ssr", "sdft", "s3ft")
STAGES = ("lr", "equal", "frontier")
RATES = {"lora": [5e-4, 1e-3, 2e-3, 4e-3], "full": [5e-5, 1e-4, 2e-4, 4e-4, 8e-4]}
RECIPES = Path(s3ft.__file__).parent / "recipes"

QUICK_SIZES = {"train": 96, "dev": 1, "test": 60}
QUICK_LIMIT = 40


def main() -> int:
    arguments = _arguments()
    try:
        if arguments.render:
            found = results.loads(arguments.render.read_text(encoding="utf-8"))
        else:
            found = _run(arguments)
    except S3FTError as error:
        print(f"headline: {error}", file=sys.stderr)
        return error.exit_code
    _write(found, arguments)
    return int(arguments.quick and not all(condition.met for condition in found["conditions"]))


def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that its runs end with it
    more, variants = read_more(arguments.more)
    bench = LabBench(
        out=arguments.out,
        recipes=arguments.recipes,
        tuning="full" if arguments.full else "lora",
        model=arguments.model,
        world=arguments.world,
        judge=arguments.judge,
        sizes=QUICK_SIZES if arguments.quick else None,
        limit=QUICK_LIMIT if arguments.quick else None,
        more={**more, **dict(map(parse_option, arguments.set))},
        variants=variants,
    )
    if arguments.quick and arguments.rates is None:
        arguments.rates = [bench.recipe(QUICK_TARGET).train.learning_rate]
    return compare(bench, arguments)


def _write(found: dict[str, Any], arguments: argparse.Namespace) -> None:
    """The tables on the terminal, and the files that were asked for."""
    made = tables.tables(found)
    tables.print_all(made)
    if arguments.json:
        arguments.json.write_text(results.dumps(found), encoding="utf-8")
    if arguments.markdown:
        arguments.markdown.write_text(tables.markdown(made), encoding="utf-8")
    if arguments.figures:
        arguments.figures.mkdir(parents=True, exist_ok=True)
        for target, curves in found.get("frontier", {}).items():
            path = arguments.figures / f"frontier-{target}.svg"
            path.write_text(frontier(curves), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python benchmarks/headline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("runs/headline"), help="where the runs are kept")
    add("--targets", nargs="+", choices=TARGETS, default=list(TARGETS))
    add("--methods", nargs="+", default=list(METHODS), help="built-in ones, or those of --more")
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
    add("--more", type=Path, metavar="FILE", help="rungs, ladders and variants to name as methods")
    add("--set", nargs="+", default=[], metavar="KEY=VALUE", help="keys of all recipes")
    add("--recipes", type=Path, default=RECIPES, help="folder of lab-<target>.yaml")
    add("--render", type=Path, metavar="FILE", help="show what --json wrote; nothing is run")
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
