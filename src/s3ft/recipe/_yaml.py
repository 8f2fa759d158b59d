"""YAML as people expect it: the core schema of YAML 1.2, a key given twice refused, lines known.

PyYAML follows YAML 1.1, where ``no`` is false, ``1e-4`` a string, ``1:30`` a number of seconds and
``2024-01-01`` a date. Here a plain scalar is null, true or false, a decimal number, or a string;
the reader and the writer share that table, so that what is written reads back the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

_PLAIN = [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
]


class _Core(yaml.resolver.BaseResolver):
    """Which plain scalar is what. Keeps PyYAML's own 1.1 table out."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012


for _tag, _pattern, _first in _PLAIN:
    _Core.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = _Core.yaml_implicit_resolvers


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = _Core.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        return True


def parse(text: str) -> tuple[Any, yaml.Node | None]:
    """The value of one YAML document and its node tree, which knows the lines (see `line`).

    Raises:
        yaml.YAMLError: not YAML, a key given twice, or a node that contains itself.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, None
        _check(node)
        return loader.construct_document(node), node
    finally:
        loader.dispose()


def dump(value: Any) -> str:
    """The value as YAML that `parse` reads back, in the order of its keys."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text


def line(node: yaml.Node | None, path: tuple[str | int, ...]) -> int | None:
    """The 1-based line of the deepest part of ``path`` that the tree has; None where it has none.

    A key that a merge (``<<: *anchor``) brought in has the line where it is written.
    """
    found = None
    for part in path:
        mark, node = next(_children(node, part), (None, None))
        if mark is None:
            break
        found = mark.line + 1
    return found


def _children(node: yaml.Node | None, part: str | int) -> Iterator[tuple[yaml.Mark, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        # Constructing puts merged keys before the mapping's own, and the last one counts.
        for key, value in reversed(node.value):
            if key.value == str(part):
                yield key.start_mark, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        for value in node.value[part : part + 1]:
            yield value.start_mark, value


def _check(root: yaml.Node) -> None:
    """Raise unless every mapping has each key once and no node contains itself.

    On the nodes and before construction, which expands merges: a merged key may be overridden.
    """
    finished: set[int] = set()

    def visit(node: yaml.Node, above: tuple[yaml.Node, ...]) -> None:
        if node in above:
            raise yaml.MarkedYAMLError(
                problem="an anchor contains itself", problem_mark=node.start_mark
            )
        if id(node) in finished or not isinstance(node, yaml.CollectionNode):
            return
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and (key.tag, key.value) in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key.value!r} is given twice",
                        problem_mark=key.start_mark,
                        note="Remove one of the two.",
                    )
                seen.add((key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key))
        pairs = node.value if isinstance(node, yaml.MappingNode) else [(v,) for v in node.value]
        for child in (part for pair in pairs for part in pair):
            visit(child, (*above, node))
        finished.add(id(node))

    visit(root, ())
