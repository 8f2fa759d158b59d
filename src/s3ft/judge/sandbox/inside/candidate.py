"""The process in which the candidate's program runs. It knows no tests, and nobody believes it.

It loads the program, says so, and answers calls of the program's functions until it is killed.
Whatever the program does to this code it does to itself: it can only reply with values.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from .wire import Unsendable, decode, encode, receive, send


def serve(requests: int, replies: int, stdin: int, stdout: int) -> None:
    """Load the program in the first message, then answer calls.

    Args:
        requests, replies: pipes from and to the tester.
        stdin, stdout: files that stand for the standard ones where the program is to use them.
    """
    job = receive(requests, most=sys.maxsize)
    if job["stdio"]:
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
    os.close(stdin)
    os.close(stdout)
    # A module of its own: dataclasses and pickle look for the one that a class names.
    module = ModuleType("__main__" if job["stdio"] else "solution")
    sys.modules[module.__name__] = module
    try:
        for text in job["programs"]:
            exec(compile(text, "<program>", "exec", dont_inherit=True), module.__dict__)
        sys.stdout.flush()
    except SystemExit as end:
        sys.stdout.flush()
        send(replies, {"exit": end.code in (None, 0)})
    except BaseException as error:
        send(replies, _raised(error))
    else:
        send(replies, {"loaded": True})
    while True:
        send(replies, _answer(module.__dict__, receive(requests, most=sys.maxsize)))


def _answer(namespace: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """The reply to one call."""
    number = {"number": request["number"]}
    try:
        function = namespace[request["call"]]
        arguments, keywords = decode(request["arguments"]), decode(request["keywords"])
        return number | {"value": encode(function(*arguments, **keywords))}
    except Unsendable as error:
        return number | {"unsendable": str(error)}
    except BaseException as error:
        return number | _raised(error)


def _raised(error: BaseException) -> dict[str, Any]:
    try:
        text = str(error)[:200]
    except BaseException:  # the candidate's class may do anything
        text = ""
    return {"raised": type(error).__name__[:80], "text": text}
