"""The layers of confinement, each of which holds for a process and all it forks.

`namespaces`, `landlock` and `drop_capabilities` are entered once, by the process that forks the
programs; the limits and the filter of system calls are set after each fork.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
import sys
import sysconfig

from .libc import call, prctl

OUTPUT = 16 * 2**20
"""Bytes that a program may write to its standard output."""

_NAMESPACES = 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
"""CLONE_NEWUSER, PID, NET, IPC and UTS."""


def namespaces() -> None:
    """Enter namespaces of its own: no network, and no other processes once it forks.

    Raises:
        OSError: the kernel refuses.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", _NAMESPACES)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def drop_capabilities() -> None:
    """Give up what root, or the first user of a namespace, may do.

    Raises:
        OSError: the kernel refuses.
    """
    header = struct.pack("Ii", 0x20080522, 0)
    call("capset", ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))


def readable() -> list[str]:
    """The only folders and files that a program may read: Python's own and the C libraries."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    for prefix in (sys.base_prefix, sys.prefix, "/usr", "/usr/local", "/"):
        paths |= {f"{prefix}/lib", f"{prefix}/lib64"}
    paths |= {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    paths |= {"/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache"}
    paths |= {"/dev/null", "/dev/urandom"}
    return sorted(path for path in paths if os.path.exists(path))


def landlock() -> None:
    """Forbid all files but those to read, and signals and sockets to the outside.

    Raises:
        OSError: the kernel has no Landlock.
    """
    version = call("syscall", 444, None, 0, 1)
    files = (1 << 13) - 1 | (version >= 2) << 13 | (version >= 3) << 14 | (version >= 5) << 15
    attributes = struct.pack("QQQ", files, 3, 3)[
        : 24 if version >= 6 else 16 if version >= 4 else 8
    ]
    rules = call("syscall", 444, ctypes.c_char_p(attributes), len(attributes), 0)
    for path in readable():
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
        read = 4 | (8 if os.path.isdir(path) else 0)
        call("syscall", 445, rules, 1, ctypes.c_char_p(struct.pack("=Qi", read, target)), 0)
        os.close(target)
    prctl(38, 1)  # PR_SET_NO_NEW_PRIVS
    call("syscall", 446, rules, 0)
    os.close(rules)


def limits(memory: int, seconds: int, files: int) -> None:
    """Bound this process's address space (bytes), processor time, output and open files."""
    for name, limit in (
        ("AS", memory),
        ("CPU", seconds),
        ("FSIZE", OUTPUT),
        ("NOFILE", files),
        ("CORE", 0),
    ):
        with contextlib.suppress(ValueError):  # the limit that holds already is lower
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent ends, where it can.

    Not for the first process here: its parent is a thread, and need not last as long as it.
    """
    if sys.platform == "linux":
        prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
