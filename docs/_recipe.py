"""Writes the reference of keys in recipe.md from the recipe's own classes.

python docs/_recipe.py
"""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from s3ft.recipe import Recipe, resume_rule

PAGE = Path(__file__).with_name("recipe.md")
BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"

WORDS = {
    Any: "anything",
    NoneType: "null",
    bool: "true or false",
    dict: "mapping",
    float: "number",
    int: "whole number",
    str: "text",
}
BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def reference() -> str:
    """A section for every group of keys: type, default, change on resuming and meaning of each."""
    return "\n".join(_sections(Recipe, "")).strip() + "\n"


def page(text: str) -> str:
    """The page's text with the reference between its marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _sections(group: type[BaseModel], path: str) -> list[str]:
    title = f"### `{path}`\n\n{group.__doc__}" if path else "### Top level"
    fields = {f"{path}.{name}" if path else name: f for name, f in group.model_fields.items()}
    rows = [f"| {' | '.join(_row(key, field))} |" for key, field in fields.items()]
    head = ["| key | type | default | on resuming | meaning |", "|---|---|---|---|---|"]
    lines = [title, "", *head, *rows, ""]
    for key, field in fields.items():
        inner = _group(field)
        if inner is not None:
            lines += _sections(
                inner, key if get_origin(field.annotation) is not dict else f"{key}.<name>"
            )
    return lines


def _row(key: str, field: FieldInfo) -> tuple[str, ...]:
    name, meaning = key.rpartition(".")[2], " ".join((field.description or "").split())
    rule = resume_rule(key).value
    return f"`{name}`", _kind(field), _default(field), rule, meaning.replace("|", r"\|")


def _group(field: FieldInfo) -> type[BaseModel] | None:
    kinds = [
        get_args(k)[0] if get_origin(k) is Annotated else k for k in get_args(field.annotation)
    ]
    groups = (k for k in kinds or [field.annotation] if isinstance(k, type))
    return next((k for k in groups if issubclass(k, BaseModel)), None)


def _kind(field: FieldInfo) -> str:
    bounds = {
        sign: getattr(rule, key)
        for rule in field.metadata
        for key, sign in BOUNDS.items()
        if getattr(rule, key, None) is not None
    }
    text = _words(field.annotation)
    if not bounds:
        return text
    return text.replace("number", "number " + ", ".join(f"{k} {v:g}" for k, v in bounds.items()))


def _words(kind: Any) -> str:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _words(inside[0])
    if origin in (Union, UnionType):
        return " or ".join(_words(option) for option in inside)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inside)
    if origin is list:
        return f"list of {_words(inside[0])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "keys below"
    return WORDS[origin or kind]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "their defaults" if isinstance(value, BaseModel) else f"`{json.dumps(value)}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
