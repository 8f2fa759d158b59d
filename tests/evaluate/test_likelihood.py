"""How likely a model finds answers, and how far another is from it."""

from __future__ import annotations

import pytest
import torch

from architectures import NAMES, saved
from s3ft.evaluate import likelihood
from s3ft.evaluate.likelihood import (
    Answered,
    divergence,
    drift,
    logprobs,
    logprobs_of,
    per_token,
    sketches,
)
from s3ft.models import load_chat, load_model
from s3ft.recipe import Model

LAB = Model(id="lab", dtype="float32")


@pytest.fixture(scope="module")
def rows() -> list[Answered]:
    chat = load_chat(LAB)
    pairs = [("How much is 2 + 2?", "4"), ("Who are you?", "A small model of a small world.")]
    return [
        Answered(
            tuple(chat.prompt_ids(({"role": "user", "content": question},))),
            tuple(chat.completion_ids(({"role": "user", "content": question},), answer)),
        )
        for question, answer in pairs
    ]


class TestLikelihood:
    def test_an_answer_is_as_likely_as_the_model_says_alone(self, rows: list[Answered]) -> None:
        model, pad = load_model(LAB), load_chat(LAB).pad_id
        for row, found in zip(rows, per_token(model, rows, pad), strict=True):
            ids = torch.tensor([[*row.prompt, *row.answer]])
            with torch.inference_mode():
                table = model(ids).logits[0].float().log_softmax(-1)
            at = range(len(row.prompt) - 1, ids.shape[1] - 1)
            wanted = [float(table[n, ids[0, n + 1]]) for n in at]
            assert found == pytest.approx(sum(wanted) / len(wanted), abs=1e-4)

    def test_a_long_answer_is_weighed_in_parts(
        self, rows: list[Answered], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A whole table of a thousand tokens times a large vocabulary would take the memory."""
        model, pad = load_model(LAB), load_chat(LAB).pad_id
        whole = list(logprobs_of(model, rows, pad))
        held: list[int] = []
        softmax = torch.Tensor.log_softmax

        def noted(table: torch.Tensor, dim: int) -> torch.Tensor:
            held.append(len(table))
            return softmax(table, dim)

        monkeypatch.setattr(likelihood, "ANSWERS", 3)
        monkeypatch.setattr(torch.Tensor, "log_softmax", noted)
        assert list(logprobs_of(model, rows, pad)) == [
            pytest.approx(row, abs=1e-5) for row in whole
        ]
        assert max(held) == 3
        assert sum(held) == sum(len(row.answer) for row in rows)

    def test_the_distance_is_that_of_the_distributions(self, rows: list[Answered]) -> None:
        base, tuned, pad = load_model(LAB), load_model(LAB), load_chat(LAB).pad_id
        assert divergence(base, tuned, rows, pad) == pytest.approx([0, 0], abs=1e-5)
        with torch.no_grad():
            tuned.get_input_embeddings().weight.mul_(0.9)
        for row, found in zip(rows, divergence(base, tuned, rows, pad), strict=True):
            (ours,), (theirs,) = logprobs(base, [row], pad), logprobs(tuned, [row], pad)
            each = torch.nn.functional.kl_div(theirs, ours, reduction="none", log_target=True)
            assert found == pytest.approx(float(each.sum(-1).mean()), abs=1e-5)
            assert found > 0

    def test_what_is_kept_of_the_base_tells_the_distance(
        self, rows: list[Answered], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The whole where all tokens are kept; less, but little, where the likeliest are."""
        base, tuned, pad = load_model(LAB), load_model(LAB), load_chat(LAB).pad_id
        with torch.no_grad():
            tuned.get_input_embeddings().weight.mul_(0.9)
        whole = divergence(base, tuned, rows, pad)
        for kept, share in ((100_000, 1.0), (likelihood.LIKELIEST, 0.95), (8, 0.5)):
            monkeypatch.setattr(likelihood, "LIKELIEST", kept)
            sketched = list(sketches(base, rows, pad))
            assert sketched[0].ids.shape == sketched[0].logprobs.shape
            assert len(sketched[0].ids) == len(rows[0].answer)
            for found, exact in zip(drift(sketched, tuned, rows, pad), whole, strict=True):
                assert share * exact - 1e-5 <= found <= exact + 1e-5
            assert list(drift(sketched, base, rows, pad)) == pytest.approx([0, 0], abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_distributions_are_those_of_the_model_s_own_forward(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it changes its logits behind the output layer, as Gemma's caps them."""
    model = load_model(Model(id=str(saved(name)), dtype="float32", device="cpu"))
    if name == "gemma3":
        model.config.final_logit_softcapping = 0.05
    monkeypatch.setattr(likelihood, "ANSWERS", 5)  # several batches
    some = [Answered((5, 6, 7), (8, 9)), Answered((5,), (6, 7, 8, 9)), Answered((9, 8), (7,))]
    for row, found in zip(some, logprobs(model, some, 0), strict=True):
        ids = torch.tensor([[*row.prompt, *row.answer]])
        with torch.inference_mode():
            wanted = model(ids).logits[0].float().log_softmax(-1)
        first = len(row.prompt) - 1
        assert found.shape[0] == len(row.answer)
        assert torch.allclose(found, wanted[first:-1], atol=1e-4)
        if name == "gemma3":
            plain = model.get_output_embeddings()(torch.ones(1, model.config.hidden_size))
            assert found.max() - found.min() < 0.11 < plain.max() - plain.min()
