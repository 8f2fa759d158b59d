"""Memory and speed of a training step: the whole batch at once against smaller parts of it.

    python benchmarks/microbatch.py                            # 6 of 30 layers, 3 GiB
    python benchmarks/microbatch.py --layers 30 --batch 16     # SmolLM2-135M's shape: 13 GiB

A Llama of random weights in SmolLM2-135M's shape (hidden 576, 9 heads, vocabulary 49,152), LoRA r 8
on all linear layers, float32 on the CPU, rows of one length. Each split is trained in a process of
its own, so that its peak is its own. `estimate` is what `s3ft check` says it takes.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from s3ft.lab import MODEL
from s3ft.recipe import Model, Train
from s3ft.train import dry_run, seconds_per_step

GIB = 2**30


def build(folder: Path, layers: int) -> None:
    """Save the model, with the lab's tokenizer: the rows' ids mean nothing here."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=layers,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    for path in (*MODEL.glob("tokenizer*"), MODEL / "chat_template.jinja"):
        shutil.copy(path, folder)


def measure(folder: Path, batch: int, at_once: int, length: int, steps: int) -> dict[str, float]:
    """Train a few steps in this process: GiB at its peak above what it had, and what a step took.

    That is processor time, loading included, since a busy machine does not stretch it.
    """
    from datasets import Dataset

    model = Model(id=str(folder), device="cpu", dtype="float32")
    config = Train(batch_size=batch, args={"per_device_train_batch_size": at_once})
    row = {"input_ids": [7] * length, "completion_mask": [0] + [1] * (length - 1)}
    dataset = Dataset.from_list([row] * batch * steps)
    needed = dry_run(model, config, length).needed_bytes or 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    seconds_per_step(dataset, model, config, steps, folder / "out")
    seconds = (time.process_time() - start) / steps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"estimate": needed / GIB, "peak": peak * 1024 / GIB, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=215)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        folder, at_once = Path(args.child[0]), int(args.child[1])
        found = measure(folder, args.batch, at_once, args.length, args.steps)
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        build(folder, args.layers)
        print(f"{args.layers} layers, {args.batch} rows of {args.length} tokens a step")
        print("at once  estimate GiB  peak GiB  ratio  CPU s a step  ratio")
        first: dict[str, float] = {}
        for at_once in (args.batch, args.batch // 2, args.batch // 4):
            command = [sys.executable, __file__, *sys.argv[1:], "--child", str(folder)]
            told = subprocess.run(
                [*command, str(at_once)], stdout=subprocess.PIPE, text=True, check=True
            ).stdout
            found = json.loads(told.splitlines()[-1])
            first = first or found
            print(
                f"{at_once:7}  {found['estimate']:12.2f}  {found['peak']:8.2f}"
                f"  {found['peak'] / first['peak']:5.2f}  {found['seconds']:12.1f}"
                f"  {found['seconds'] / first['seconds']:5.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
