"""Running out of memory: how it shows, and what to do after it."""

from __future__ import annotations


def is_out_of_memory(error: Exception) -> bool:
    """Whether this is what torch raises where memory does not suffice, on any device."""
    import torch

    told = ("DefaultCPUAllocator", "not enough memory", "out of memory")
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
