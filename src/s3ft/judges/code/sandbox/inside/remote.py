"""The candidate, as the tests see it: its functions and objects stay in its own process.

What is asked of one is asked over the pipe, and the answer is a value or another such object. Two
things it never does: it equals nothing but itself, and it is in no order with anything. An object
that calls itself equal to whatever it is compared with gains nothing by it.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Callable, Iterator
from itertools import count
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from .wire import Unreadable, Unsendable, decode, encode, receive, send


class Remote:
    """Stands for a function of the candidate, by name, or an object, by number."""

    __slots__ = ("_s3ft_candidate", "_s3ft_of")

    def __init__(self, candidate: RemoteProgram, of: str | int) -> None:
        object.__setattr__(self, "_s3ft_candidate", candidate)
        object.__setattr__(self, "_s3ft_of", of)

    def _s3ft_ask(self, do: str, *arguments: Any) -> Any:
        return self._s3ft_candidate.ask(self._s3ft_of, do, *arguments)

    def __call__(self, /, *arguments: Any, **keywords: Any) -> Any:
        return self._s3ft_candidate.ask(self._s3ft_of, "call", *arguments, **keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_s3ft")):
            raise AttributeError(name)
        return self._s3ft_ask("get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._s3ft_ask("set", name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._s3ft_ask("item", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._s3ft_ask("set item", key, value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._s3ft_ask("list"))

    # Python itself refuses what is not of the type.

    def __len__(self) -> Any:
        return self._s3ft_ask("len")

    def __bool__(self) -> Any:
        return self._s3ft_ask("bool")

    def __int__(self) -> Any:
        return self._s3ft_ask("int")

    def __float__(self) -> Any:
        return self._s3ft_ask("float")

    def __str__(self) -> Any:
        return self._s3ft_ask("str")

    def __repr__(self) -> Any:
        return self._s3ft_ask("repr")


class Ended(Exception):
    """The candidate's process gave no answer, or none that can be read."""


class CandidateError(Exception):
    """The candidate raised something that the tests cannot expect."""


_BUILT_IN: dict[str, Callable[[str], Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    # An iterator ends on these, so that a test over map(f, ...) would stop early and pass.
    and not issubclass(kind, StopIteration | StopAsyncIteration)
}


class RemoteProgram:
    """The other process, as the tests see it."""

    def __init__(self, requests: int, replies: int) -> None:
        self._requests, self._replies = requests, replies
        self._number = count()
        self._functions: list[Callable[..., Any]] = []
        self._referred: dict[str, Callable[[Any], Any]] = {"object": self.stand_in}
        self._stand_ins: dict[str | int, Remote] = {}
        self.changes = False  # whether the tests see what a call does to its arguments
        self.calls = 0  # that the program has answered
        self.ended: str | None = None  # why it can no longer be asked
        self.failed: str | None = None  # why the tests fail, whatever they make of it

    def load(self, readings: list[str], **others: Any) -> dict[str, Any]:
        """Let it run the first of the readings that is Python, and say how it ended."""
        nothing = {"stdio": False, "tests": [], "cases": [], "modules": []}
        return self._exchange({**nothing, "readings": readings, **others})

    def stand_in(self, of: str | int) -> Remote:
        """What stands for one of its objects, by number, or for a function, by name."""
        if of not in self._stand_ins:
            self._stand_ins[of] = Remote(self, of)
        return self._stand_ins[of]

    def ask(self, of: str | int, do: str, /, *given: Any, **keywords: Any) -> Any:
        """What comes of a request (`candidate._DO`), or the exception that it raises."""
        arguments = list(given)
        number = next(self._number)
        sent = {"arguments": self._encode(arguments), "keywords": self._encode(keywords)}
        head = {"number": number, "of": of, "do": do, "changes": self.changes}
        reply = self._exchange(head | sent)
        while "function" in reply:
            reply = self._exchange(self._called(reply))
        if reply.get("number") != number:
            raise self._end("it answered out of turn")
        if "missing" in reply:
            self.failed = f"the program defines no {str(reply['missing'])[:80]}"
            raise NameError(self.failed)
        self.calls += do == "call"
        if "value" in reply:
            for index, data in reply.get("changed", ()) if self.changes else ():
                _change(arguments[index], self._decode(data))
            return self._decode(reply["value"])
        if "unsendable" in reply:
            raise CandidateError(f"{of} returned {str(reply['unsendable'])[:200]}")
        raise exception(reply)

    def _called(self, reply: dict[str, Any]) -> dict[str, Any]:
        """What comes of a call of one of the tests' functions, which the program was given."""
        try:
            arguments, keywords = map(self._decode, (reply["arguments"], reply["keywords"]))
            return {
                "value": self._encode(self._functions[reply["function"]](*arguments, **keywords))
            }
        except Exception as error:
            if self.ended:
                raise
            return {"raised": type(error).__name__, "text": str(error)[:200]}

    def _encode(self, value: Any) -> Any:
        return encode(value, self._refer)

    def _refer(self, value: Any) -> Any:
        """A reference to what cannot be sent: an object of its own, or a function of the tests."""
        if isinstance(value, Remote):
            return {"object": value._s3ft_of}
        if isinstance(value, FunctionType | BuiltinFunctionType | MethodType):
            self._functions.append(value)
            return {"function": len(self._functions) - 1}
        self.failed = f"the tests pass a {type(value).__name__}, which cannot be sent"
        raise Unsendable(self.failed)

    def _decode(self, data: Any) -> Any:
        try:
            return decode(data, self._referred)
        except Unreadable as error:
            raise self._end(f"it replied with {error}") from None

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            send(self._requests, message)
            return receive(self._replies)
        except BrokenPipeError:
            raise self._end("it ended without an answer") from None
        except Unreadable as error:
            what = str(error) if error.ended else f"it replied with {error}"
            raise self._end(what) from None

    def _end(self, why: str) -> Ended:
        self.ended = self.ended or why
        return Ended(why)


def _change(argument: Any, now: Any) -> None:
    """Do to a container what the program has done to its copy."""
    if isinstance(argument, list | bytearray):
        argument[:] = now
    elif isinstance(argument, dict | set):
        argument.clear()
        argument.update(now)


def exception(reply: dict[str, Any]) -> Exception:
    """The candidate's exception as the built-in one of its name, which a test may expect."""
    name, text = str(reply.get("raised"))[:80], str(reply.get("text"))[:200]
    with contextlib.suppress(TypeError):  # some take more than a text
        if name in _BUILT_IN:
            return _BUILT_IN[name](text)
    return CandidateError(f"{name}: {text}")
