"""What is typed after a verb: options of a judge beside files, and the forms of other programs."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

from ..errors import InputError

_RECIPE_OPTIONS = {"config", "config_file", "recipe", "c"}
_OUT_OPTIONS = {"output_dir", "output", "out_dir", "out_path", "o"}
_IN_OPTIONS = {"input", "in", "in_path", "file", "i"}
"""What other programs call what s3ft takes by its place, or as ``--out``."""


def split(arguments: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Separate a judge's options from files; ``openai.url=...`` is a key within a group.

    Raises:
        InputError: an option has no value that YAML can read, or is a group and a value.
    """
    from ..recipe import parse_option

    options = [text for text in arguments if "=" in text and not os.path.exists(text)]
    files = [text for text in arguments if text not in options]
    tree: dict[str, Any] = {}
    for text in options:
        key, value = parse_option(text)
        *groups, last = key.split(".")
        here = tree
        for group in groups:
            here = here.setdefault(group, {})
            if not isinstance(here, dict):
                raise InputError(f"argument {text}", f"{group} is a value, without keys")
        here[last] = value
    return tree, files


def check_form(verb: str, arguments: Sequence[str], known: dict[str, bool]) -> None:
    """Meet an option that is not there with the form that s3ft takes.

    Args:
        arguments: what follows the verb.
        known: the verb's options, and whether each takes a value.

    Raises:
        InputError: an option is unknown; it says how the whole command is written.
    """
    judges_files = "--judge" in known and "--judge" in {
        text.partition("=")[0] for text in arguments
    }
    unknown: list[str] = []
    first: list[str] = []
    kept: list[str] = []
    last: list[str] = []
    rest = list(arguments)
    while rest:
        name, equals, value = rest[0].partition("=")
        if name == "--":
            break
        takes = known.get(name)
        if not name.startswith("-") or name == "-" or takes is not None:
            count = 2 if takes and not equals else 1
            kept, rest = kept + rest[:count], rest[count:]
            continue
        unknown.append(name)
        rest = rest[1:]
        if not equals and rest and not rest[0].startswith("--"):
            value, rest = rest[0], rest[1:]
        key = name.lstrip("-").replace("-", "_")
        if key in _RECIPE_OPTIONS or (judges_files and key in _IN_OPTIONS):
            first.append(value)
        elif key in _OUT_OPTIONS:
            last += [value] if judges_files else ["--out", value]
        elif change := _change(key, value or "true", judges_files):
            kept.append(change)
        else:
            options = ", ".join(sorted(name for name in known if name.startswith("--")))
            remedy = f"Options: {options}. All else is written key=value, without dashes."
            raise InputError(f"s3ft {verb}", f"there is no option {name}", remedy)
    if unknown:
        meant = shlex.join(["s3ft", verb, *first, *kept, *last])
        raise InputError(
            f"s3ft {verb}", f"there is no option {unknown[0]}", f"Did you mean: {meant}"
        )


def _change(key: str, value: str, judges_files: bool) -> str | None:
    """A judge's option, or the change to a recipe that is meant; None where nothing is like it."""
    from ..recipe import nearest

    meant = key if judges_files else nearest(tuple(key.split(".")))
    return meant and f"{meant}={value}"
