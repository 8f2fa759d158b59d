"""The system calls that a program may make: a filter in the kernel that nothing can take back.

An allow-list, so that what a later kernel adds is forbidden: a program may compute, manage its own
memory, read what it may open for reading, and look at the clock. Not among them: sockets, new
processes and threads, exec, kill, ptrace, mounts, IPC, memfd, io_uring, prctl, and whatever changes
a file or its attributes. A forbidden call fails with ``EPERM``, as it would for lack of rights.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from typing import NamedTuple

from .libc import prctl

# Name: number on x86-64, number on 64-bit Arm (-1: there is none).
_ALLOWED = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "close": (3, 57), "fstat": (5, 80), "lseek": (8, 62),
    "dup": (32, 23), "dup2": (33, -1), "dup3": (292, 24),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "madvise": (28, 233), "membarrier": (324, 283),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "sigaltstack": (131, 132), "setitimer": (38, 103),
    "getitimer": (36, 102), "alarm": (37, -1), "pause": (34, -1), "restart_syscall": (219, 128),
    "access": (21, -1), "faccessat": (269, 48), "faccessat2": (439, 439), "stat": (4, -1),
    "lstat": (6, -1), "newfstatat": (262, 79), "statx": (332, 291), "readlink": (89, -1),
    "readlinkat": (267, 78), "getcwd": (79, 17), "getdents64": (217, 61), "getdents": (78, -1),
    "select": (23, -1), "pselect6": (270, 72), "poll": (7, -1), "ppoll": (271, 73),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "futex": (202, 98),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "gettimeofday": (96, 169),
    "time": (201, -1), "times": (100, 153), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
    "getresgid": (120, 150), "getgroups": (115, 158), "getpgrp": (111, -1), "getpgid": (121, 155),
    "getsid": (124, 156), "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179),
    "uname": (63, 160), "getrandom": (318, 278), "set_robust_list": (273, 99),
    "get_robust_list": (274, 100), "rseq": (334, 293), "set_tid_address": (218, 96),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip


class _Machine(NamedTuple):
    """What differs between architectures; the numbers of the calls that need a look inside."""

    column: int
    audit: int
    open: int
    openat: int
    fcntl: int
    prlimit: int
    ioctl: int


_MACHINES = {
    "x86_64": _Machine(0, 0xC000003E, 2, 257, 72, 302, 16),
    "aarch64": _Machine(1, 0xC00000B7, -1, 56, 25, 261, 29),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | 0o20000000  # the last: O_TMPFILE
_FCNTL = (0, 1, 2, 3, 4, 1030)  # duplicate, and get and set the descriptor's own flags

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000


def _argument(index: int, *, high: bool = False) -> int:
    """Where struct seccomp_data has one half of an argument (both machines are little-endian)."""
    return 16 + 8 * index + 4 * high


def _refuse(number: int) -> int:
    return 0x00050000 | number


_Code = list[tuple[int, int, int, int]]
"""Operation, steps to skip if it is true, steps to skip if not, value."""


def _steps(numbers: Iterable[int]) -> tuple[list[int], list[int]]:
    """The numbers from which on something else is to be done; and what: one more, below the first.

    Negative numbers are left out.
    """
    starts, actions = list[int](), [_refuse(errno.EPERM)]
    for number in sorted(number for number in numbers if number >= 0):
        if starts and number == starts[-1]:  # goes on where the last run ends
            starts[-1] = number + 1
        else:
            starts += [number, number + 1]
            actions += [_ALLOW, _refuse(errno.EPERM)]
    return starts, actions


def _decide(starts: list[int], actions: list[int]) -> _Code:
    """A search by halves: the kernel tries the filter on every call whenever it is applied."""
    if not starts:
        return [(_RETURN, 0, 0, actions[0])]
    middle = len(starts) // 2
    below = _decide(starts[:middle], actions[: middle + 1])
    above = _decide(starts[middle + 1 :], actions[middle + 1 :])
    return [(_AT_LEAST, len(below), 0, starts[middle]), *below, *above]


def _program() -> bytes:
    """The filter in the kernel's classic BPF, instruction by instruction.

    Raises:
        OSError: the calls of this architecture are not known here.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        raise OSError(errno.ENOSYS, f"no filter for {platform.machine()}")
    code: _Code = []

    def add(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> None:
        code.append((operation, if_true, if_false, value))

    add(_LOAD, 4)  # the architecture: numbers mean nothing under another
    add(_EQUAL, machine.audit, 1, 0)
    add(_RETURN, _KILL)
    add(_LOAD, 0)  # the call's number
    if machine.column == 0:
        add(_AT_LEAST, 0x40000000, 0, 1)  # the x32 calls
        add(_RETURN, _KILL)
    for number, flags in ((machine.open, 1), (machine.openat, 2)):
        if number >= 0:
            add(_EQUAL, number, 0, 4)
            add(_LOAD, _argument(flags))
            add(_ANY_BIT, _WRITING, 0, 1)
            add(_RETURN, _refuse(errno.EPERM))
            add(_RETURN, _ALLOW)
    add(_EQUAL, machine.fcntl, 0, 2 + 2 * len(_FCNTL))
    add(_LOAD, _argument(1))
    for command in _FCNTL:
        add(_EQUAL, command, 0, 1)
        add(_RETURN, _ALLOW)
    add(_RETURN, _refuse(errno.EPERM))
    add(_EQUAL, machine.prlimit, 0, 6)  # reading limits, not setting them: the new ones are NULL
    add(_LOAD, _argument(2))
    add(_EQUAL, 0, 0, 3)
    add(_LOAD, _argument(2, high=True))
    add(_EQUAL, 0, 0, 1)
    add(_RETURN, _ALLOW)
    add(_RETURN, _refuse(errno.EPERM))
    add(_EQUAL, machine.ioctl, 0, 1)
    add(_RETURN, _refuse(errno.ENOTTY))  # what opening a file asks for, and takes for an answer
    code += _decide(*_steps(numbers[machine.column] for numbers in _ALLOWED.values()))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


class Filter:
    """The filter, built once and applied after each fork."""

    def __init__(self) -> None:
        code = _program()
        self._filter = _Filter(len(code) // 8, code)
        self._address = ctypes.addressof(self._filter)

    def apply(self) -> None:
        """Bind this process to the filter, for ever.

        Raises:
            OSError: the kernel refuses.
        """
        prctl(38, 1)  # PR_SET_NO_NEW_PRIVS, without which only root may filter
        prctl(22, 2, self._address)  # PR_SET_SECCOMP, a filter
