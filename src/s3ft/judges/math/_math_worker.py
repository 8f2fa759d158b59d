r"""The process in which math-verify runs. Run as a script; speaks JSON lines on its pipes.

    -> {"gold": "$\\frac12$", "answer": "$0.5$", "timeout": 5.0}
    <- {"equal": true, "gold_read": true, "read": "0.500000000000000"}

It imports nothing of s3ft, so that it starts clean and soon. What it parses is hostile: its memory
is bounded, and a timer of the kernel ends it shortly after the time limit even if its parent has
gone, whatever C code it is in. The parent kills it at the limit.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

MEMORY = 2 * 2**30
"""Address space in bytes; a tower of powers fails here instead of filling the machine."""


def bound_memory() -> None:
    """Limit the address space, where the system knows such a limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def alarm(seconds: float) -> None:
    """Let the kernel end this process after so many seconds; 0 calls it off."""
    import signal

    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def far_apart(gold: Any, found: Any) -> bool:
    """Whether two numbers differ in more than a millionth of them, or at all where both are exact.

    math-verify rounds to decimals, which makes one of all very small numbers.
    """
    from sympy import Expr, Float

    if not all(isinstance(n, Expr) and n.is_number and n.is_finite for n in (gold, found)):
        return False
    gap, size = abs((gold - found).evalf(30)), max(abs(gold.evalf(30)), abs(found.evalf(30)))
    exact = not (gold.has(Float) or found.has(Float))
    return bool(gap > size * (1e-20 if exact else 1e-6))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Whether the two texts say the same, by math-verify."""
    from math_verify import parse, verify

    gold = parse(request["gold"], parsing_timeout=None)
    if not gold:
        return {"equal": False, "gold_read": False, "read": None}
    found = parse(request["answer"], parsing_timeout=None)
    equal = bool(found) and verify(gold, found, allow_set_relation_comp=True, timeout_seconds=None)
    equal = equal and not far_apart(gold[0], found[0])
    read = next((item for item in reversed(found) if isinstance(item, str)), None)
    return {"equal": equal, "gold_read": True, "read": read and read[:200]}


def main() -> None:
    """Answer requests until the input ends."""
    requests, replies = sys.stdin, os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not end up among the replies
    bound_memory()
    try:
        # What is imported and compiled at the first use is not to count against a time limit.
        answer({"gold": "$x+1$", "answer": "$1+x$"})
    except ImportError as error:
        replies.write(json.dumps({"error": str(error)}) + "\n")
        replies.flush()
        return
    replies.write(json.dumps({"ready": True}) + "\n")
    replies.flush()
    for line in requests:
        request = json.loads(line)
        alarm(2 * request["timeout"] + 1)
        try:
            reply = answer(request)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"[:200]}
        alarm(0)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    sys.path.pop(0)  # this folder, whose modules are not for import by their bare names
    main()
