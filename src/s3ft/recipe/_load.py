"""From YAML and overrides to a checked recipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ..errors import InputError
from ._explain import accepts, explain
from ._recipe import Recipe
from ._shipped import find, shipped
from ._yaml import line, parse

Overrides = Iterable[str] | Mapping[str, Any]

SHORT = {
    ("model",): "id",
    ("data",): "path",
    ("judge",): "name",
    ("evaluate", "target", "judge"): "name",
    ("evaluate", "targets", "*", "data"): "path",
    ("evaluate", "targets", "*", "judge"): "name",
}
"""The groups that a text may stand for, and the key that it gives; ``*`` is any name."""
_GROUPS = (*SHORT, ("evaluate",))


def load(source: str | Path | Mapping[str, Any], overrides: Overrides = ()) -> Recipe:
    """Read a recipe, apply overrides, and check it whole.

    An override sets one key, and makes the groups above it where they are absent. Where the key
    takes text, what is not a YAML string is taken as it stands, so that ``data.prompt={question}``
    and ``model.revision=1234567`` mean what they say. A list is replaced whole.

    Args:
        source: a YAML file, the name of a recipe inside the package, or the mapping itself.
        overrides: ``key.path=value`` with the value in YAML, or a mapping of key paths to values.

    Raises:
        InputError: naming file, line and key of everything that is wrong, and the nearest known
            key where one is unknown.
    """
    node: yaml.Node | None = None
    if isinstance(source, Mapping):
        name, tree = "recipe", _copy(source)
    else:
        name = str(source)
        tree, node = _read(find(Path(source)))
    tree = _spelt_out(tree)
    given: dict[tuple[str, ...], str] = {}
    for path, value, text in _parsed(overrides):
        _set(tree, path, value, text)
        tree = _spelt_out(tree)
        given[path] = text

    def place(path: tuple[str | int, ...]) -> str:
        keys = tuple(str(part) for part in path)
        for key, text in reversed(given.items()):
            if keys and key[: len(keys)] == keys[: len(key)]:
                return f"argument {text}" + ("" if key == keys else f": {'.'.join(keys)}")
        number = line(node, path)
        here = name if number is None else f"{name}:{number}"
        return f"{here}: {'.'.join(keys)}" if keys else here

    for keys in _with_nul(tree):
        problem = "holds the character NUL, which no file's name and no prompt has"
        raise InputError(place(keys), problem, "Take it out.")
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        problems = explain(error, tree)
    first, *others = problems
    more = [f"{place(keys)}: {problem} {remedy}".rstrip() for keys, problem, remedy in others]
    lines = [text for text in (first[2], f"{len(more)} more:" if more else "", *more) if text]
    raise InputError(place(first[0]), first[1], "\n  ".join(lines)) from None


def parse_option(text: str, *, plain: bool = False) -> tuple[str, Any]:
    """Key and value of ``key=value``, the value in YAML.

    Args:
        plain: take a value that is not YAML as it stands.

    Raises:
        InputError: it has another form, or the value is not YAML.
    """
    key, equals, value = text.partition("=")
    if not equals or not all(part.strip() for part in key.split(".")):
        remedy = "Write key.path=value, such as train.learning_rate=1e-4."
        raise InputError(f"argument {text}", "is not key=value", remedy)
    try:
        return key.strip(), parse(value)[0]
    except yaml.YAMLError as error:
        if plain:
            return key.strip(), value
        problem = f"the value is not YAML: {getattr(error, 'problem', None) or error}"
        raise InputError(f"argument {text}", problem, "Quote the value.") from None


def schema() -> dict[str, Any]:
    """The JSON Schema of a recipe, for editors (yaml-language-server)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Recipe.model_json_schema(),
        "title": "s3ft recipe",
    }


def _read(path: Path) -> tuple[dict[Any, Any], yaml.Node | None]:
    example = "A recipe begins with keys such as model:, data:, judge:."
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        remedy = f"Give the path of a recipe, or one of {', '.join(shipped())}."
        raise InputError(str(path), "there is no such file", remedy) from None
    except IsADirectoryError:
        raise InputError(str(path), "is a folder", "Give the path of a recipe file.") from None
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise InputError(str(path), problem, "Save it as UTF-8 text.") from None
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"cannot be read: {error}") from None
    try:
        tree, node = parse(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = f"cannot be read as YAML: {error.problem or error.context}"
        remedy = error.note or "Check the indent, quotes and colons there."
        raise InputError(where, problem, remedy) from None
    except yaml.YAMLError as error:
        raise InputError(str(path), f"cannot be read as YAML: {error}") from None
    if tree is None:
        raise InputError(str(path), "is empty", example)
    if not isinstance(tree, dict):
        raise InputError(str(path), f"is not a mapping but a {type(tree).__name__}", example)
    return tree, node


def _parsed(overrides: Overrides) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Key path, value, and how to quote the override in a message."""
    if isinstance(overrides, Mapping):
        for key, value in overrides.items():
            yield tuple(key.split(".")), value, f"{key}={value!r}"
        return
    for text in overrides:
        path = tuple(text.partition("=")[0].strip().split("."))
        plain = accepts(path, str)
        key, value = parse_option(text, plain=plain)
        if plain and value is not None and not accepts(path, type(value)):
            value = text.partition("=")[2]
        yield path, value, text


def _set(tree: dict[Any, Any], path: tuple[str, ...], value: Any, text: str) -> None:
    here: Any = tree
    for depth, part in enumerate(path[:-1], 1):
        if here.get(part) is None:
            here[part] = {}
        if not isinstance(here[part], dict):
            key = ".".join(path[:depth])
            is_list = isinstance(here[part], list)
            problem = "a list, which is replaced whole" if is_list else "a value, without keys"
            raise InputError(f"argument {text}", f"{key} is {problem}", f"Set it as {key}=...")
        here = here[part]
    here[path[-1]] = value


def _spelt_out(tree: Any, above: tuple[str, ...] = ()) -> Any:
    """Groups as what they are short for: ``model: lab`` names the model, ``evaluate: null`` nothing
    to measure."""
    if isinstance(tree, str):
        short = [name for group, name in SHORT.items() if _begins(group, above) == len(group)]
        return {short[0]: tree} if short else tree
    if tree is None and above == ("evaluate",):
        return {"target": None}
    if not isinstance(tree, dict) or all(_begins(group, above) is None for group in _GROUPS):
        return tree
    return {key: _spelt_out(value, (*above, str(key))) for key, value in tree.items()}


def _begins(group: tuple[str, ...], above: tuple[str, ...]) -> int | None:
    """How many keys of a group's path these are, or None where they lead elsewhere."""
    same = all(one in ("*", other) for one, other in zip(group, above, strict=False))
    return len(above) if same and len(above) <= len(group) else None


def _with_nul(tree: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of the texts that hold NUL: files and libraries in C end there, or fail."""
    if isinstance(tree, str) and "\0" in tree:
        yield above
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _with_nul(value, (*above, str(key)))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from _with_nul(value, (*above, number))


def _copy(tree: Any) -> Any:
    return {key: _copy(value) for key, value in tree.items()} if isinstance(tree, Mapping) else tree
