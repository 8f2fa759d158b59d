"""Tokens trained a second, and peak memory: `s3ft` against plain TRL, on the same rows.

    python benchmarks/training.py --model lab --steps 9
    python benchmarks/training.py --model FOLDER --out training.json      # SmolLM2: 12 GiB
    python benchmarks/training.py --model lab --dropout 0 --dtype float32  # what is learned

`trl` is SFTTrainer with its defaults, `trl, kept` the same with `gradient_checkpointing=False`, as
`s3ft` has it on a CPU; both take the whole batch at once. Model, rows, their order, batch size,
precision, adapter and learning rate are the same. Each training has a process of its own, for a
peak of its own (GiB, before anything is saved; `s3ft check`'s estimate is in the JSON), and they
take turns. Seconds are the processor's, since a busy machine does not stretch them so much, without
the first step, which warms up. A step has the same rows for all, so that the ratio to `s3ft` is
taken step by step: its median, least and most. Tokens are those of the rows, padding left out.

Rows of mixed length have prompts of 60 to 300 tokens and completions of 3 to 30, drawn evenly; rows
of equal length have 165 and 16. Their ids are drawn at random: time and memory do not ask what they
mean. With dropout, rows dealt out otherwise draw other masks, and losses differ by those; without
it, by rounding.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

GIB = 2**30
SEED, LEARNING_RATE = 0, 2e-4
ROWS = {"mixed": ((60, 300), (3, 30)), "equal": ((165, 165), (16, 16))}
CONTENDERS = ("s3ft", "trl", "trl, kept")


class Clock:
    """What is known at each step's end, told by either trainer.

    Attributes:
        steps: processor seconds since the training began, seconds of the clock, loss.
        peak: GiB at the last step.
    """

    def __init__(self) -> None:
        self.steps: list[tuple[float, float, float]] = []
        self.peak = 0.0

    def __call__(self, _step: int, _steps: int, loss: float) -> None:
        self.steps.append((time.process_time(), time.monotonic(), loss))
        self.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB


def rows(kind: str, number: int) -> list[dict[str, list[int]]]:
    """Rows of TRL's tokenised form, the same at every call."""
    draw = random.Random(SEED)
    made = []
    for _ in range(number):
        prompt, completion = (draw.randint(*bounds) for bounds in ROWS[kind])
        ids = [draw.randrange(10, 400) for _ in range(prompt + completion)]
        made.append({"input_ids": ids, "completion_mask": [0] * prompt + [1] * completion})
    return made


def measure(who: str, kind: str, options: argparse.Namespace, out: Path) -> dict[str, Any]:
    """Train in this process, and leave the adapter in a folder.

    Returns:
        Of each step but the first its seconds and those of the processor; of each its loss; the
        peak in GiB, and what `dry_run` tells.
    """
    import torch
    from datasets import Dataset

    from s3ft.recipe import Lora, Model, Train
    from s3ft.train import dry_run, train

    made = rows(kind, options.batch * options.steps)
    dataset = Dataset.from_list(made)
    model = Model(id=options.model, device="cpu", dtype=options.dtype)
    lora = Lora(dropout=options.dropout)
    config = Train(lora=lora, epochs=1, batch_size=options.batch, learning_rate=LEARNING_RATE)
    clock, told = Clock(), None
    if who == "s3ft":
        longest = max(len(row["input_ids"]) for row in made)
        told = str(dry_run(model, config, longest, max(sum(r["completion_mask"]) for r in made)))
        done = train(
            dataset,
            model=model,
            config=config,
            seed=SEED,
            out=out / "model",
            fingerprint="",
            on_step=clock,
        )
        (done.path / "adapter").rename(out / "adapter")
    else:
        plain(dataset, model, config, clock, out / "adapter", kept=who == "trl, kept")
    pairs = list(zip(clock.steps, clock.steps[1:], strict=False))
    return {
        "cpu_s": [after[0] - before[0] for before, after in pairs],
        "clock_s": [after[1] - before[1] for before, after in pairs],
        "losses": [loss for _, _, loss in clock.steps],
        "peak_gib": clock.peak,
        "micro_batch": told,
        "tokens_a_step": sum(len(row["input_ids"]) for row in made) / options.steps,
        "threads": torch.get_num_threads(),
    }


