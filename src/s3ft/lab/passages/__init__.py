"""Passages and questions on them, the target task `reading`.

A passage tells of four groups of entities, one of each role, all tied in the same way: an owner
has a thing, the thing is in a place and came from a giver, the giver lives beside a home. Any two
roles are joined by exactly one path, so a question is a path: one end is named, the other wanted.
The kinds of passages differ in words and sentences only (`passages.yaml`).
"""

from ._groups import entities
from ._interview import make_interview, make_register
from ._passage import HOPS, SENTENCES, make_passage
from ._roles import EDGES, PATHS
from ._wording import KINDS

__all__ = [
    "EDGES",
    "HOPS",
    "KINDS",
    "PATHS",
    "SENTENCES",
    "entities",
    "make_interview",
    "make_passage",
    "make_register",
]
