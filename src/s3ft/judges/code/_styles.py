"""The styles in which tests are written, each brought to one form: texts, then what is to be run.

Assert lines run as they stand. Functions and classes that pytest or unittest would find are named
as cases. A function that takes the candidate, like HumanEval's ``check``, gets a line that calls
it. Tests that stand under ``if __name__ == "__main__"`` run as the main program. The tests are the
row's own and trusted, so they may be parsed here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder

from ._names import Function, bound, free

_PROVIDED = ("pytest",)  # by the sandbox


@dataclass(frozen=True, slots=True)
class Style:
    """What there is in tests.

    Args:
        free: the names that they use and do not define.
        cases: test functions and classes to be run, in their order.
        checks: functions to be called, and whether with the candidate.
        modules: those from which they import the program, and what, by its name there.
        guarded: whether there is nothing but what stands under a main guard.
    """

    free: frozenset[str]
    cases: tuple[str, ...]
    checks: tuple[tuple[str, bool], ...]
    modules: tuple[str, ...]
    imported: frozenset[str]
    guarded: bool

    @property
    def takes_candidate(self) -> bool:
        """Whether they get the function to be tested, instead of calling it by name."""
        return "candidate" in self.free or any(takes for _, takes in self.checks)


def style_of(texts: Collection[str], own: Collection[str]) -> Style:
    """The style of the texts, which run one after another in one namespace.

    Args:
        own: what the gold is known to define.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: a text cannot be read.
    """
    trees = [ast.parse(text) for text in texts]
    body = [node for tree in trees for node in tree.body]
    called = {call for node in body if not _only_defines(node) for call in _calls(node)}
    used = {call for node in body for call in _calls(node) if call != getattr(node, "name", "")}
    found: list[str] = []
    checks: list[tuple[str, bool]] = []
    for node in body:
        if isinstance(node, ast.ClassDef) and _is_case(node, found):
            found.append(node.name)
        elif isinstance(node, Function) and node.name not in called:
            arguments = [argument.arg for argument in node.args.args]
            is_check = (node.name == "check" and len(arguments) < 2) or arguments == ["candidate"]
            if is_check and node.name not in used:
                checks.append((node.name, bool(arguments)))
            elif node.name.startswith("test"):
                found.append(node.name)
    modules, imported = set[str](), set[str]()
    for tree in trees:
        for module, names in _imports(tree):
            if _is_solution(module, names, own):
                modules.add(module)
                imported |= names - {"*"}
    unknown = set[str]().union(*map(free, texts)) - set[str]().union(*map(bound, texts))
    guarded = not found and not checks and any(map(_is_guard, body))
    return Style(
        frozenset(unknown),
        tuple(dict.fromkeys(found)),
        tuple(dict.fromkeys(checks)),
        tuple(sorted(part for module in modules for part in _with_parents(module))),
        frozenset(imported),
        guarded,
    )


def _is_case(node: ast.ClassDef, cases: Collection[str]) -> bool:
    bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    return node.name.startswith("Test") or any(b.endswith("TestCase") or b in cases for b in bases)


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _only_defines(node: ast.stmt) -> bool:
    """What does not run by itself."""
    return isinstance(node, Function | ast.ClassDef) or _is_guard(node)


def _calls(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            yield call.func.id


def _imports(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """The modules that are imported, and what is taken from each."""
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name
                used = (n for n in nodes if isinstance(n, ast.Attribute))
                yield alias.name, {n.attr for n in used if ast.unparse(n.value) == name}


def _is_solution(module: str, names: Collection[str], own: Collection[str]) -> bool:
    """Whether a module stands for the program: the gold defines what it gives, or it is nowhere."""
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names or root in _PROVIDED:
        return False
    if own and "*" not in names:
        return any(name in own for name in names)
    return _is_nowhere(root)


@cache
def _is_nowhere(root: str) -> bool:
    """Whether no such module is installed, whatever the working folder holds."""
    paths = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    return PathFinder.find_spec(root, paths) is None


def _with_parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])
