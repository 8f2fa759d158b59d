"""Calls of the C library that Python has no name for."""

from __future__ import annotations

import ctypes
import os
from typing import Any

_library = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> int:
    """Call a function that returns -1 on failure; integers go as longs.

    Raises:
        OSError: it failed, or this system has no such function.
    """
    function = getattr(_library, name, None)
    if function is None:
        raise OSError(f"no function {name} in this system's C library")
    function.restype = ctypes.c_long
    longs = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    result: int = function(*longs)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set something of this process.

    Raises:
        OSError: the kernel refuses.
    """
    call("prctl", option, value, 0, 0, 0)
