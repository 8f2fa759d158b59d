"""Loading a model and its tokenizer, and telling one model from another without loading it."""

from __future__ import annotations

from ._fingerprint import fingerprint
from ._load import (
    load_chat,
    load_config,
    load_model,
    load_tokenizer,
    max_positions,
    pick_device,
    pick_dtype,
)
from ._memory import as_many_as_fit, free_memory
from ._resolve import resolve

__all__ = [
    "as_many_as_fit",
    "fingerprint",
    "free_memory",
    "load_chat",
    "load_config",
    "load_model",
    "load_tokenizer",
    "max_positions",
    "pick_device",
    "pick_dtype",
    "resolve",
]
