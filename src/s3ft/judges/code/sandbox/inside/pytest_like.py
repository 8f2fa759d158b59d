"""The part of pytest's interface that tests of functions use, under pytest's name.

pytest itself needs files to write and takes longer to start than all else here. What is not here
fails as an unknown attribute does: such tests are then passed by nobody, their gold included.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType, TracebackType
from typing import Any


class Skipped(Exception):
    """The test has skipped itself."""


class Raised:
    """What `raises` gives: the exception, once there is one."""

    value: BaseException
    type: type[BaseException]

    def match(self, pattern: str) -> bool:
        assert re.search(pattern, str(self.value)), f"{self.value} does not match {pattern}"
        return True


class _Raises:
    def __init__(self, kinds: Any, match: str | None) -> None:
        self._kinds, self._match, self._info = kinds, match, Raised()

    def __enter__(self) -> Raised:
        return self._info

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        if error is None or kind is None:
            raise AssertionError(f"did not raise {self._kinds}")
        if not issubclass(kind, self._kinds):
            return False
        self._info.value, self._info.type = error, kind
        if self._match is not None:
            self._info.match(self._match)
        return True


def raises(kinds: Any, *call: Any, match: str | None = None, **keywords: Any) -> Any:
    """A block, or a call, that has to raise one of these."""
    manager = _Raises(kinds, match)
    if not call:
        return manager
    with manager as info:
        call[0](*call[1:], **keywords)
    return info


class approx:
    """Equals what is near: by default to a part in a million, or to 1e-12."""

    def __init__(
        self,
        expected: Any,
        rel: float | None = None,
        abs: float | None = None,
        nan_ok: bool = False,
    ) -> None:
        self._expected, self._rel, self._abs, self._nan_ok = expected, rel, abs, nan_ok

    def __eq__(self, actual: object) -> bool:
        return self._near(actual, self._expected)

    def __repr__(self) -> str:
        return f"approx({self._expected!r})"

    __hash__ = None  # type: ignore[assignment]

    def _near(self, actual: Any, expected: Any) -> bool:
        if isinstance(expected, Mapping):
            return (
                isinstance(actual, Mapping)
                and set(actual) == set(expected)
                and all(self._near(actual[key], value) for key, value in expected.items())
            )
        if isinstance(expected, Sequence) and not isinstance(expected, str | bytes):
            return (
                isinstance(actual, Sequence)
                and len(actual) == len(expected)
                and all(map(self._near, actual, expected))
            )
        if actual == expected:
            return True
        if any(
            isinstance(value, bool) or not hasattr(value, "__abs__") for value in (actual, expected)
        ):
            return False
        if actual != actual or expected != expected:
            return self._nan_ok and actual != actual and expected != expected
        if abs(expected) == float("inf"):
            return False
        least = 1e-12 if self._abs is None else self._abs
        rel = (1e-6 if self._abs is None else 0.0) if self._rel is None else self._rel
        return bool(abs(actual - expected) <= max(rel * abs(expected), least))


class _Mark:
    """``pytest.mark``: parameters, skips; any other mark changes nothing."""

    def __getattr__(self, name: str) -> Any:
        def mark(*arguments: Any, **_: Any) -> Any:
            return arguments[0] if len(arguments) == 1 and callable(arguments[0]) else lambda f: f

        return mark

    def parametrize(self, names: str | Sequence[str], values: Any, **_: Any) -> Any:
        keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
        rows = [
            dict(zip(keys, row if len(keys) > 1 else [row], strict=True))
            for row in (
                value.values if isinstance(value, _Parameters) else value for value in values
            )
        ]
        return _adds("_s3ft_parameters", rows)

    def skip(self, *arguments: Any, **_: Any) -> Any:
        skipped = _adds("_s3ft_parameters", [])
        return skipped(arguments[0]) if arguments and callable(arguments[0]) else skipped

    def skipif(self, condition: Any, **_: Any) -> Any:
        return self.skip() if condition else lambda test: test


class _Parameters:
    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values[0] if len(values) == 1 else values


def _adds(name: str, value: Any) -> Callable[[Any], Any]:
    def decorate(test: Any) -> Any:
        setattr(test, name, [*getattr(test, name, []), value])
        return test

    return decorate


def fixture(function: Any = None, *, autouse: bool = False, name: str = "", **_: Any) -> Any:
    """Mark a function as one that makes what tests name as a parameter."""
    mark = _adds("_s3ft_fixture", (name, autouse))
    return mark if function is None else mark(function)


def parameters_of(test: Any) -> list[list[dict[str, Any]]]:
    """For each mark the rows of its parameters."""
    owner = getattr(test, "__self__", None)
    return [*getattr(test, "_s3ft_parameters", []), *getattr(type(owner), "_s3ft_parameters", [])]


def fixtures_of(
    namespace: Mapping[str, Any], owner: Any, *, automatic: bool = False
) -> dict[str, Callable[..., Any]]:
    """The fixtures by name, those of a test's class included."""
    own = {name: getattr(owner, name) for name in dir(owner)} if owner is not None else {}
    found = {}
    for key, value in (*namespace.items(), *own.items()):
        for name, autouse in getattr(value, "_s3ft_fixture", ()):
            if autouse or not automatic:
                found[name or key] = value
    return found


def fail(reason: str = "", **_: Any) -> None:
    raise AssertionError(reason or "fail")


def skip(reason: str = "", **_: Any) -> None:
    raise Skipped(reason)


def install() -> None:
    """Let ``import pytest`` find this."""
    module = ModuleType("pytest")
    module.__dict__.update(
        raises=raises,
        approx=approx,
        mark=_Mark(),
        param=lambda *values, **_: _Parameters(values),
        fixture=fixture,
        fail=fail,
        skip=skip,
        main=lambda *_, **__: 0,
    )
    sys.modules["pytest"] = module
