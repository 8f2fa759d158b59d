"""What may not change in a recipe when its run goes on, by the marks on the fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from ._keys import all_keys
from ._marks import Inside, Resume
from ._recipe import Recipe


class Change(NamedTuple):
    """A key that is not as it was, and when it may change."""

    key: str
    before: Any
    after: Any
    rule: Resume


def forbidden_changes(before: Recipe, after: Recipe, allowed: Collection[Resume]) -> list[Change]:
    """What differs between the recipe of a run and the one that it is to go on with, and may not.

    Args:
        allowed: the marks whose time it is.

    Returns:
        The changes, in the order of their keys. Of what grows, these are the entries that are in
        both recipes by one name.
    """
    old, new = (_flat(recipe.model_dump(mode="json")) for recipe in (before, after))
    changes = (
        Change(key, old.get(key), new.get(key), resume_rule(key))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    )

    def may(change: Change) -> bool:
        if change.rule is Resume.GROWS and Resume.GROWS not in allowed:
            is_entry = change.key not in _marks()
            return not (is_entry and change.key in old and change.key in new)
        return change.rule in (Resume.ANY_TIME, *allowed)

    return [change for change in changes if not may(change)]


def resume_rule(key: str) -> Resume:
    """When a key may change, by its dotted path: its own mark, or that of the nearest group."""
    while key:
        if key in _marks():
            return _marks()[key]
        key = key.rpartition(".")[0]
    return Resume.NEVER


@cache
def _marks() -> dict[str, Resume]:
    return dict(_marks_of(Recipe, ""))


def _marks_of(group: type[BaseModel], above: str) -> Iterator[tuple[str, Resume]]:
    for path, field in all_keys(group):
        key = above + ".".join(path)
        for mark in field.metadata:
            if isinstance(mark, Resume):
                yield key, mark
            elif isinstance(mark, Inside):
                yield from _marks_inside(mark, f"{key}.")


def _marks_inside(inside: Inside, above: str) -> Iterator[tuple[str, Resume]]:
    for name, mark in inside.marks.items():
        if isinstance(mark, Resume):
            yield above + name, mark
        else:
            yield from _marks_of(mark, f"{above}{name}.")


def _flat(tree: Any, key: str = "", *, is_entry: bool = False) -> dict[str, Any]:
    """Values by dotted paths; an entry of what grows is one value, whole."""
    if is_entry or not isinstance(tree, dict):
        return {key: tree}
    grows = resume_rule(key) is Resume.GROWS
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{key}.{name}" if key else str(name), is_entry=grows)
    return flat
