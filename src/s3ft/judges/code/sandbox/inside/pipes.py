"""The pipes and files of one job, and which process holds which end of them."""

from __future__ import annotations

import os
from collections.abc import Iterable

DESCRIPTORS = 1024
"""No descriptor of these processes is as high."""

Four = tuple[int, int, int, int]


class Slot:
    """Two pipes between tests and candidate, and two files that both use where it is a program.

    ``tests``: to ask, to hear, standard input, standard output. ``candidate``: to be asked, to say,
    and the same files.
    """

    def __init__(self) -> None:
        receives, asks = os.pipe()
        hears, replies = os.pipe()
        stdin, stdout = _file(), _file()
        self.tests: Four = asks, hears, stdin, stdout
        self.candidate: Four = receives, replies, stdin, stdout

    def close_tests(self) -> None:
        """Close what only the tests' process keeps."""
        for descriptor in self.tests[:2]:
            os.close(descriptor)

    def close_candidate(self) -> None:
        """Close the rest."""
        for descriptor in self.candidate:
            os.close(descriptor)


def keep(null: int, kept: Iterable[int]) -> None:
    """Close all descriptors but these; the standard ones lead nowhere."""
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    first = 3
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, DESCRIPTORS)


def _file() -> int:
    """An open file without a name."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("file")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
