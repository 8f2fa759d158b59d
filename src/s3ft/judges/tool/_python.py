"""Calls written as Python: parsed, never run, and of literals only."""

from __future__ import annotations

import ast
import math
import warnings
from decimal import Decimal
from typing import Any

from ._values import Call, Unreadable

LONGEST = 20_000
"""Characters that are parsed; so many are no few calls."""


def python_calls(text: str) -> list[Call]:
    """The calls of ``f(a=1)`` or ``[f(a=1), g(b="x")]``.

    Raises:
        Unreadable: it is anything else.
    """
    if len(text) > LONGEST:
        raise Unreadable("no call of a function is found")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            body = ast.parse(text, mode="eval").body
        found = body.elts if isinstance(body, ast.List) else [body]
        calls = [_call(node) for node in found]
    except (SyntaxError, RecursionError, MemoryError):
        raise Unreadable("no call of a function is found") from None
    if not calls:
        raise Unreadable("no call of a function is found")
    return calls


def _call(node: ast.expr) -> Call:
    if not isinstance(node, ast.Call):
        raise Unreadable("no call of a function is found")
    if node.args:
        raise Unreadable("an argument has no name")
    arguments: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise Unreadable("an argument stands twice, or has no name")
        arguments[keyword.arg] = _literal(keyword.value)
    return Call(_name(node.func), arguments)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    raise Unreadable("what is called is no name")


def _literal(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=None | bool() | int() | str()):
            return node.value
        case ast.Constant(value=float() as number) if math.isfinite(number):
            return Decimal(repr(number))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            value = _literal(node.operand)
            if not isinstance(value, bool):
                return -value
        case ast.List() | ast.Tuple():
            return [_literal(one) for one in node.elts]
        case ast.Dict():
            keys = [_literal(key) if key is not None else None for key in node.keys]
            texts = [key for key in keys if isinstance(key, str)]
            if len({*texts}) == len(keys):
                values = map(_literal, node.values)
                return dict(zip(texts, values, strict=True))
    raise Unreadable("an argument is no literal")
