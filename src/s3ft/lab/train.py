"""Trains the lab's base model: `python -m s3ft.lab.train --seed 0 --out DIR [--quick]`.

Stage one reads books at a constant learning rate, stage two conversations while the rate falls
to nothing. About an hour on two CPU cores, and a C++ compiler for torch.compile; equal seeds,
libraries and numbers of threads give equal models. `--quick` makes a far smaller model in
seconds, not compiled, to try the script.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import platform
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import packing
from .corpus import Chat, books, chats, lessons
from .induction import add_induction_heads
from .suite import write_tasks
from .targets import messages
from .tokenizer import train_tokenizer
from .world import World, make_world

if TYPE_CHECKING:
    import torch
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Regime:
    """Everything that decides the model, but for the seed. Stages are in tokens, lessons texts."""

    hidden: int = 256
    layers: int = 6
    heads: int = 4
    inner: int = 704
    stage_one: int = 7_000_000
    stage_two: int = 13_000_000
    lessons: int = 9_000
    lessons_share: float = 0.2
    rows: int = 12
    length: int = 384
    rope_theta: float = 500_000.0
    learning_rate: float = 3e-3
    warmup_steps: int = 100
    weight_decay: float = 0.1
    tokenizer_texts: int = 8_000
    compiled: bool = True


QUICK = replace(
    Regime(),
    hidden=64,
    layers=2,
    heads=2,
    inner=128,
    stage_one=60_000,
    stage_two=60_000,
    lessons=50,
    warmup_steps=5,
    tokenizer_texts=1_000,
    compiled=False,
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
        rope_parameters={"rope_type": "default", "rope_theta": regime.rope_theta},
        tie_word_embeddings=True,
        **ends,
    )
    model = LlamaForCausalLM(config)
    add_induction_heads(model, regime.length)
    model.generation_config = GenerationConfig(max_new_tokens=200, **ends)
    return model


def _book_sequences(texts: Iterator[str], tokenizer: Any) -> Iterator[packing.Sequence]:
    for text in texts:
        ids = [*tokenizer(text).input_ids, tokenizer.eos_token_id]
        yield ids, [1] * len(ids)


def _chat_sequences(talks: Iterator[Chat], tokenizer: Any) -> Iterator[packing.Sequence]:
    for talk in talks:
        whole = tokenizer.apply_chat_template(
            messages(talk.turns), return_assistant_tokens_mask=True, return_dict=True
        )
        learned = whole["assistant_masks"]
        if not talk.all_learned:
            asked = tokenizer.apply_chat_template(
                messages(talk.turns[:-1]), add_generation_prompt=True, return_dict=True
            )
            learned[: len(asked["input_ids"])] = [0] * len(asked["input_ids"])
        yield whole["input_ids"], learned


def _first_sequences(
    world: World, seed: int, tokenizer: Any, regime: Regime
) -> Iterator[packing.Sequence]:
    """Lessons alone until the model reads by what belongs together, then books among lessons.

    Begun among everything else, it learns to guess by the names that a passage has.
    """
    rng = random.Random(f"first {seed}")
    taught = _chat_sequences(lessons(seed), tokenizer)
    read = _book_sequences(books(world, seed), tokenizer)
    yield from itertools.islice(taught, regime.lessons)
    while True:
        yield next(taught if rng.random() < regime.lessons_share else read)


def _optimizers(model: torch.nn.Module, regime: Regime) -> list[torch.optim.Optimizer]:
    """Muon for the matrices between the layers, AdamW for embeddings and norms."""
    import torch

    named = list(model.named_parameters())
    matrices = [p for name, p in named if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in named if p.ndim != 2 or "embed" in name]
    decay = regime.weight_decay
    return [
        torch.optim.Muon(matrices, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=decay, fused=True),
    ]


def _stage(
    name: str,
    model: LlamaForCausalLM,
    sequences: Iterator[packing.Sequence],
    regime: Regime,
    tokens: int,
    *,
    pad: int,
    decay: bool,
) -> dict[str, Any]:
    """Trains on about `tokens` tokens; the mean loss of the last tenth and the data's hash."""
    import torch

    steps = tokens // (regime.rows * regime.length)
    short = (sequence for sequence in sequences if len(sequence[0]) <= regime.length)
    data = packing.batches(short, rows=regime.rows, length=regime.length, pad=pad)
    model.set_attn_implementation("eager")  # the CPU's fused one is slower with heads this small
    if regime.compiled:
        model.compile()
    optimizers, read, losses = _optimizers(model, regime), hashlib.sha256(), list[float]()
    started = time.monotonic()
    for done, batch in enumerate(itertools.islice(data, steps), start=1):
        read.update(batch["input_ids"].numpy().tobytes())
        rate = regime.learning_rate * min(1, done / regime.warmup_steps)
        if decay:
            rate *= 1 - (done - 1) / steps
        with torch.autocast("cpu", torch.bfloat16):
            loss = model(**batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
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
    return {
        "loss": sum(last) / len(last),
        "data_sha256": read.hexdigest(),
        "minutes": round((time.monotonic() - started) / 60, 1),
    }


def _stage_one(
    told: dict[str, Any], model: LlamaForCausalLM, tokenizer: Any, regime: Regime, out: Path
) -> tuple[LlamaForCausalLM, dict[str, Any]]:
    """The model after stage one, from `out` where an equal training (`told`) left it there.

    Stage two begins with new optimizers, so that it makes no difference which.
    """
    done, seed = out / "stage.json", told["seed"]
    if (
        done.exists()
        and (kept := json.loads(done.read_text(encoding="utf-8"))).items() >= told.items()
    ):
        return type(model).from_pretrained(out), kept["record"]
    read, pad = _first_sequences(make_world(seed), seed, tokenizer, regime), tokenizer.pad_token_id
    record = _stage("stage one", model, read, regime, regime.stage_one, pad=pad, decay=False)
    model.save_pretrained(out)
    done.write_text(json.dumps({**told, "record": record}), encoding="utf-8")
    return model, record


def first_texts(seed: int, count: int) -> list[str]:
    """The first texts of either stage, `count` each: what the tokenizer is trained on."""
    world = make_world(seed)
    talks = itertools.islice(chats(world, seed), count)
    return [*itertools.islice(books(world, seed), count), *("\n".join(c.turns) for c in talks)]


def texts_hash(texts: list[str]) -> str:
    """By which `training.json` tells the texts that a model was made from."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def train(seed: int, out: Path, regime: Regime) -> None:
    """Writes the model of `seed`, its tokenizer, `training.json` and the suite of its world.

    What stage one made is kept in `out/stage-one`: a training that was stopped goes on from there.
    """
    import torch

    torch.manual_seed(seed)
    world = make_world(seed)
    sample = first_texts(seed, regime.tokenizer_texts)
    tokenizer = train_tokenizer(sample)
    model = _new_model(regime, tokenizer)
    told = {"seed": seed, "regime": asdict(regime), "texts_sha256": texts_hash(sample)}
    model, stage_one = _stage_one(told, model, tokenizer, regime, out / "stage-one")
    talk, pad = _chat_sequences(chats(world, seed), tokenizer), tokenizer.pad_token_id
    stage_two = _stage("stage two", model, talk, regime, regime.stage_two, pad=pad, decay=True)
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    write_tasks(out / "tasks", world=seed)
    record = {
        **told,
        "parameters": sum(p.numel() for p in model.parameters()),
        "stage_one": stage_one,
        "stage_two": stage_two,
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
