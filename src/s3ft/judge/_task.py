"""What a row says about how its programs are tested: assert lines, a test program, or in and out.

The row's tests, setup and gold are trusted, so they may be parsed here.
"""

from __future__ import annotations

import builtins
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._program import defines

_COLUMNS = {
    "tests": ("tests", "test_list", "test"),
    "setup": ("setup", "test_setup_code", "test_imports"),
}
"""The columns in s3ft's own rows, in MBPP's, in HumanEval's or the sanitized MBPP's."""


class NoTask(ValueError):
    """The row cannot be tested; the message says why."""


@dataclass(frozen=True, slots=True)
class Task:
    """How to test a program.

    Either ``tests``, programs that run after ``setup`` in one namespace and raise where the
    program is wrong, or ``pairs`` of standard input and expected output.
    """

    tests: tuple[str, ...] = ()
    setup: str = ""
    entry_point: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def wanted(self) -> frozenset[str]:
        """The names that the tests expect of a program, or of Python."""
        if self.entry_point:
            return frozenset([self.entry_point])
        return frozenset(_free("\n".join((self.setup, *self.tests))))

    def stand_ins(self, gold: str | None) -> tuple[tuple[str, ...], str]:
        """The names that stand for the program's functions, and trusted code for all others.

        With an entry point only that is the candidate's: what else the tests call, such as the
        helpers that HumanEval's prompts define, they take from the gold. Without one it is
        whatever the tests need and the gold defines.

        Raises:
            SyntaxError: the gold is no program.
        """
        free = _free("\n".join((self.setup, *self.tests)))
        if gold is None:
            names = free.difference(dir(builtins)) if not self.entry_point else {self.entry_point}
            return tuple(sorted(names)), ""
        names = {self.entry_point} if self.entry_point else free & _defined(gold)
        others = free - names - set(dir(builtins))
        return tuple(sorted(names)), gold if others else ""


def task_of(row: Mapping[str, Any]) -> Task:
    """The task that a row's columns describe.

    Raises:
        NoTask: they describe none.
    """
    tests, setup = (_first(row, names) for names in _COLUMNS.values())
    setup = "\n".join(setup) if isinstance(setup, list | tuple) else setup or ""
    entry_point = row.get("entry_point") or None
    if not isinstance(setup, str) or not isinstance(entry_point, str | None):
        raise NoTask("setup or entry_point is no text")
    if tests is None or tests in ("", [], (), {}):
        raise NoTask("no tests")
    if pairs := _pairs(tests):
        return Task(pairs=pairs)
    texts = (tests,) if isinstance(tests, str) else tests
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise NoTask("tests is neither assert lines, nor a program, nor objects of input, output")
    # HumanEval's test program only defines what is to be called.
    if entry_point and defines(texts[-1], "check"):
        texts = [*texts, f"check({entry_point})"]
    try:
        _free("\n".join((setup, *texts)))
    except (SyntaxError, ValueError) as error:
        raise NoTask(f"the tests are no Python: {error}") from None
    return Task(tuple(texts), setup, entry_point)


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _pairs(tests: Any) -> tuple[tuple[str, str], ...]:
    """Inputs with outputs: a list of ``{"input", "output"}``, or ``{"inputs", "outputs"}``."""
    if isinstance(tests, Mapping):
        inputs, outputs = tests.get("inputs"), tests.get("outputs")
    elif isinstance(tests, list | tuple) and all(isinstance(test, Mapping) for test in tests):
        inputs = [test.get("input") for test in tests]
        outputs = [test.get("output") for test in tests]
    else:
        return ()
    if not isinstance(inputs, list) or not isinstance(outputs, list) or len(inputs) != len(outputs):
        raise NoTask("tests has not as many inputs as outputs")
    if not all(isinstance(text, str) for text in (*inputs, *outputs)):
        raise NoTask("an input or output of tests is no text")
    return tuple(zip(inputs, outputs, strict=True))


def _free(code: str) -> set[str]:
    """The names that code uses and does not define."""
    top = symtable.symtable(code, "<tests>", "exec")
    used = {
        symbol.get_name()
        for table in _tables(top)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    }
    return used - _bound(top)


def _bound(top: symtable.SymbolTable) -> set[str]:
    return {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}


def _defined(code: str) -> set[str]:
    """The functions, classes and values that a program defines itself."""
    top = symtable.symtable(code, "<gold>", "exec")
    return {s.get_name() for s in top.get_symbols() if s.is_assigned() and not s.is_imported()}


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
