"""What pydantic found wrong, in the words of the recipe: key, problem, remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, get_origin

from pydantic import ValidationError

from ..suggest import closest
from ._keys import all_keys, field_types
from ._recipe import Recipe

Keys = tuple[str | int, ...]

_ELSEWHERE = {
    "dataset_name": "data.path",
    "lora_alpha": "train.lora.alpha",
    "lora_dropout": "train.lora.dropout",
    "lora_r": "train.lora.r",
    "lora_rank": "train.lora.r",
    "lr": "train.learning_rate",
    "max_seq_length": "train.max_length",
    "model_name_or_path": "model.id",
    "num_epochs": "train.epochs",
    "num_train_epochs": "train.epochs",
}
"""What other programs call keys of a recipe."""

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
        return "must be a mapping", f"Its keys: {', '.join(inside)}." if inside else ""
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
    if meant := nearest(keys):
        return f"Did you mean {meant!r}?"
    here = [key[-1] for key in _known() if key[:-1] == keys[:-1]]
    return f"The keys here: {', '.join(here)}."


def nearest(keys: tuple[str, ...]) -> str | None:
    """The key that was meant by one that may be unknown; None where there is nothing like it.

    It is the key itself, else its name elsewhere, else what TRL's trainer calls so, else a like
    name, here first.
    """
    known = list(_known())
    if keys in known:
        return ".".join(keys)
    name = keys[-1]
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    same = [key for key in known if key[-1] == name]
    if same:
        best = max(same, key=lambda key: sum(a == b for a, b in zip(key, keys, strict=False)))
        return ".".join(best)
    here = [key for key in known if key[:-1] == keys[:-1]]
    of_training = keys[:-1] in ((), ("train",), ("train", "args"))
    arguments = [("train", "args", option) for option in _trl()] if of_training else []
    for level, likeness in ((arguments, 1.0), (here, 0.6), (known, 0.8), (arguments, 0.8)):
        if near := closest(name, (key[-1] for key in level), likeness):
            return ".".join(next(key for key in level if key[-1] == near))
    return None


@cache
def _trl() -> tuple[str, ...]:
    """What `train.args` takes; loading TRL takes seconds, which only a wrong key costs."""
    from trl import SFTConfig

    return tuple(field.name for field in fields(SFTConfig) if field.init)


@cache
def _known() -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Every key of a recipe with the types that it takes."""
    return {key: field_types(field) for key, field in all_keys(Recipe)}
