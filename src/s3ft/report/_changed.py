"""Items that a tuned model lost or gained, with what both models said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..compare import Contender
from ..evaluate import BASE
from ..text import clip

SHOWN = 4
"""Items of each task and kind that are shown."""

LONGEST = 1500
"""Characters of a text that are shown."""


def changed(contenders: Sequence[Contender], reference: str = BASE) -> list[dict[str, Any]]:
    """What each contender's first seed lost and gained against a reference's, by task.

    Items are spread evenly over those of their kind, and shown as far as their texts are kept.

    Returns:
        For each method and task ``lost`` and ``gained``, the numbers of items, and ``items``: each
        with ``kind``, ``item``, ``prompt``, ``gold``, ``base`` and ``tuned``.
    """
    base = next((one for one in contenders if one.name == reference), None)
    if base is None:
        return []
    found, first = [], next(iter(base.models.values()))
    for contender in contenders:
        if contender is base:
            continue
        tuned = next(iter(contender.models.values()))
        for name, task in tuned.items():
            before = first.get(name)
            if before is None:
                continue
            kinds: dict[str, list[str]] = {"lost": [], "gained": []}
            for item, value in task.values.items():
                if value != before.values.get(item, value):
                    kinds["lost" if value < before.values[item] else "gained"].append(item)
            rows = [
                {
                    "kind": kind,
                    "item": item,
                    "prompt": clip(task.prompts[item], LONGEST),
                    "gold": clip(task.golds.get(item, ""), LONGEST),
                    "base": clip(before.answers[item], LONGEST),
                    "tuned": clip(task.answers[item], LONGEST),
                }
                for kind, items in kinds.items()
                for item in _spread([i for i in items if _has_texts(i, task, before)])
            ]
            counts = {kind: len(items) for kind, items in kinds.items()}
            found.append({"method": contender.name, "task": name, **counts, "items": rows})
    return found


def _has_texts(item: str, *tasks: Any) -> bool:
    return all(item in task.prompts and task.answers.get(item) for task in tasks)


def _spread(items: list[str]) -> list[str]:
    """At most `SHOWN`, evenly spaced."""
    step = max(1, -(-len(items) // SHOWN))
    return items[::step]
