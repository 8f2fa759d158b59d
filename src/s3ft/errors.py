"""The two ways a command can fail: the request is wrong, or the work failed."""

from __future__ import annotations

import errno
import sqlite3


class S3FTError(Exception):
    """Base of all errors that are shown to the user as one message, without a traceback."""

    exit_code = 1


class RunError(S3FTError):
    """The request was right, but the work failed (out of memory, endpoint lost, probe failed)."""


class InputError(S3FTError):
    """The request is wrong: recipe, data, model or arguments. Nothing has been written.

    Args:
        where: the place, as exact as known: ``recipe.yaml: train.epochs``, or
            ``train.jsonl:12: answer``.
        problem: what is wrong there.
        remedy: what to do about it; may be empty where the problem says it.
    """

    exit_code = 2

    def __init__(self, where: str, problem: str, remedy: str = "") -> None:
        self.where, self.problem, self.remedy = where, problem, remedy
        super().__init__(f"{where}: {problem}" + (f"\n  {remedy}" if remedy else ""))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        """Pickled by what it was made of, to pass from a worker's process to this one."""
        return type(self), (self.where, self.problem, self.remedy)


def disk_is_full(error: BaseException | None) -> bool:
    """Whether an error is that of a full disk, or arose from one."""
    while error is not None:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return True
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return True
        if "os error 28" in str(error):  # as safetensors says it
            return True
        error = error.__cause__ or error.__context__
    return False
