"""The process in which the candidate's program runs. It knows no tests, and nobody believes it.

It loads the program, says so, and does what it is asked with the program's functions and objects
until it is killed. Whatever the program does to this code it does to itself: it can only reply
with values, and with references to objects that stay here.
"""

from __future__ import annotations

import builtins
import operator
import os
import sys
from collections.abc import Callable, Iterable
from types import CodeType, ModuleType
from typing import Any

from . import cases
from .wire import Unsendable, decode, encode, receive, send

_DO: dict[str, Callable[..., Any]] = {
    "call": lambda function, *arguments, **keywords: function(*arguments, **keywords),
    "get": getattr,
    "set": setattr,
    "len": len,
    "item": operator.getitem,
    "set item": operator.setitem,
    "list": list,
    "bool": bool,
    "str": str,
    "repr": repr,
    "int": int,
    "float": float,
}
"""What can be asked of an object. Nothing here compares it: it would equal whatever it likes."""


class NotDefined(Exception):
    """The program does not define what it is asked for."""


def serve(requests: int, replies: int, stdin: int, stdout: int) -> None:
    """Load the program in the first message, then do what is asked.

    Args:
        requests, replies: pipes from and to the tester.
        stdin, stdout: files that stand for the standard ones where the program is to use them.
    """
    job = receive(requests, limit=sys.maxsize)
    if job["stdio"]:
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
    os.close(stdin)
    os.close(stdout)
    # A module of its own: dataclasses and pickle look for the one that a class names.
    module = ModuleType("__main__" if job["stdio"] else "solution")
    sys.modules[module.__name__] = module
    try:
        exec(_program(job["readings"]), module.__dict__)
        _test(module, job)
        sys.stdout.flush()
    except SystemExit as end:
        sys.stdout.flush()
        send(replies, {"exit": end.code in (None, 0)})
    except BaseException as error:
        send(replies, _raised(error))
    else:
        send(replies, {"loaded": True})
    program = _Program(module.__dict__, requests, replies)
    while True:
        send(replies, program.reply(receive(requests, limit=sys.maxsize)))


def _program(readings: list[str]) -> CodeType:
    """The first of the readings that is Python; if none is, the first one's error."""
    errors: list[BaseException] = []
    for text in readings:
        try:
            return compile(text, "<program>", "exec", dont_inherit=True)
        except BaseException as error:
            errors.append(error)
    raise errors[0]


def _test(module: ModuleType, job: dict[str, Any]) -> None:
    """Run the tests here, in the program's own namespace, where they are sent along."""
    for name in job["modules"]:
        sys.modules[name] = module
    cases.prepare(job["tests"])
    for text in job["tests"]:
        exec(compile(text, "<test>", "exec", dont_inherit=True), module.__dict__)
    for name in job["cases"]:
        cases.run(name, module.__dict__)


class _Program:
    """The program's namespace, and those of its objects to which the tests refer."""

    def __init__(self, namespace: dict[str, Any], requests: int, replies: int) -> None:
        self._namespace, self._requests, self._replies = namespace, requests, replies
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}  # by id: they are kept alive above
        self._referred = {"object": self._subject, "function": self._function}

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """What becomes of one request."""
        number = {"number": request["number"]}
        try:
            subject = self._subject(request["of"])
            arguments = decode(request["arguments"], self._referred)
            keywords = decode(request["keywords"], self._referred)
            value = _DO[request["do"]](subject, *arguments, **keywords)
            reply = number | {"value": encode(value, self._refer)}
            if request["changes"]:
                reply["changed"] = list(self._changed(arguments, request["arguments"]))
            return reply
        except NotDefined as error:
            return number | {"missing": str(error)}
        except Unsendable as error:
            return number | {"unsendable": str(error)}
        except BaseException as error:
            return number | _raised(error)

    def _subject(self, of: str | int) -> Any:
        """An object by its number, a function by its name: the module's, or class Solution's."""
        if isinstance(of, int):
            return self._objects[of]
        if of in self._namespace:
            return self._namespace[of]
        solution: Any = self._namespace.get("Solution")
        if hasattr(solution, of):
            return getattr(solution(), of)
        raise NotDefined(of)

    def _changed(self, arguments: list[Any], sent: list[Any]) -> Iterable[list[Any]]:
        """The containers among the arguments that the call has changed."""
        for index, argument in enumerate(arguments):
            if isinstance(argument, list | dict | set | bytearray):
                now = encode(argument, self._refer)
                if now != sent[index]:
                    yield [index, now]

    def _refer(self, value: Any) -> Any:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return {"object": self._numbers[id(value)]}

    def _function(self, number: int) -> Callable[..., Any]:
        """A function of the tests that was given as an argument: they run it, over there."""

        def function(*arguments: Any, **keywords: Any) -> Any:
            call = {"arguments": encode(list(arguments), self._refer)}
            call["keywords"] = encode(keywords, self._refer)
            send(self._replies, {"function": number, **call})
            while "number" in (message := receive(self._requests, limit=sys.maxsize)):
                send(self._replies, self.reply(message))  # it calls this program in turn
            if "raised" in message:
                kind = getattr(builtins, message["raised"], RuntimeError)
                raise kind(message["text"])
            return decode(message["value"], self._referred)

        return function


def _raised(error: BaseException) -> dict[str, Any]:
    try:
        text = str(error)[:200]
    except BaseException:  # the candidate's class may do anything
        text = ""
    return {"raised": type(error).__name__[:80], "text": text}
