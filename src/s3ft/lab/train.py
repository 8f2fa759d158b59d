"""Trains the lab's base model: `python -m s3ft.lab.train --seed 0 --out DIR [--quick]`.

Stage one reads books at a constant learning rate, stage two conversations while the rate falls
to nothing. About half an hour on two CPU cores; equal seeds, libraries and numbers of threads
give equal models. `--quick` makes a far smaller model in seconds, to try the script.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import packing
from .corpus import books, chats
from .tokenizer import train_tokenizer
from .world import make_world

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Regime:
    """Everything that decides the model, but for the seed. Sizes of stages are in tokens."""

    hidden: int = 256
    layers: int = 6
    heads: int = 8
    inner: int = 704
    stage_one: int = 6_500_000
    stage_two: int = 5_000_000
    rows: int = 12
    length: int = 384
    learning_rate: float = 1.5e-3
    warmup_steps: int = 100
    weight_decay: float = 0.1
    tokenizer_texts: int = 8_000


QUICK = replace(
    Regime(),
    hidden=64,
    layers=2,
    heads=2,
    inner=128,
    stage_one=60_000,
    stage_two=60_000,
    warmup_steps=5,
    tokenizer_texts=1_000,
)


def _new_model(regime: Regime, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    ends: dict[str, Any] = {
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=regime.hidden,
        intermediate_size=regime.inner,
        num_hidden_layers=regime.layers,
        num_attention_heads=regime.heads,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        **ends,
    )
    model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(max_new_tokens=200, **ends)
    return model


def _book_sequences(texts: Iterator[str], tokenizer: Any) -> Iterator[packing.Sequence]:
    for text in texts:
        yield [*tokenizer(text).input_ids, tokenizer.eos_token_id], 0


def _chat_sequences(talks: Iterator[tuple[str, str]], tokenizer: Any) -> Iterator[packing.Sequence]:
    for question, answer in talks:
        user = {"role": "user", "content": question}
        given = tokenizer.apply_chat_template([user], add_generation_prompt=True, return_dict=True)[
            "input_ids"
        ]
        whole = tokenizer.apply_chat_template(
            [user, {"role": "assistant", "content": answer}], return_dict=True
        )["input_ids"]
        yield whole, len(given)


class _Trainer:
    """One optimiser over both stages; prints its progress and hashes what it reads."""

    def __init__(self, model: torch.nn.Module, regime: Regime, pad: int) -> None:
        import torch

        self.model, self.regime, self.pad = model, regime, pad
        self.optimizer = torch.optim.AdamW(
            model.parameters(), betas=(0.9, 0.95), weight_decay=regime.weight_decay, fused=True
        )
        self.read = hashlib.sha256()
        self.step = 0

    def stage(
        self, name: str, sequences: Iterator[packing.Sequence], tokens: int, *, decay: bool
    ) -> float:
        """Trains on about `tokens` tokens; the mean loss of the last tenth."""
        import torch

        regime = self.regime
        steps = tokens // (regime.rows * regime.length)
        data = packing.batches(sequences, rows=regime.rows, length=regime.length, pad=self.pad)
        losses: list[float] = []
        started = time.monotonic()
        for done, batch in enumerate(itertools.islice(data, steps), start=1):
            self.step += 1
            self.read.update(batch["input_ids"].numpy().tobytes())
            rate = regime.learning_rate * min(1, self.step / regime.warmup_steps)
            if decay:
                rate *= 1 - (done - 1) / steps
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            with torch.autocast("cpu", torch.bfloat16):
                loss = self.model(**batch, use_cache=False).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
            losses.append(loss.item())
            if done % 50 == 0 or done == steps:
                passed = time.monotonic() - started
                speed = done * regime.rows * regime.length / passed
                print(
                    f"{name} {done}/{steps} loss {sum(losses[-50:]) / len(losses[-50:]):.3f} "
                    f"{speed:,.0f} tokens/s, {passed / done * (steps - done) / 60:.1f} min left",
                    flush=True,
                )
        last = losses[-max(1, steps // 10) :]
        return sum(last) / len(last)


def train(seed: int, out: Path, regime: Regime) -> None:
    """Writes the model of `seed`, its tokenizer and `training.json` into the folder `out`."""
    import torch

    torch.manual_seed(seed)
    world = make_world(seed)
    started = time.monotonic()
    sample = [
        *itertools.islice(books(world, seed), regime.tokenizer_texts),
        *("\n".join(c) for c in itertools.islice(chats(world, seed), regime.tokenizer_texts)),
    ]
    tokenizer = train_tokenizer(sample)
    model = _new_model(regime, tokenizer)
    trainer = _Trainer(model, regime, int(tokenizer.pad_token_id))
    read = _book_sequences(books(world, seed), tokenizer)
    talk = _chat_sequences(chats(world, seed), tokenizer)
    losses = {
        "stage_one": trainer.stage("stage one", read, regime.stage_one, decay=False),
        "stage_two": trainer.stage("stage two", talk, regime.stage_two, decay=True),
    }
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    record = {
        "seed": seed,
        "regime": asdict(regime),
        "parameters": sum(p.numel() for p in model.parameters()),
        "data_sha256": trainer.read.hexdigest(),
        "losses": losses,
        "minutes": round((time.monotonic() - started) / 60, 1),
        "threads": torch.get_num_threads(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "transformers", "tokenizers")},
        },
    }
    (out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the lab's base model.")
    parser.add_argument("--seed", type=int, default=0, help="of the world and of the training")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--quick", action="store_true", help="a tiny model, in seconds")
    arguments = parser.parse_args()
    train(arguments.seed, arguments.out, QUICK if arguments.quick else Regime())


if __name__ == "__main__":
    main()
