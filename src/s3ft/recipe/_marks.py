"""Marks on the fields of a recipe that say when they may change while a run of it goes on.

A field has its mark beside its meaning, as ``Annotated[int, Resume.ANY_TIME]``. A mark on a group
holds for all keys in it that have none of their own; where there is none at all, a key stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel


class Resume(StrEnum):
    """When a key of a recipe may change while a run of it goes on."""

    NEVER = "never"
    """What is in the run was made with it."""
    ANY_TIME = "any time"
    """It says how the machine is used, or what stops the run, not what is made."""
    GROWS = "may grow"
    """Entries come and go, and what was made with the others stays valid; one that has a name
    cannot change under it, but as `BEFORE_ANSWERS`."""
    BEFORE_ANSWERS = "before answers"
    """While nothing is answered, and after the answers of the train split stopped the run."""
    BEFORE_TRAINING = "before training"
    """While no model is trained."""
    BEFORE_MEASURING = "before measuring"
    """While nothing is measured."""
    BEFORE_TARGET = "before measuring the target"
    """As `BEFORE_MEASURING`, and after the verdicts on the test split stopped the run."""


@dataclass(frozen=True, eq=False)
class Inside:
    """Marks of keys that are no fields, such as a judge's options, by their names.

    A class is a group of keys that have the marks of its fields.
    """

    marks: Mapping[str, Resume | type[BaseModel]]
