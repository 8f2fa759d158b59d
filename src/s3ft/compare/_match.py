"""Whether two models were asked the same."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError
from ._contenders import Contender, Task

SHOWN = 60
"""Characters of a text in a message, to either side of where it differs."""


def common_tasks(contenders: Sequence[Contender]) -> tuple[list[str], list[str]]:
    """The tasks that all have, asked alike, and notes on those that only some have.

    Raises:
        InputError: they have none in common; or one was asked otherwise, with what differs.
    """
    first, *others = contenders
    common = [task for task in first.tasks() if all(task in one.tasks() for one in others)]
    if not common:
        each = "; ".join(f"{one.name}: {', '.join(one.tasks()) or 'none'}" for one in contenders)
        raise InputError("s3ft compare", f"no task was measured for all: {each}")
    for task in common:
        reference = next(iter(first.models.values()))[task]
        for contender in contenders:
            for model in contender.models.values():
                if problem := _difference(reference, model[task]):
                    where = f"{task}: {first.name} and {contender.name}"
                    raise InputError(where, problem, "Only what was asked alike can be compared.")
    left_out = {
        task: [one.name for one in contenders if task in one.tasks()]
        for contender in contenders
        for task in contender.tasks()
        if task not in common
    }
    notes = [f"{task} is left out: only {', '.join(n)} has it" for task, n in left_out.items()]
    return common, notes


def _difference(one: Task, other: Task) -> str | None:
    """What differs between what two models were asked, in words; None if nothing does."""
    if one.metric != other.metric:
        return f"have other metrics, {one.metric} and {other.metric}"
    settings = [
        f"{name} {value} and {other.settings[name]}"
        for name, value in one.settings.items()
        if name in other.settings and other.settings[name] != value
    ]
    if settings:
        return f"were asked otherwise: {'; '.join(settings)}"
    if one.values.keys() != other.values.keys():
        return _items(one, other)
    for item, prompt in one.prompts.items():
        theirs = other.prompts.get(item, prompt)
        if item in one.values and theirs != prompt:
            return f"have other prompts, as in {item}: {_where(prompt, theirs)}"
        gold, other_gold = one.golds.get(item), other.golds.get(item)
        if item in one.values and None not in (gold, other_gold) and gold != other_gold:
            return f"have other golds, as in {item}: {gold!r} and {other_gold!r}"
    return None


def _items(one: Task, other: Task) -> str:
    only = [sorted(a.values.keys() - b.values.keys()) for a, b in ((one, other), (other, one))]
    told = " and ".join(
        f"{len(items):,} of the {which} ({items[0]} ...) are not in the other"
        for which, items in zip(("first", "second"), only, strict=True)
        if items
    )
    return f"have other items ({len(one.values):,} and {len(other.values):,}): {told}"


def _where(one: str, other: str) -> str:
    """Both texts about where they begin to differ."""
    pairs = enumerate(zip(one, other, strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, at - SHOWN // 2)
    return " and ".join(repr(text[start : at + SHOWN]) for text in (one, other))
