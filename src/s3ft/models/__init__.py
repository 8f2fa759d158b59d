"""Loading a model and its tokenizer, and telling one model from another without loading it."""

from __future__ import annotations

from ._fingerprint import fingerprint
from ._load import load_chat, load_model, load_tokenizer, max_positions, pick_device, pick_dtype
from ._memory import free_memory, is_out_of_memory
from ._resolve import resolve

__all__ = [
    "fingerprint",
    "free_memory",
    "is_out_of_memory",
    "load_chat",
    "load_model",
    "load_tokenizer",
    "max_positions",
    "pick_device",
    "pick_dtype",
    "resolve",
]
