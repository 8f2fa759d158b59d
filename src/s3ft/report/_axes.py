"""Where values lie on a figure: its canvas, and axes with round ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values to pixels, with round ticks. ``start`` is the pixel of the lowest value."""

    low: float
    high: float
    step: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Each tick's pixel and text."""
        digits = max(0, -math.floor(math.log10(self.step)))
        count = round((self.high - self.low) / self.step)
        values = [self.low + n * self.step for n in range(count + 1)]
        return [(self(v), f"{v + 0.0:.{digits}f}".replace("-", "−")) for v in values]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure's size and the margins around its plot, in pixels."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int

    def x_axis(self, values: Sequence[float]) -> Axis:
        """From left to right, holding all values."""
        return _axis(values, self.left, self.width - self.right)

    def y_axis(self, values: Sequence[float]) -> Axis:
        """From the bottom upwards, where pixels count downwards."""
        return _axis(values, self.height - self.bottom, self.top)


CANVAS = Canvas(width=560, height=320, left=52, right=72, top=14, bottom=46)
"""The one that `figures.svg.j2` draws on."""


def _axis(values: Sequence[float], start: float, end: float) -> Axis:
    """An axis that holds all values, its ticks at 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    span = (high - low) or max(abs(high), 1.0)
    raw = span / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if raw <= power * factor)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return Axis(low, high if high > low else low + step, step, start, end)
