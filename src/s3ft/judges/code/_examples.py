"""Tests that are inputs with outputs: of a program on standard input, or of a function (APPS)."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._names import UNREADABLE

SETUP = """
def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
"""
"""What the asserts need: JSON, in which the outputs are written, has no tuples."""


class NoTask(ValueError):
    """The row cannot be tested; the message says why."""


@dataclass(frozen=True, slots=True)
class InputsOutputs:
    """Inputs with their outputs, and the function they are for, if they name one."""

    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    function: str | None = None

    @property
    def are_texts(self) -> bool:
        return all(_text(value) is not None for value in (*self.inputs, *self.outputs))

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Standard inputs and outputs; lines may stand in a list.

        Raises:
            NoTask: one is no text.
        """
        texts = [(_text(a), _text(b)) for a, b in zip(self.inputs, self.outputs, strict=True)]
        pairs = tuple((a, b) for a, b in texts if a is not None and b is not None)
        if len(pairs) < len(texts):
            raise NoTask("an input or output of tests is no text, and no function is named")
        return pairs

    def asserts(self, function: str) -> tuple[str, ...]:
        """A line for each call; APPS puts every output into a list of its own.

        Raises:
            NoTask: an input is no list of arguments.
        """
        if not all(isinstance(arguments, list | tuple) for arguments in self.inputs):
            raise NoTask("an input of tests is no list of arguments")
        outputs = self.outputs
        if self.function and all(isinstance(o, list) and len(o) == 1 for o in outputs):
            outputs = tuple(output for (output,) in outputs)
        return tuple(
            f"assert _plain({function}({', '.join(map(repr, arguments))})) == {output!r}"
            for arguments, output in zip(self.inputs, outputs, strict=True)
        )


def unpacked(tests: Any) -> Any:
    """The list or mapping that a text is, in JSON or as Python writes it; else what it was."""
    if isinstance(tests, str) and tests.lstrip()[:1] in ("[", "{"):
        for read in (json.loads, ast.literal_eval):
            try:
                value = read(tests.strip())
            except UNREADABLE:
                continue
            if isinstance(value, list | dict):
                return value
    return tests


def examples_of(tests: Any) -> InputsOutputs | None:
    """A list of ``{"input", "output"}``, or one ``{"inputs", "outputs"}``; None for other tests.

    Raises:
        NoTask: inputs and outputs do not go together.
    """
    function = None
    if isinstance(tests, Mapping):
        inputs, outputs = (tests.get(f"{name}s", tests.get(name)) for name in ("input", "output"))
        function = tests.get("fn_name")
    elif isinstance(tests, list | tuple) and all(isinstance(test, Mapping) for test in tests):
        inputs = [test.get("input") for test in tests]
        outputs = [test.get("output") for test in tests]
    else:
        return None
    if not isinstance(inputs, list) or not isinstance(outputs, list) or len(inputs) != len(outputs):
        raise NoTask("tests has not as many inputs as outputs")
    if not inputs or not isinstance(function, str | None):
        raise NoTask("tests has no inputs, or a fn_name that is no text")
    return InputsOutputs(tuple(inputs), tuple(outputs), function or None)


def _text(value: Any) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value if isinstance(value, str) else None
