from __future__ import annotations

import pytest
import torch

from architectures import NAMES, saved
from s3ft.generate.attention import fast_attention, single_query_attention
from s3ft.models import load_model
from s3ft.recipe import Model


@pytest.mark.parametrize("key_heads", [1, 2, 4])
@pytest.mark.parametrize("mask", ["none", "bool", "float"])
def test_one_query_attends_as_torchs_kernel_does(key_heads: int, mask: str) -> None:
    torch.manual_seed(0)
    query = torch.randn(5, 4, 1, 16)
    key, value = torch.randn(2, 5, key_heads, 11, 16)
    seen = torch.arange(11) >= torch.arange(5)[:, None, None, None]
    masks = {
        "none": None,
        "bool": seen,
        "float": torch.zeros(5, 1, 1, 11).masked_fill(~seen, -torch.inf),
    }
    expected = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=masks[mask], scale=0.3, enable_gqa=True
    )
    got, _ = single_query_attention(torch.nn.Module(), query, key, value, masks[mask], scaling=0.3)
    torch.testing.assert_close(got, expected.transpose(1, 2))
    # In a cache they lie between others, and before or behind unwritten positions.
    for first in (0, 3):
        buffers = torch.full((2, 5, key_heads, 14, 16), torch.nan)
        buffers[..., first : first + 11, :] = torch.stack([key, value])
        keys, values = buffers[..., first : first + 11, :].unbind()
        cached, _ = single_query_attention(
            torch.nn.Module(), query, keys, values, masks[mask], scaling=0.3
        )
        torch.testing.assert_close(cached, got)
    # Or all rows and heads share the same ones.
    keys, values = (part[:1, :1].expand(part.shape) for part in (key, value))
    inputs = [(keys, values), (keys.contiguous(), values.contiguous())]
    shared, separate = (
        single_query_attention(torch.nn.Module(), query, *part, masks[mask])[0] for part in inputs
    )
    torch.testing.assert_close(shared, separate)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_in_bf16_is_as_near_to_fp32_as_with_torchs_kernel(name: str) -> None:
    half, full = (
        load_model(Model(id=str(saved(name)), dtype=dtype, device="cpu"))
        for dtype in ("bfloat16", "float32")
    )
    ids = torch.randint(300, 500, (6, 40), generator=torch.Generator().manual_seed(0))
    mask = (torch.arange(40) >= torch.arange(6)[:, None]).long()

    def step(model: torch.nn.Module) -> torch.Tensor:
        with torch.inference_mode():
            cache = model(ids[:, :-1], attention_mask=mask[:, :-1]).past_key_values
            logits: torch.Tensor = model(
                ids[:, -1:], attention_mask=mask, past_key_values=cache
            ).logits
        return logits.float().log_softmax(-1)

    exact, torchs = step(full), step(half)
    with fast_attention(half):
        assert half.config._attn_implementation != "sdpa"
        ours = step(half)
    assert half.config._attn_implementation == "sdpa"
    assert (ours - exact).abs().mean() < 1.5 * (torchs - exact).abs().mean() + 1e-3
    with fast_attention(full):
        assert full.config._attn_implementation == "sdpa"
