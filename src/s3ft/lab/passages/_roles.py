"""The roles of a group's entities, what ties two of them, and the paths from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Edge = tuple[str, str]
"""Two roles that a fact ties."""

Path = tuple[str, ...]
"""Roles, each tied to the next: from what a question names to what it wants."""

EDGES: tuple[Edge, ...] = (
    ("owner", "thing"),
    ("thing", "place"),
    ("thing", "giver"),
    ("giver", "home"),
)
ROLES = ("owner", "thing", "place", "giver", "home")
NEIGHBOURS = {
    role: [other for edge in EDGES if role in edge for other in edge if other != role]
    for role in ROLES
}
LEAVES = [role for role in ROLES if len(NEIGHBOURS[role]) == 1]


def _paths(hops: int) -> list[Path]:
    paths: list[Path] = [(role,) for role in ROLES]
    for _ in range(hops):
        paths = [(*p, role) for p in paths for role in NEIGHBOURS[p[-1]] if role not in p]
    return paths


PATHS = {hops: _paths(hops) for hops in (1, 2, 3)}
"""All paths, by how many facts they join."""


def edge_of(a: str, b: str) -> Edge:
    """The edge between two roles, in its own direction."""
    return (a, b) if (a, b) in EDGES else (b, a)


def edges_of(path: Sequence[str]) -> list[Edge]:
    """The edges of a path, hop by hop."""
    return [edge_of(a, b) for a, b in pairwise(path)]
