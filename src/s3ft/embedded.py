"""The worlds that come with the package, by name: a model, data, benchmarks, a judge's prompt.

A recipe may name one wherever it could give a path or an id (``model: lab``). What loads models,
reads data and runs benchmarks asks here whether a name is such a world's, and knows none itself; a
world is imported when something of it is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

WORLDS = {"lab": "s3ft.lab"}
"""The package of each world."""

DEFAULT_WORLD = "lab"
"""Whose model is taken where none is named."""


class EmbeddedWorld(Protocol):
    """What the package of a world gives."""

    MODEL: Path
    """A folder that transformers loads: weights, tokenizer, template."""

    TASKS: Path
    """A folder of lm-eval tasks."""

    JUDGE_PROMPT: Path
    """The Jinja file that the world's model was taught to judge by; it knows no other."""

    def each_row(self, task: str | None, split: str) -> Iterable[Mapping[str, Any]]:
        """The data of a task and split; of the world's first task where none is named.

        Raises:
            InputError: there is no such task or split.
        """


def is_embedded(name: str | None) -> bool:
    """Whether a recipe's value names a world, and no path or id."""
    return name in WORLDS


def embedded(name: str | None) -> EmbeddedWorld | None:
    """The world of that name; None where it is no world's, but a path or an id."""
    return cast(EmbeddedWorld, import_module(WORLDS[name])) if name in WORLDS else None