def plain(dataset: Any, model: Any, config: Any, clock: Clock, out: Path, *, kept: bool) -> None:
    """Train as TRL's documentation does."""
    import torch
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from s3ft.models import pick_device, pick_dtype, resolve

    class Told(TrainerCallback):  # type: ignore[misc]
        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any, **_: Any) -> None:
            if "loss" in logs:
                clock(state.global_step, state.max_steps, state.log_history[-1]["loss"])

    dtype, folder = pick_dtype(model.dtype, pick_device(model.device)), resolve(model).id
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder, dtype=dtype),
        args=SFTConfig(
            output_dir=str(out),
            per_device_train_batch_size=config.batch_size,
            num_train_epochs=1,
            learning_rate=config.learning_rate,
            bf16=dtype == torch.bfloat16,
            use_cpu=True,
            seed=SEED,
            completion_only_loss=True,  # what TRL takes by itself of rows that are text
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            **({"gradient_checkpointing": False} if kept else {}),
        ),
        train_dataset=dataset,
        processing_class=AutoTokenizer.from_pretrained(folder),
        peft_config=LoraConfig(
            r=config.lora.r,
            lora_alpha=config.lora.alpha,
            lora_dropout=config.lora.dropout,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        ),
        callbacks=[Told()],
    )
    trainer.train()
    trainer.save_model(str(out))


def adapter_change(ours: Path, theirs: Path) -> float:
    """How far two adapters lie apart, as a share of the size of the second."""
    from safetensors.torch import load_file

    a, b = (load_file(folder / "adapter_model.safetensors") for folder in (ours, theirs))
    apart = sum((a[name] - b[name]).float().square().sum() for name in b)
    size = sum(tensor.float().square().sum() for tensor in b.values())
    return float((apart / size) ** 0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="lab")
    parser.add_argument("--kinds", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        who, kind, folder = options.child
        print(json.dumps(measure(who, kind, options, Path(folder))))
        return
    table: dict[str, Any] = {"options": {**vars(options), "out": None}}
    print("rows   trainer    tokens/s  clock  s3ft's ratio         GiB  loss apart  weights apart")
    for kind in options.kinds:
        with tempfile.TemporaryDirectory() as scratch:
            for who in options.contenders:
                folder = Path(scratch) / who
                folder.mkdir()
                command = [sys.executable, __file__, *sys.argv[1:], "--child", who, kind]
                said = subprocess.run(
                    [*command, str(folder)], stdout=subprocess.PIPE, text=True, check=True
                ).stdout
                found = json.loads(said.splitlines()[-1])
                table.setdefault(kind, {})[who] = found
                ours = table[kind].get("s3ft")
                if ours and who != "s3ft":
                    steps = zip(found["cpu_s"], ours["cpu_s"], strict=True)
                    found["ratio"] = sorted(theirs / mine for theirs, mine in steps)
                    both = zip(found["losses"], ours["losses"], strict=True)
                    found["loss_apart"] = max(abs(a - b) for a, b in both)
                    first = Path(scratch) / "s3ft"
                    found["weights_apart"] = adapter_change(first / "adapter", folder / "adapter")
                print(line(kind, who, found), flush=True)
    if options.out:
        options.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def line(kind: str, who: str, found: dict[str, Any]) -> str:
    """One training as a line of the table."""
    steps, tokens = len(found["cpu_s"]), found["tokens_a_step"]
    cpu, clock = (steps * tokens / sum(found[name]) for name in ("cpu_s", "clock_s"))
    text = f"{kind:6} {who:9} {cpu:9.0f} {clock:6.0f}"
    if ratio := found.get("ratio"):
        text += f"  {median(ratio):5.2f} ({ratio[0]:.2f} to {ratio[-1]:.2f})"
        tail = f"{found['loss_apart']:10.1e} {found['weights_apart']:14.1e}"
        return f"{text} {found['peak_gib']:6.2f}  {tail}"
    return f"{text}  {found['micro_batch'] or '':20} {found['peak_gib']:5.2f}"


if __name__ == "__main__":
    main()
