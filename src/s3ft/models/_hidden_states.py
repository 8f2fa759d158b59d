"""The output layer read at some positions only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


@contextmanager
def hidden_states_at(model: PreTrainedModel, positions: torch.Tensor | slice) -> Iterator[None]:
    """Let the model's backbone give its last hidden states at some positions only.

    Args:
        positions: of the states of all rows behind each other, (rows x length, hidden size). What
            is given is one row of them: (1, positions, hidden size).
    """

    def select(_module: Any, _args: Any, output: Any) -> Any:
        output.last_hidden_state = output.last_hidden_state.flatten(0, 1)[positions].unsqueeze(0)
        return output

    hook = model.base_model.register_forward_hook(select)
    try:
        yield
    finally:
        hook.remove()
