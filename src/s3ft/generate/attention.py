"""Attention of one new token on a CPU in bf16, where torch's fused kernel is slow.

The kernel takes every row and head by itself, and converts its keys for a single query; for large
batches of short rows that is most of the time. Two batched products take less than half of it.

A module of its own name, since the package's face does not import torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

_NAME = "s3ft_single_query"


def single_query_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **kwargs: object,
) -> tuple[torch.Tensor, None]:
    """What torch's scaled dot product attention gives; more than one query is left to that.

    All tensors are on one device. Scores and their softmax are computed in fp32.

    Args:
        query: (rows, heads, tokens, width), of the model's dtype.
        key: (rows, key heads, all tokens, width), as many heads or a divisor of them; of the
            query's dtype.
        value: as key; its width may be another.
        attention_mask: (rows, 1, tokens, all tokens): bool, true where there is attention, or a
            floating dtype, which is added to the scores.

    Returns:
        (rows, tokens, heads, width of values) of the value's dtype, and no weights.
    """
    rows, heads, tokens, width = query.shape
    if tokens > 1:
        result: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **kwargs
        )
        return result
    scale = width**-0.5 if scaling is None else scaling
    grouped = query.reshape(rows, key.shape[1], heads // key.shape[1], width) * scale
    scores = torch.matmul(grouped, _packed(key).transpose(2, 3))[..., : key.shape[2]].float()
    if attention_mask is not None and attention_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attention_mask, -torch.inf)
    elif attention_mask is not None:
        scores = scores + attention_mask
    mixed = torch.matmul(scores.softmax(-1).to(value.dtype), value)
    return mixed.reshape(rows, 1, heads, value.shape[-1]), None


def _packed(key: torch.Tensor) -> torch.Tensor:
    """The keys with what lies behind them in a preallocated cache, whatever that is.

    Of keys that are not packed torch makes a copy for each product, which takes three times as long
    as the product itself.

    Args:
        key: (rows, key heads, tokens, width), any dtype and device.

    Returns:
        A view (rows, key heads, tokens and what is behind them, width), or the key itself.
    """
    rows, heads, tokens, width = key.shape
    between = key.stride(1)
    shape = (rows, heads, between // width, width)
    strides = (heads * between, between, width, 1)
    end = key.storage_offset() + rows * heads * between
    beyond = end * key.element_size() > key.untyped_storage().nbytes()
    if key.stride() != strides or between < tokens * width or beyond:
        return key
    return key.as_strided(shape, strides)


@contextmanager
def fast_attention(model: PreTrainedModel) -> Iterator[None]:
    """Use `single_query_attention` in a model that would use torch's kernel on a CPU in bf16."""
    config = model.config
    slow = model.device.type == "cpu" and model.dtype == torch.bfloat16
    if not slow or config._attn_implementation != "sdpa":
        yield
        return
    model.set_attn_implementation(_NAME)
    try:
        yield
    finally:
        model.set_attn_implementation("sdpa")


AttentionInterface.register(_NAME, single_query_attention)
AttentionMaskInterface.register(_NAME, sdpa_mask)
