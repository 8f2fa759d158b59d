"""Figures and texts as people read them, on a page, in Markdown and on a terminal."""

from __future__ import annotations

import re

from .stats import Estimate

NONE = "–"
"""Shown where there is no figure."""


def number(value: float | None) -> str:
    """One decimal; no minus before zero."""
    return NONE if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def signed(value: float | None) -> str:
    """One decimal and a sign, but for zero."""
    text = number(value)
    return text if value is None or text[0] == "−" or text == "0.0" else f"+{text}"


def ranged(estimate: Estimate, digits: int = 1) -> str:
    """``5.1 [3.1, 7.2]``: a figure with its interval."""
    parts = (estimate.value, estimate.low, estimate.high)
    value, low, high = (f"{round(part, digits) + 0.0:.{digits}f}" for part in parts)
    return f"{value} [{low}, {high}]".replace("-", "−")


def signed_range(estimate: Estimate) -> str:
    """``+5.1 [+3.1, +7.2]``: a difference with its interval."""
    value, low, high = map(signed, (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def nats(value: float | None) -> str:
    """Two digits more than `number`: most are below one."""
    return "" if value is None else f"{value:.3f}".replace("-", "−")


def p_value(value: float) -> str:
    """Three decimals, or less than what they show."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def count(value: float | None) -> str:
    """A whole number with separators."""
    return NONE if value is None else f"{value:,.0f}"


def duration(seconds: float | None) -> str:
    """``0.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if seconds is None:
        return NONE
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def bytes_text(size: int) -> str:
    """``812 B``, ``1.2 MB``: in powers of 1000, as the Hub counts."""
    if size < 1000:
        return f"{size} B"
    amount, units = float(size), iter("kMGT")
    unit = ""
    while amount >= 999.95:
        amount, unit = amount / 1000, next(units)
    return f"{amount:.1f} {unit}B"


def cell(text: object) -> str:
    """Text inside a line of Markdown or a table's cell, where none of it is markup."""
    flat = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*|\[\]])", r"\\\1", flat)


def fence(text: str) -> str:
    """A Markdown code block that the text cannot end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{text}\n{ticks}"


def clip(text: str, longest: int) -> str:
    """At most so many characters of a text, and how many it has."""
    return text if len(text) <= longest else f"{text[:longest]} … ({len(text):,} characters in all)"
