"""All keys of a recipe, found by walking through its groups."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Key = tuple[str, ...]


def all_keys(group: type[BaseModel], above: Key = ()) -> Iterator[tuple[Key, FieldInfo]]:
    """Every key of a group, each followed by those of the group that it is, with their fields."""
    for name, field in group.model_fields.items():
        yield (*above, name), field
        for kind in field_types(field):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from all_keys(kind, (*above, name))


def field_types(field: FieldInfo) -> tuple[Any, ...]:
    """The types that a field takes: one, or those of a union."""
    union = get_origin(field.annotation) in (Union, UnionType)
    return get_args(field.annotation) if union else (field.annotation,)
