import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from s3ft.lab.training.induction import add_induction_heads


def _model(hidden: int = 256, heads: int = 4) -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=1000,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=3,
        num_attention_heads=heads,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 500_000.0},
        attn_implementation="eager",
    )
    return LlamaForCausalLM(config)


def _repeated() -> torch.Tensor:
    """Random tokens and the same once more: nothing but copying foretells the second half."""
    half = torch.randint(1000, (16, 48), generator=torch.Generator().manual_seed(1))
    return torch.cat([half, half], dim=1)


def _losses(model: LlamaForCausalLM) -> tuple[float, float]:
    tokens = _repeated()
    with torch.no_grad():
        scores = model(tokens).logits[:, :-1].log_softmax(-1)
    losses = -scores.gather(-1, tokens[:, 1:, None])[..., 0]
    return losses[:, :47].mean().item(), losses[:, 48:].mean().item()


def test_a_fresh_model_copies_what_it_read_before() -> None:
    model = _model()
    first, again = _losses(model)
    assert abs(first - again) < 0.05
    add_induction_heads(model, 384)
    first, again = _losses(model)
    assert again < first - 0.2


def test_the_heads_attend_where_they_should() -> None:
    model = _model()
    add_induction_heads(model, 384)
    with torch.no_grad():
        one, two, _ = model(_repeated(), output_attentions=True).attentions
    for head in range(4):
        back = one[:, head].diagonal(-1 - head, 1, 2)[:, 8:]
        assert back.mean() > 0.95
    followed_the_same_token = two[:, 0].diagonal(-47, 1, 2)
    assert followed_the_same_token.mean() > 0.7


def test_equal_seeds_give_equal_weights() -> None:
    one = _model()
    add_induction_heads(one, 384)
    two = _model()
    add_induction_heads(two, 384)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_a_model_too_narrow_is_refused() -> None:
    with pytest.raises(RuntimeError, match="shape"):
        add_induction_heads(_model(hidden=64, heads=4), 8)
