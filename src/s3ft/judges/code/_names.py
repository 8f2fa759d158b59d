"""What trusted code uses, defines and imports: the row's tests, its setup, its gold, its prompt."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python raises over text that is no program, or nested too deeply to be read."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Beginning:
    """The code that a prompt begins, for the response to go on with.

    ``code`` is as it stands in the prompt, ``whole`` what it defines and imports, a program of its
    own. ``stub`` is the function that it leaves open, if its end is one.
    """

    code: str = ""
    whole: str = ""
    stub: str = ""
    names: frozenset[str] = frozenset()


def beginning(code: str) -> Beginning:
    """What the prompt's code begins; nothing where it is no Python."""
    code = code.rstrip() + "\n"
    for text in (code, code + "    pass\n"):
        try:
            body = ast.parse(text).body
            whole = "\n".join(ast.unparse(node) for node in body if _only_defines(node))
            names = frozenset(defined(whole))
        except UNREADABLE:
            continue
        stubs = (
            n.name for n in body[-1:] if isinstance(n, Function) and all(map(_is_empty, n.body))
        )
        return Beginning(code, whole, next(stubs, ""), names)
    return Beginning()


def _only_defines(statement: ast.stmt) -> bool:
    """Whether it does nothing else: a program in a prompt may also read input, and print."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return not any(isinstance(node, ast.Call) for node in ast.walk(statement))
    return isinstance(statement, Function | ast.ClassDef | ast.Import | ast.ImportFrom)


def _is_empty(statement: ast.stmt) -> bool:
    """Whether it does nothing: a docstring, ``...``, an import, or that it is not implemented."""
    if isinstance(statement, ast.Raise):
        return "NotImplemented" in ast.unparse(statement)
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom)


def free(code: str) -> set[str]:
    """The names that code uses and does not define.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be read.
    """
    top = symtable.symtable(code, "<tests>", "exec")
    used = {
        symbol.get_name()
        for table in _tables(top)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    }
    return used - bound(code)


def bound(code: str) -> set[str]:
    """The names that code defines or imports at its top level."""
    return _symbols(code, imported=True) | _symbols(code, imported=False)


def defined(code: str) -> set[str]:
    """The functions, classes and values that a program defines itself."""
    return _symbols(code, imported=False)


def methods(code: str) -> set[str]:
    """The methods of a class ``Solution``, which tests may call like functions."""
    return {
        function.name
        for node in ast.parse(code).body
        if isinstance(node, ast.ClassDef) and node.name == "Solution"
        for function in node.body
        if isinstance(function, Function)
    }


def imported(code: str) -> set[str]:
    """The names that a program takes out of modules (``from math import factorial``)."""
    return {
        alias.asname or alias.name
        for node in ast.parse(code).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def roots(code: str) -> list[str]:
    """The functions of a program that none of its other functions uses."""
    functions = [node for node in ast.parse(code).body if isinstance(node, Function)]
    used = {
        name.id
        for function in functions
        for name in ast.walk(function)
        if isinstance(name, ast.Name) and name.id != function.name
    }
    return [function.name for function in functions if function.name not in used]


def _symbols(code: str, *, imported: bool) -> set[str]:
    top = symtable.symtable(code, "<program>", "exec")
    return {
        s.get_name()
        for s in top.get_symbols()
        if (s.is_imported() if imported else s.is_assigned() and not s.is_imported())
    }


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
