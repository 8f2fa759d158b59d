"""The headline's tables, for the terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from s3ft.stats import Estimate
from s3ft.stats.bootstrap import DRAWS

from .mixtures import SOURCES

INTERVALS = (
    f"In brackets 95 % intervals: percentiles of {DRAWS:,} draws of items and of seeds, each on its"
    " own (pigeonhole bootstrap); all models are compared on the same items. With one seed they are"
    " over items only."
)

PAPER = {"math": (49.5, 42.1, 8.4), "code": (30.2, 32.4, 37.4), "reading": (66.0, 25.6, 8.1)}
"""Own, paraphrased and gold percent of the S3FT mixture: GSM8K, MBPP, NQ (arXiv 2502.08130)."""

NONE = "–"

_MET = {True: "met", False: "MISSED", None: NONE}


class Table(NamedTuple):
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(found: Mapping[str, Any]) -> list[Table]:
    """Everything that was found, in the order of the stages; the conditions last."""
    made = [_rates(found["rates"])] if "rates" in found else []
    made += [_equal(name, methods) for name, methods in found.get("equal", {}).items()]
    for target, curves in found.get("frontier", {}).items():
        made.append(_frontier(target, curves))
        if "beyond" in curves:
            made.append(_beyond(target, curves["beyond"]))
    rows = [[c.what, c.figure, _MET[c.met]] for c in found["conditions"]]
    made.append(_mixtures(found["mixtures"]))
    if "costs" in found:
        made.append(_costs(found["costs"]))
    return [*made, Table("Conditions", ["", "figure", ""], rows)]


def _rates(found: Mapping[str, Any]) -> Table:
    rows = [
        [
            target,
            f"{tried['rate']:g}" + " *" * (tried["rate"] == rates["chosen"]),
            *(f"{tried[key]:.1f}" for key in ("accuracy", "drop", "accuracy_minus_drop")),
        ]
        for target, rates in found.items()
        for tried in rates["tried"]
    ]
    header = ["target", "learning rate", "accuracy %", "mean drop", "accuracy − drop"]
    title = "SFT on the dev items of target and suite; * is the rate for all methods"
    return Table(title, header, rows)


def _equal(name: str, methods: Mapping[str, Any]) -> Table:
    rows = [
        [
            method,
            show(figures["accuracy"]),
            NONE if method == "sft" else show(figures["over_sft"], sign=True),
            show(figures["drop"]),
            show(figures["drop_of_sft"], digits=2),
        ]
        for method, figures in methods.items()
    ]
    title = "mean over the targets" if name == "mean" else name
    header = ["", "accuracy %", "over SFT", "mean drop", "of SFT's drop"]
    return Table(f"Equal protocol, {title}", header, rows)


def _frontier(target: str, curves: Mapping[str, Any]) -> Table:
    rows = []
    for method, curve in curves["methods"].items():
        is_sft, at = method == "sft", curve["drop_at_accuracy"]
        points = [
            f"{point['rate']:g}: {point['accuracy'].value:.1f}, {point['drop'].value:.1f}"
            for point in curve["points"]
        ]
        rows.append(
            [
                method,
                NONE if is_sft else show(curve["over_sft"], sign=True),
                NONE if is_sft else f"{curve['lowest_over_sft']:+.1f}",
                "not reached" if at is None else f"{at:.1f}",
                "; ".join(points),
            ]
        )
    at = f"drop at {curves['accuracy_compared']:.1f} %"
    header = ["", "over SFT at equal drop", "lowest", at, "rate: accuracy, drop"]
    return Table(f"Frontier, {target}", header, rows)


def _beyond(target: str, found: Mapping[str, Any]) -> Table:
    rows = [
        [
            method,
            show(figures["drop_at_accuracy"]) if figures["drop_at_accuracy"] else "not reached",
            show(figures["of_s3ft"], digits=2),
            show(figures["learned_at_drop"]),
            NONE if method == "s3ft" else show(figures["learned_over_s3ft"], sign=True),
        ]
        for method, figures in found["methods"].items()
    ]
    at = f"drop at {found['accuracy']:.1f} %"
    learned = f"of what the base fails, right at a drop of {found['drop']:.1f}, %"
    return Table(f"Frontier, {target}: beside S3FT", ["", at, "of S3FT's", learned, "more"], rows)


def _mixtures(found: Mapping[str, Any]) -> Table:
    rows = [
        [
            target,
            method,
            f"{mixture['rows']:,}",
            sources(mixture["percent"]),
            " / ".join(map(str, PAPER[target])) if method == "s3ft" else "",
            f"{mixture['right']:.1f}",
        ]
        for target, methods in found.items()
        for method, mixture in methods.items()
    ]
    header = ["target", "method", "rows", "own / paraphrase / gold %", "the paper's", "right %"]
    title = "Mixtures in percent of the prompts; right: accepted by the judge that measures"
    return Table(title, header, rows)


def _costs(found: Mapping[str, Any]) -> Table:
    rows = []
    for target, methods in found.items():
        theirs = methods["s3ft"]["tokens"]
        for method, cost in methods.items():
            of_theirs = f"{cost['tokens'] / theirs:.2f}" if theirs else NONE
            seconds = [f"{cost[key]:,.0f}" for key in ("seconds", "training")]
            rows.append([target, method, f"{cost['tokens']:,.0f}", of_theirs, *seconds])
    header = [
        "target",
        "method",
        "tokens generated",
        "of S3FT's",
        "seconds",
        "first round's training",
    ]
    return Table("What the mixtures took; what methods share counts for each", header, rows)


def sources(percent: Mapping[str, float]) -> str:
    """The papers' three, and whatever else a ladder has."""
    three = " / ".join(f"{percent[source]:.1f}" for source in SOURCES)
    others = (f"{name} {share:.1f}" for name, share in percent.items() if name not in SOURCES)
    return ", ".join([three, *others])


def show(figure: Estimate | None, *, sign: bool = False, digits: int = 1) -> str:
    """``57.2 [49.0, 64.1]``."""
    if figure is None:
        return NONE
    values = [round(value, digits) + 0.0 for value in (figure.value, figure.low, figure.high)]
    return "{} [{}, {}]".format(*(f"{value:{'+' * sign}.{digits}f}" for value in values))


def print_all(made: Iterable[Table]) -> None:
    """The tables on the terminal."""
    console = Console()
    for table in made:
        shown = RichTable(*table.header, title=table.title, title_justify="left")
        for row in table.rows:
            shown.add_row(*map(Text, row))
        console.print(shown, end="\n\n")
    console.print(INTERVALS)


def markdown(made: Iterable[Table]) -> str:
    """The tables for the documentation."""
    blocks = []
    for table in made:
        lines = [table.header, ["---"] * len(table.header), *table.rows]
        rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        blocks.append(f"**{table.title}**\n\n{rows}\n")
    return "\n".join([*blocks, f"{INTERVALS}\n"])
