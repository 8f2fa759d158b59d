"""What pydantic found wrong, in the words of the recipe: key, problem, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ._recipe import Recipe

Keys = tuple[str | int, ...]

_WORDS = {
    "bool_type": "must be true or false",
    "dict_type": "must be a mapping of keys to values",
    "extra_forbidden": "unknown key",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "invalid_key": "is not text, so it cannot be a key",
    "list_type": "must be a list",
    "missing": "is required",
    "string_pattern_mismatch": "must be a name of letters, digits, '.', '_' and '-'",
    "string_type": "must be text",
    "too_short": "must name at least one",
}


def explain(error: ValidationError, tree: Mapping[Any, Any]) -> list[tuple[Keys, str, str]]:
    """Keys, problem and remedy of each thing that is wrong; the branches of a union are one thing.

    Args:
        tree: what was validated; it tells which parts of pydantic's locations are keys.
    """
    found: dict[Keys, tuple[str, str]] = {}
    for detail in error.errors():
        keys = _keys(detail["loc"], tree)
        if detail["type"] == "missing":
            keys = (*keys, detail["loc"][-1])
        problem, remedy = _words(detail, keys)
        before = found.get(keys, ("", ""))[0]
        if before and problem != before:
            problem = f"{before} or {problem.removeprefix('must be ')}"
        found[keys] = (problem, remedy)
    return [
        (keys, problem + _given(keys, tree), remedy)
        for keys, (problem, remedy) in found.items()
        if not any(deeper[: len(keys)] == keys for deeper in found if deeper != keys)
    ]


def accepts(keys: tuple[str, ...], kind: type) -> bool:
    """Whether values of this type may stand at a key of the recipe."""
    return kind in (get_origin(option) or option for option in _known().get(keys, ()))


def _keys(location: Keys, tree: Any) -> Keys:
    """The keys in a location, which also names branches of unions."""
    keys: Keys = ()
    for part in location:
        is_key = isinstance(tree, dict) and part in tree
        if is_key or (isinstance(tree, list) and isinstance(part, int)):
            keys, tree = (*keys, part), tree[part]
    return keys


def _words(detail: Any, keys: Keys) -> tuple[str, str]:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _WORDS[kind], _suggestion(tuple(str(key) for key in keys))
    if kind == "model_type":
        inside = [known[-1] for known in _known() if known[:-1] == keys]
        return "must be a mapping", f"Its keys: {', '.join(inside)}."
    if kind == "string_type" and isinstance(detail["input"], (bool, int, float)):
        return _WORDS[kind], "Put it into quotes."
    message = detail["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return _WORDS.get(kind, message), ""


def _given(keys: Keys, tree: Any) -> str:
    """The wrong value where it is short enough to quote; nothing where the key itself is wrong."""
    if keys and tuple(str(key) for key in keys) not in _known() and not isinstance(keys[-1], int):
        return ""
    for key in keys:
        if isinstance(tree, dict) and key not in tree:
            return ""
        tree = tree[key]
    short = isinstance(tree, (str, int, float, bool, type(None))) and len(repr(tree)) < 80
    return f" (given: {tree!r})" if short else ""


def _suggestion(keys: tuple[str, ...]) -> str:
    """The known key nearest to an unknown one: its name elsewhere, else a like name, here first."""
    known = list(_known())
    here = [key for key in known if key[:-1] == keys[:-1]]
    same = [key for key in known if key[-1] == keys[-1]]
    if same:
        best = max(same, key=lambda key: sum(a == b for a, b in zip(key, keys, strict=False)))
        return f"Did you mean {'.'.join(best)!r}?"
    for level, likeness in ((here, 0.6), (known, 0.8)):
        near = difflib.get_close_matches(keys[-1], [key[-1] for key in level], 1, likeness)
        if near:
            best = next(key for key in level if key[-1] == near[0])
            return f"Did you mean {'.'.join(best)!r}?"
    return f"The keys here: {', '.join(key[-1] for key in here)}."


@cache
def _known() -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Every key of a recipe with the types that it takes."""
    return dict(_walk(Recipe, ()))


def _walk(
    group: type[BaseModel], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
    for name, field in group.model_fields.items():
        union = get_origin(field.annotation) in (Union, UnionType)
        options = get_args(field.annotation) if union else (field.annotation,)
        yield (*above, name), options
        for option in options:
            if isinstance(option, type) and issubclass(option, BaseModel):
                yield from _walk(option, (*above, name))
