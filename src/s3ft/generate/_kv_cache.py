"""A model's cache of keys and values from which rows can be taken, grown many positions at a time.

It lives for one batch, and has nothing to do with the cache of a judge's replies.
"""

from __future__ import annotations

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

_GROWTH = 64
"""Positions by which a layer grows at a time."""


class _PreallocatedLayer(DynamicLayer):  # type: ignore[misc]
    """A dynamic layer that writes new states into memory that it has already.

    The stock layer concatenates, hence copies all its states for every token: with batches of
    hundreds of rows on a CPU that took two thirds of the time of generation.

    ``keys`` and ``values`` are views (rows, key heads, positions so far, width), in the dtype and
    on the device of the model's states, into buffers with up to `_GROWTH` positions more.
    """

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add the states of new tokens.

        Args:
            key_states: (rows, key heads, new tokens, width), of the model's dtype and device.
            value_states: the same; its width may be another.

        Returns:
            Keys and values of all tokens so far: (rows, key heads, all tokens, width).
        """
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self._buffers = (key_states[..., :0, :], value_states[..., :0, :])
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        states = (key_states, value_states)
        if end > self._buffers[0].shape[-2]:
            keys, values = (
                torch.cat([buffer[..., :start, :], _unwritten(new, end - start)], dim=-2)
                for buffer, new in zip(self._buffers, states, strict=True)
            )
            self._buffers = (keys, values)
        for buffer, new in zip(self._buffers, states, strict=True):
            buffer[..., start:end, :] = new
        self.keys, self.values = (buffer[..., :end, :] for buffer in self._buffers)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep the rows of these indices: (rows kept,), int64, on the cache's device."""
        super().batch_select_indices(indices)
        if self.get_seq_length() > 0:
            self._buffers = (self.keys, self.values)


def preallocated_cache(model: PreTrainedModel) -> DynamicCache | None:
    """An empty cache for a model, None where its kind has no rows to be taken out."""
    if not model._supports_default_dynamic_cache():
        return None
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    if not all(hasattr(layer, "batch_select_indices") for layer in cache.layers):
        return None
    cache.layers = [
        _PreallocatedLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers
    ]
    return cache


def _unwritten(states: torch.Tensor, tokens: int) -> torch.Tensor:
    """Memory for so many tokens and `_GROWTH` more, of the states' dtype and device."""
    *leading, _, width = states.shape
    return states.new_empty((*leading, tokens + _GROWTH, width))
