"""The output layer is read only where a token is trained."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import pad

from ..models import hidden_states_at
from ._tokenize import IGNORED

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def read_trained_positions(model: PreTrainedModel) -> None:
    """Let TRL's loss multiply with the output layer only the positions whose next token is trained.

    TRL does so on GPUs. On a CPU it goes over the whole vocabulary at the positions of prompts too,
    and throws that away: two fifths of a step where prompts are long and completions short. The
    loss is the same, and so are the metrics beside it, which are sums over trained tokens.

    Args:
        model: the base that TRL's trainer has given its fused LM head, without the adapter around.
    """
    everywhere = model.forward

    @wraps(everywhere)
    def forward(
        *args: Any, fused_lm_head: bool = False, labels: torch.Tensor | None = None, **kwargs: Any
    ) -> Any:
        if not fused_lm_head or labels is None:
            return everywhere(*args, fused_lm_head=fused_lm_head, labels=labels, **kwargs)
        targets = pad(labels[:, 1:], (0, 1), value=IGNORED).flatten()
        trained = (targets != IGNORED).nonzero().squeeze(1)
        kwargs["shift_labels"] = targets[trained].unsqueeze(0)
        with hidden_states_at(model, trained):
            return everywhere(*args, fused_lm_head=True, **kwargs)

    model.forward = forward
