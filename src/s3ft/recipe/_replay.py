"""The group of keys that name general rows, mixed in so that what they practise is kept."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ._strict import Strict


class ReplayRows(Strict):
    """General rows that are mixed into every method's training rows as they are: nobody is asked
    about them, and nothing is judged."""

    path: str
    """As `data.path`: Hub id, folder, file, a pattern of files, or `lab`."""
    share: float = Field(0.1, gt=0, lt=1)
    """Share of all rows that they are, where no prompt is dropped: 0.1 puts one to nine."""
    name: str | None = None
    """Configuration of a Hub data set, or the lab's task."""
    revision: str | None = None
    """Branch, tag or commit on the Hub."""
    split: str = "train"
    """Split to take them from; for a single file, ignored."""
    id: str | None = None
    """As `data.id`."""
    turns: Literal["last", "all"] = "last"
    """As `data.turns`; of a share each pair is one."""
    prompt: str | None = None
    """As `data.prompt`."""
    completion: str | None = None
    """As `data.completion`."""
    reasoning: str | None = None
    """As `data.reasoning`."""
    system: str | None = None
    """As `data.system`, which is not put before these."""
    where: dict[str, str | int | float | bool] = Field({})
    """As `data.where`."""
    ignore: list[str] = Field([])
    """As `data.ignore`."""
