"""Runs test functions as pytest does, and classes as pytest or unittest does.

What pytest offers is what `pytest_like` has of it. A test that is skipped has not been passed.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from typing import Any

from .pytest_like import Skipped, fixtures_of, parameters_of


def prepare(tests: Iterable[str]) -> None:
    """Let a call of ``unittest.main`` do nothing: it would look for tests elsewhere, and exit."""
    if any("unittest" in test for test in tests):
        import unittest

        vars(unittest)["main"] = lambda *_, **__: None


def run(name: str, namespace: dict[str, Any]) -> None:
    """Run the test function or class of this name.

    Raises:
        AssertionError: a test failed.
        Exception: whatever else a test raised.
    """
    thing = namespace[name]
    if not isinstance(thing, type):
        _function(thing, namespace)
    elif "unittest" in sys.modules and issubclass(thing, sys.modules["unittest"].TestCase):
        _unittest(thing)
    else:
        for method in [name for name in dir(thing) if name.startswith("test")]:
            _method(thing(), method, namespace)


def _method(instance: Any, name: str, namespace: dict[str, Any]) -> None:
    """Call a method, between those that set up and tear down, which may take it."""
    test = getattr(instance, name)
    set_up, tear_down = (getattr(instance, f"{when}_method", _nothing) for when in _AROUND)
    set_up(*[test][: len(inspect.signature(set_up).parameters)])
    try:
        _function(test, namespace, instance)
    finally:
        tear_down(*[test][: len(inspect.signature(tear_down).parameters)])


_AROUND = ("setup", "teardown")


def _nothing() -> None: ...


def _function(test: Callable[..., Any], namespace: dict[str, Any], owner: Any = None) -> None:
    """Call a test for every combination of its parameters, with its fixtures."""
    for values in map(_merged, product(*parameters_of(test))):
        with ExitStack() as stack:
            for name in fixtures_of(namespace, owner, automatic=True):
                stack.enter_context(_fixture(name, namespace, owner))
            wanted = [name for name in inspect.signature(test).parameters if name not in values]
            for name in wanted:
                values[name] = stack.enter_context(_fixture(name, namespace, owner))
            try:
                result = test(**values)
            except Skipped:
                return
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError("asynchronous tests do not run here")


def _merged(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


@contextmanager
def _fixture(name: str, namespace: dict[str, Any], owner: Any) -> Iterator[Any]:
    """The value of a fixture, made of the fixtures that it needs itself."""
    fixtures = fixtures_of(namespace, owner)
    if name not in fixtures:
        raise LookupError(f"fixture {name!r} not found")
    with ExitStack() as stack:
        wanted = inspect.signature(fixtures[name]).parameters
        given = {n: stack.enter_context(_fixture(n, namespace, owner)) for n in wanted}
        value = fixtures[name](**given)
        if inspect.isgenerator(value):
            yield next(value)
            next(value, None)
        else:
            yield value


def _unittest(case: type) -> None:
    import unittest

    found = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(found)
    for test, text in (*found.failures, *found.errors):
        last = text.strip().splitlines()[-1]
        raise AssertionError(f"{getattr(test, '_testMethodName', '')}: {last}")
    if found.unexpectedSuccesses:
        raise AssertionError("a test that was to fail passes")
