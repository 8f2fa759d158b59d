"""What the figures have alike on their axes: grids, legends above, bars of shares, long names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from ._palette import INK, PAPER, Colour
from ._svg import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGEND = 46
"""Characters of a legend's line."""


def bars(rows: Mapping[str, Mapping[str, float]], parts: Sequence[tuple[str, Colour]]) -> Figure:
    """Shares of 100 %, a bar for each row, its parts in one order."""
    figure = new_figure(0.6 + 0.31 * len(rows) + 0.22 * legend_lines([name for name, _ in parts]))
    axes = figure.subplots()
    starts = [0.0] * len(rows)
    for part, colour in parts:
        widths = [row.get(part, 0.0) for row in rows.values()]
        axes.barh(range(len(rows)), widths, 0.72, left=starts, color=colour.light, label=part)
        for place, (left, width) in enumerate(zip(starts, widths, strict=True)):
            if width >= 4.5:
                text = _on(colour)
                axes.text(
                    left + width / 2, place, f"{width:.0f}", color=text.light, ha="center",
                    va="center", size=9.5,
                )  # fmt: skip
        starts = [left + width for left, width in zip(starts, widths, strict=True)]
    axes.set_xlim(0, 100)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xticks([])
    axes.tick_params("y", colors=INK.light)
    legend(figure, axes)
    return figure


def _on(colour: Colour) -> Colour:
    """Ink or paper: what is read on a colour, in both schemes."""
    red, green, blue = (int(colour.light[at : at + 2], 16) for at in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else PAPER


def grid(axes: Axes, which: Literal["both", "x", "y"]) -> None:
    axes.grid(True, axis=which)
    axes.tick_params(pad=4)


def legend(figure: Figure, axes: Axes) -> None:
    """Above the figure; read by lines, as the eye does, where matplotlib fills columns."""
    handles, labels = axes.get_legend_handles_labels()
    columns = -(-len(labels) // legend_lines(labels))
    order = [n for first in range(columns) for n in range(first, len(labels), columns)]
    figure.legend(
        [handles[n] for n in order],
        [labels[n] for n in order],
        loc="outside upper left",
        ncols=columns,
        borderaxespad=0.1,
        handlelength=1.2,
    )


def legend_lines(labels: Sequence[str]) -> int:
    """How many lines a legend needs."""
    widest = max(map(len, labels), default=0) + 5
    columns = max(1, LEGEND // widest)
    return -(-len(labels) // columns)


def wrapped(task: str) -> str:
    """A task's name on as many lines as it needs to leave room for the figure."""
    lines = [""]
    for part in task.replace("_", "_\0").split("\0"):
        if len(lines[-1]) + len(part) > 16 and lines[-1]:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)
