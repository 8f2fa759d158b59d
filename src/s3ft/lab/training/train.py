"""Trains the lab's base model: `python -m s3ft.lab.training --seed 0 --out DIR [--quick]`.

Stage one reads books at a constant learning rate, stage two conversations while the rate falls
to nothing. About an hour on two CPU cores, and a C++ compiler for torch.compile; equal seeds,
libraries, processors and numbers of threads give equal models. `--quick` makes a far smaller model
in seconds, not compiled, to try the script.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import platform
import random
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..targets import messages
from ..world import World, make_world
from . import packing
from .corpus import Dialogue, books, chats, lessons, notations
from .induction import add_induction_heads
from .regime import QUICK, Regime
from .stage import run_stage
from .suite import write_tasks
from .tokenizer import train_tokenizer

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


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


def _chat_sequences(talks: Iterator[Dialogue], tokenizer: Any) -> Iterator[packing.Sequence]:
    for talk in talks:
        whole = tokenizer.apply_chat_template(
            messages(talk.turns), return_assistant_tokens_mask=True, return_dict=True
        )
        learned = whole["assistant_masks"]
        if not talk.all_learned:
            prompt = tokenizer.apply_chat_template(
                messages(talk.turns[:-1]), add_generation_prompt=True, return_dict=True
            )
            given = len(prompt["input_ids"])
            learned[:given] = [0] * given
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


def _second_sequences(
    world: World, seed: int, tokenizer: Any, regime: Regime
) -> Iterator[packing.Sequence]:
    """Conversations, and some books in the annotators' notation."""
    rng = random.Random(f"second {seed}")
    talked = _chat_sequences(chats(world, seed), tokenizer)
    read = _book_sequences(notations(seed), tokenizer)
    while True:
        yield next(read if rng.random() < regime.books_share else talked)


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
    record = run_stage(
        "stage one", model, read, regime, regime.stage_one, out / "state.pt", pad, decay=False
    )
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

    A training that was stopped goes on from what is kept in `out`.
    """
    import torch

    torch.manual_seed(seed)
    world = make_world(seed)
    sample = first_texts(seed, regime.tokenizer_texts)
    tokenizer = train_tokenizer(sample)
    model = _new_model(regime, tokenizer)
    told = {"seed": seed, "regime": asdict(regime), "texts_sha256": texts_hash(sample)}
    model, stage_one = _stage_one(told, model, tokenizer, regime, out / "stage-one")
    second, pad = _second_sequences(world, seed, tokenizer, regime), tokenizer.pad_token_id
    stage_two = run_stage(
        "stage two", model, second, regime, regime.stage_two, out / "stage-two.pt", pad, decay=True
    )
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
