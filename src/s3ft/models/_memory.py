"""Running out of memory: how it shows, and what to do after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..errors import RunError

Item = TypeVar("Item")
Done = TypeVar("Done")


def is_out_of_memory(error: Exception) -> bool:
    """Whether this is what torch raises where memory does not suffice, on any device."""
    import torch

    told = ("DefaultCPUAllocator", "not enough memory", "out of memory", "Cannot allocate memory")
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(
        words in str(error) for words in told
    )


def free_memory() -> None:
    """Give back what is no longer used."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def as_many_as_fit(
    work: Callable[[Sequence[Item]], Done], batch: Sequence[Item], alone: Callable[[Item], str]
) -> tuple[int, Done]:
    """Do a batch, halved until it fits into memory: how many of the first items that were, and
    what came of them.

    Args:
        alone: what to tell the user where a single item does not fit.

    Raises:
        RunError: a single item does not fit.
    """
    while True:
        try:
            return len(batch), work(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise RunError(alone(batch[0])) from error
        batch = batch[: len(batch) // 2]
        free_memory()  # outside the handler, which keeps the failed batch's tensors alive
