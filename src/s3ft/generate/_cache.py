"""A key-value cache from which rows can be taken, and that has room to grow."""

from __future__ import annotations

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

_ROOM = 64
"""Positions by which a layer grows at a time."""


class _RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """A dynamic layer that writes new states into spare room.

    The stock layer concatenates, hence copies all its states for every token: with batches of
    hundreds of rows on a CPU that took two thirds of the time of generation.
    """

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Args: states of new tokens (rows, heads, tokens, width). Returns: those of all tokens."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self._room = (key_states[..., :0, :], value_states[..., :0, :])
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        states = (key_states, value_states)
        if end > self._room[0].shape[-2]:
            keys, values = (
                torch.cat([room[..., :start, :], new.new_empty(_longer(new, end - start))], dim=-2)
                for room, new in zip(self._room, states, strict=True)
            )
            self._room = (keys, values)
        for room, new in zip(self._room, states, strict=True):
            room[..., start:end, :] = new
        self.keys, self.values = (room[..., :end, :] for room in self._room)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        super().batch_select_indices(indices)
        if self.get_seq_length() > 0:
            self._room = (self.keys, self.values)


def roomy_cache(model: PreTrainedModel) -> DynamicCache | None:
    """An empty cache for a model, None where its kind has no rows to be taken out."""
    if not model._supports_default_dynamic_cache():
        return None
    cache = DynamicCache(config=model.config.get_text_config(decoder=True))
    if not all(hasattr(layer, "batch_select_indices") for layer in cache.layers):
        return None
    cache.layers = [
        _RoomyLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers
    ]
    return cache


def _longer(states: torch.Tensor, tokens: int) -> tuple[int, ...]:
    *leading, _, width = states.shape
    return (*leading, tokens + _ROOM, width)
