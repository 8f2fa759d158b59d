"""A proposal as a recipe for people: its reasons as comments, its line for editors."""

from __future__ import annotations

import json
import re
from itertools import groupby
from textwrap import indent, wrap
from typing import Any

from ..recipe import load, parse_option
from ._propose import Proposal
from ._proposed import Proposed

SCHEMA_FILE = "recipe.schema.json"
"""What the recipe's first line names, beside it: editors complete and check by it."""

HEAD = """\
# yaml-language-server: $schema={schema}
# {title}
#   s3ft check {name}        what would go wrong, before anything is spent
#   s3ft plan {name}         what it would take
#   s3ft run {name}          everything
# Every proposal says its reason; change what you know better. All keys: s3ft schema
"""

WIDTH = 96


def written(proposal: Proposal, name: str = "recipe.yaml") -> str:
    """The recipe's text, which `load` reads as the proposal.

    Args:
        name: of the file, for the commands in its head.

    Raises:
        InputError: what the user changed is no recipe.
    """
    model, data = proposal.tree["model"]["id"], proposal.tree["data"]["path"]
    text = HEAD.format(schema=SCHEMA_FILE, title=f"{model} on {data}", name=name)
    for group, keys in groupby(proposal.proposed, lambda one: one.key.partition(".")[0]):
        text += _group(group, list(keys))
    load(proposal.tree)
    return text


def _group(name: str, proposed: list[Proposed]) -> str:
    if "." not in proposed[0].key:
        return "".join(_comment(one.why) + _entry(one.key, one.value) for one in proposed)
    tree: dict[str, tuple[Any, str]] = {}
    for one in proposed:
        first, *deeper = one.key.split(".")[1:]
        if not deeper:
            tree[first] = (one.value, one.why)
            continue
        here = tree.setdefault(first, ({}, one.why))[0]
        for part in deeper[:-1]:
            here = here.setdefault(part, {})
        here[deeper[-1]] = one.value
    inside = "".join(_comment(why) + _entry(key, value) for key, (value, why) in tree.items())
    return f"{name}:\n{indent(inside, '  ')}"


def _comment(why: str) -> str:
    return "".join(f"# {line}\n" for line in wrap(why, WIDTH - 4))


def _entry(key: str, value: Any) -> str:
    if isinstance(value, str) and "\n" in value and _fits_a_block(value):
        return f"{key}: |-\n{indent(value, '  ')}\n"
    return f"{key}: {_flow(value)}\n"


def _fits_a_block(text: str) -> bool:
    """Whether a literal block gives the very text back."""
    return text == text.strip() and all(line.isprintable() for line in text.split("\n"))


def _flow(value: Any) -> str:
    """A value in one line: plain where YAML reads it back, else as JSON, which is YAML too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_./][\w./-]*", value):
        is_plain = parse_option(f"key={value}")[1] == value
        return value if is_plain else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
