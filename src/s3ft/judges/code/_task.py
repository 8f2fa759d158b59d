"""What a row says about how its programs are tested, brought to one form.

That is texts of Python with what is to be run of them, or pairs of standard input and output. The
row's tests, setup, gold and prompt are trusted, so they may be parsed here.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from ._examples import SETUP, NoTask, examples_of, unpacked
from ._names import UNREADABLE, Beginning, beginning, bound, defined, free, imported, methods, roots
from ._program import code_in, readings
from ._styles import Style, style_of

_COLUMNS = {
    "tests": ("tests", "test_list", "test"),
    "setup": ("setup", "test_setup_code", "test_imports"),
}
"""The columns in s3ft's own rows, in MBPP's, in HumanEval's or the sanitized MBPP's."""


class BadGold(ValueError):
    """The gold is no program."""


@dataclass(frozen=True, slots=True)
class Task:
    """How to test a program.

    Args:
        tests: programs that run after ``setup`` in one namespace, and raise where the program is
            wrong.
        cases: the test functions and classes among them.
        pairs: instead of tests, standard inputs and the outputs expected.
        names: what of the program the tests call.
        others: what of it they use besides, if that is not to be the trusted ``helpers``.
        modules: those from which the tests import the program.
        start: what the prompt begins.
        gold: the program that is known to be right.
    """

    tests: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    setup: str = ""
    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    helpers: str = ""
    start: Beginning = field(default_factory=Beginning)
    gold: tuple[str, ...] = ()

    def readings(self, response: str) -> tuple[str, ...]:
        """The programs that a response may be meant as, the likeliest first."""
        return readings(response, (*self.names, *self.others), self.start)


def columns(row: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """The row's tests, setup and entry point, as they stand there."""
    tests, setup = (_first(row, names) for names in _COLUMNS.values())
    return tests, setup, row.get("entry_point") or None


def task_of(row: Mapping[str, Any], prompt: str = "", gold: str | None = None) -> Task:
    """The task that a row's columns describe.

    Args:
        prompt: what was asked, which may begin the program.
        gold: the reference answer.

    Raises:
        NoTask: they describe none.
        BadGold: the gold is no program.
    """
    tests, setup, entry_point = columns(row)
    setup = "\n".join(setup) if isinstance(setup, list | tuple) else setup or ""
    if not isinstance(setup, str) or not isinstance(entry_point, str | None):
        raise NoTask("setup or entry_point is no text")
    tests = unpacked(tests)
    if tests is None or tests in ("", [], (), {}):
        raise NoTask("no tests")
    examples = examples_of(tests)
    if examples is not None:
        function = examples.function or (entry_point if not examples.are_texts else None)
        if function is None:
            task = Task(pairs=examples.pairs())
            return replace(task, gold=task.readings(gold) if gold is not None else ())
        setup, entry_point = f"{setup}\n{SETUP}", function
        tests = examples.asserts(function)
    texts = (tests,) if isinstance(tests, str) else tests
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise NoTask("tests is neither assert lines, nor a program, nor objects of input, output")
    return _of_texts(tuple(texts), setup, entry_point, prompt, gold)


def _of_texts(
    texts: tuple[str, ...], setup: str, entry: str | None, prompt: str, gold: str | None
) -> Task:
    try:
        style = style_of((setup, *texts), ())
    except UNREADABLE as error:
        raise NoTask(f"the tests are no Python: {error}") from None
    try:
        entry_names = free(entry) if entry else set[str]()
    except UNREADABLE as error:
        raise NoTask(f"the entry point is no Python: {error}") from None
    wanted = entry_names or style.free | style.imported
    start = beginning(code_in(prompt, wanted))
    if wanted and not wanted & start.names:
        start = Beginning()
    program = _program(gold, wanted, start)
    known = program or start.whole
    if program:
        style = style_of((setup, *texts), bound(program))
    if style.takes_candidate and not entry:
        entry = start.stub or _only(roots(program))
        entry_names = {entry} if entry else set()
        if not entry:
            raise NoTask(
                "the tests take a candidate, and nothing says which: name it as entry_point"
            )
    names = _names(style, entry_names, program, start)
    if not names:
        raise NoTask("the tests call nothing that is known to be the program's")
    others = style.free - names - set(dir(builtins)) - {"candidate"}
    setup += f"\ncandidate = {entry}" if "candidate" in style.free and entry else ""
    setup += '\n__name__ = "__main__"' if style.guarded else ""
    return Task(
        tests=(*texts, *(f"{check}({entry if takes else ''})" for check, takes in style.checks)),
        cases=style.cases,
        setup=setup,
        names=tuple(sorted(names)),
        others=tuple(sorted(others & defined(known))),
        modules=style.modules,
        helpers=known if others & bound(known) else "",
        start=start,
        gold=(program,) if program else (),
    )


def _program(gold: str | None, wanted: Collection[str], start: Beginning) -> str:
    """The gold's program, empty where there is no gold.

    Raises:
        BadGold: it is none.
    """
    if gold is None:
        return ""
    error: BaseException | None = None
    for text in readings(gold, wanted, start):
        try:
            ast.parse(text)
        except UNREADABLE as caught:
            error = error or caught
        else:
            return text
    raise BadGold(f"the gold is no program: {error}")


def _names(style: Style, entry: Set[str], program: str, start: Beginning) -> Set[str]:
    """What of the program the tests call.

    With an entry point only that is the candidate's: what else they call, such as the helpers that
    HumanEval's prompts define, they take from the gold or the prompt. Without one, or where they
    do not use it, it is whatever they need and the gold defines, or else imports; without a gold
    the function that the prompt leaves open, or whatever Python and the prompt do not have.
    """
    if style.takes_candidate or entry & (style.free | style.imported):
        return entry | style.imported
    own = style.free & (defined(program) | methods(program)) | style.imported
    own = own or style.free & imported(program)
    if not program and start.stub in style.free:
        own |= {start.stub}
    return own or style.free - start.names - set(dir(builtins))


def _only(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)
