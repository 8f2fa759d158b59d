"""Callables that are named by ``package.module:name``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from ..errors import InputError


def imported(path: str, where: str, what: str) -> Callable[..., Any]:
    """The callable that ``package.module:name`` names.

    Raises:
        InputError: there is none.
    """
    module, _, attribute = path.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        remedy = "Name an importable package.module:name; for a file here set PYTHONPATH=."
        raise InputError(where, f"{what} cannot be imported: {error}", remedy) from None
    if not callable(found):
        raise InputError(where, f"{what} is not callable", "Name a function.")
    made: Callable[..., Any] = found
    return made
