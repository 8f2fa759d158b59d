"""Induction heads from the first step: looking up in a text what it said before.

A model learns to copy from its context through a circuit of two layers: a head which writes at
each token what stood before it, and one which finds such a trace of the present token and copies
what followed (Olsson et al. 2022, arXiv 2209.11895). From a random beginning the circuit appears
after tens of millions of tokens, more than the lab's whole training; before that, questions on a
passage are answered by guessing. Here it is written into the weights before training, which may
then keep, sharpen or overwrite it. It holds no fact, and knows no word, of the world.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM

CONSTANT = 0.1
"""The first coordinate of every embedding: what a head can attend by distance alone with."""
SHARPNESS = (10.0, 5.0, 4.0, 4.0, 2.0, 2.0)
"""Logits at the sought distance by frequency, the fastest first: their sum has one peak."""
TRACE = 0.05
"""The standard deviation of what the first layer writes, per direction."""
MATCH = 10.0
"""The logit of a position that matches."""
QUIET = 0.1
"""What is left of the first layer's random output, which would drown the traces."""


def _codes(model: LlamaForCausalLM, length: int) -> tuple[list[int], torch.Tensor]:
    """The dimensions of a head that rotate by less than two radians over `length` tokens, and
    orthonormal directions of the residual stream: for each head one per such dimension to write
    to, and as many more to read the token's own embedding from, (heads + 1, dimensions, hidden),
    float32 on the CPU.
    """
    import torch

    config, frequencies = model.config, model.model.rotary_emb.inv_freq
    slow = [i for i, w in enumerate(frequencies.tolist()) if w * length < 2]
    dimensions = [*slow, *(i + len(frequencies) for i in slow)]
    hidden, blocks = config.hidden_size, config.num_attention_heads + 1
    random = torch.randn(hidden, hidden - 1)
    basis, _ = torch.linalg.qr(torch.cat([torch.eye(hidden)[:, :1], random], dim=1))
    used = basis[:, 1 : 1 + blocks * len(dimensions)].T
    return dimensions, used.reshape(blocks, len(dimensions), hidden)


def add_induction_heads(model: LlamaForCausalLM, length: int) -> None:
    """Writes the circuit into the first two layers of a fresh model, for texts of `length` tokens.

    The heads of the first layer attend 1, 2, 3 ... tokens back and write what they read, each to
    directions of its own. Those of the second compare the present token with the last token, the
    present token with the last few, the last few with the last few, and the present token with
    the token itself, and copy what stands at the match. The weights are float32 on the CPU, and
    are changed in place. Uses torch's global generator.

    Raises:
        RuntimeError: the model is too narrow for the directions that its heads need.
    """
    import torch

    config = model.config
    hidden, heads = config.hidden_size, config.num_attention_heads
    size, frequencies = hidden // heads, model.model.rotary_emb.inv_freq
    first, second = (layer.self_attn for layer in model.model.layers[:2])
    with torch.no_grad():
        embeddings = model.model.embed_tokens.weight
        embeddings[:, 0] = CONSTANT
        scale = embeddings.square().mean().sqrt().item()
        dimensions, (*traces, own) = _codes(model, length)
        model.model.layers[0].mlp.down_proj.weight.mul_(QUIET)
        first.o_proj.weight.mul_(QUIET)
        for head, trace in enumerate(traces):
            rows = slice(head * size, (head + 1) * size)
            query, key = first.q_proj.weight[rows], first.k_proj.weight[rows]
            for i, sharpness in enumerate(SHARPNESS):
                angle = frequencies[i].item() * (head + 1)
                strength = math.sqrt(sharpness * math.sqrt(size)) / (CONSTANT / scale)
                query[i, 0] += strength
                key[i, 0] += strength * math.cos(angle)
                key[i + len(frequencies), 0] += strength * math.sin(angle)
            first.v_proj.weight[rows][: len(own)] = own
            first.o_proj.weight[:, rows][:, : len(own)] = TRACE * trace.T

        # Read from the normalized residual, either kind of code has elements of about 1.
        norm = math.sqrt(hidden * scale**2 + heads * len(own) * TRACE**2) / math.sqrt(hidden)
        present, before = own * norm / scale, [trace * norm / TRACE for trace in traces]
        recent = torch.stack(before).sum(0)
        pairs = [
            (present, before[0]),
            (present, recent),
            ((present + recent - before[-1]) / math.sqrt(2), recent),
            (present, present),
        ]
        strength = math.sqrt(MATCH * math.sqrt(size) / len(dimensions))
        for head in range(heads):
            rows, (sought, found) = slice(head * size, (head + 1) * size), pairs[head % len(pairs)]
            second.q_proj.weight[rows][dimensions] += strength * sought
            second.k_proj.weight[rows][dimensions] += strength * found
            copied, _ = torch.linalg.qr(torch.randn(hidden, size))
            second.v_proj.weight[rows] = copied.T / 4
            second.o_proj.weight[:, rows] = copied / 4
