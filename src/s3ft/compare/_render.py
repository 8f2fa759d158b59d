"""A comparison for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..stats.paired import LEVEL, WHOLE, fewest_discordant
from ..text import p_value, ranged, signed_range
from ._compare import Against, Comparison

if TYPE_CHECKING:
    from rich.table import Table


WIDTH = 110
"""Columns that a table is given where nothing limits them."""


def table(found: Comparison, reference: str) -> Table:
    """Every contender against one reference: a block of rows for each task.

    ``+`` and ``−`` count the items that are better and worse. A star stands where a difference can
    be told (`Paired.told`); ``p`` is corrected for all tests of the table.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(f"against {reference}"), title_justify="left", box=SIMPLE_HEAD)
    made.add_column("task (items)", no_wrap=True)
    made.add_column("model", no_wrap=True)
    for name in (Text(f"{reference} %"), "score %", "difference", "+", "−", "p"):
        made.add_column(name, justify="right", no_wrap=True)
    for task, (items, _) in found.tasks.items():
        here = [one for one in found.against if (one.task, one.reference) == (task, reference)]
        for number, one in enumerate(here, 1):
            made.add_row(
                Text(f"{task} ({items:,})" if number == 1 else ""),
                Text(one.contender),
                f"{found.scores[task, reference].value:.1f}",
                f"{found.scores[task, one.contender].value:.1f}",
                signed_range(one.paired.difference) + _star(one),
                str(one.paired.gained),
                str(one.paired.lost),
                p_value(one.p_holm),
                end_section=number == len(here) > 1,
            )
    return made


def lines(found: Comparison) -> Iterator[str]:
    """What the figures say in words, with what cannot be told, and the notes."""
    for drop in found.drops:
        text = f"{drop.contender}: mean drop against {drop.reference} {ranged(drop.drop)} points"
        if drop.fraction is not None:
            text += f", {ranged(drop.fraction, 2)} of {drop.of}'s"
        yield text
    for reference in found.references:
        for contender in found.contenders:
            if any(
                (o.contender, o.reference) == (contender.name, reference) for o in found.against
            ):
                yield _in_words(found, contender.name, reference)
    yield from found.notes
    yield (
        "In brackets 95 % intervals, over items and, of a method with several, over seeds."
        " *: leaves out 0, and the exact test agrees."
    )


def _in_words(found: Comparison, name: str, reference: str) -> str:
    here = [o for o in found.against if (o.contender, o.reference) == (name, reference)]
    parts = []
    for told in ("higher", "lower"):
        tasks = [one.task for one in here if one.paired.told == told]
        if tasks:
            parts.append(f"{told} in {', '.join(tasks)}")
    open_ = [one for one in here if one.paired.told == "not told"]
    if open_:
        least = max(open_, key=lambda one: one.paired.smallest)
        smallest = least.paired.smallest
        hidden = f"one of less than about {smallest:.1f} points would not show"
        parts.append(
            f"no difference can be told in {', '.join(one.task for one in open_)}"
            f" (with {found.tasks[least.task][0]:,} items of {least.task}"
            f" {hidden if smallest < WHOLE else 'none would show'})"
        )
    few = [o.task for o in open_ if 0 < o.paired.gained + o.paired.lost < fewest_discordant()]
    if few:
        parts.append(
            f"in {', '.join(few)} so few items differ that no test could tell at {LEVEL:.0%}"
        )
    return f"{name} against {reference}: {'; '.join(parts)}"


def _star(one: Against) -> str:
    return "  " if one.paired.told == "not told" else " *"
