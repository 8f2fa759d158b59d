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


def prctl(option: int, value: int, address: int = 0) -> None:
    """Set something of this process.

    Raises:
        OSError: the kernel refuses, or this system has no such function.
    """
    if _prctl is None:
        raise OSError("no function prctl in this system's C library")
    if _prctl(option, value, address, 0, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


# Made before any fork: a call by `call` costs a new process a third of a millisecond.
_Prctl = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, *[ctypes.c_ulong] * 4, use_errno=True)
_prctl = _Prctl(("prctl", _library)) if hasattr(_library, "prctl") else None
