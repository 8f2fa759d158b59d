"""Loading a model and its tokenizer, and telling one model from another without loading it."""

from __future__ import annotations

from ._adapter import load_merged
from ._empty import check_model, empty_model, other_senses, quantised
from ._files import kept_files
from ._hidden_states import hidden_states_at
from ._load import (
    load_chat,
    load_config,
    load_model,
    load_tokenizer,
    max_positions,
    pick_device,
    pick_dtype,
)
from ._memory import as_many_as_fit, free_memory, is_out_of_memory
from ._ordinary import is_ordinary_copy
from ._padding import pad_left
from ._resolve import fingerprint, resolve

__all__ = [
    "as_many_as_fit",
    "check_model",
    "empty_model",
    "fingerprint",
    "free_memory",
    "hidden_states_at",
    "is_ordinary_copy",
    "is_out_of_memory",
    "kept_files",
    "load_chat",
    "load_config",
    "load_merged",
    "load_model",
    "load_tokenizer",
    "max_positions",
    "other_senses",
    "pad_left",
    "pick_device",
    "pick_dtype",
    "quantised",
    "resolve",
]
