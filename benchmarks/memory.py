"""Memory that a training step of each recipe takes, at its own longest rows: will it fit a card?

    python benchmarks/memory.py --json docs/memory.json        # then: python docs/_recipes.py
    python benchmarks/memory.py qwen3-gsm8k --rows 1 2 4

The models are built in their published shapes on torch's meta device, and a step is counted as
`s3ft check` counts it: weights in bfloat16, the recipe's adapter, activations recomputed as on a
GPU, rows of `train.max_length` tokens. No weights are needed; the library's own context (about half
a GiB on CUDA) is not counted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from s3ft.lab import MODEL
from s3ft.recipe import Model, Train, load, shipped
from s3ft.train import dry_run

GIB = 2**30

SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": (
        "llama",
        {"vocab_size": 49152, "hidden_size": 576, "intermediate_size": 1536,
         "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3,
         "tie_word_embeddings": True, "max_position_embeddings": 8192},
    ),
    "Qwen/Qwen2.5-1.5B-Instruct": (
        "qwen2",
        {"vocab_size": 151936, "hidden_size": 1536, "intermediate_size": 8960,
         "num_hidden_layers": 28, "num_attention_heads": 12, "num_key_value_heads": 2,
         "tie_word_embeddings": True, "max_position_embeddings": 32768},
    ),
    "Qwen/Qwen3-4B": (
        "qwen3",
        {"vocab_size": 151936, "hidden_size": 2560, "intermediate_size": 9728,
         "num_hidden_layers": 36, "num_attention_heads": 32, "num_key_value_heads": 8,
         "head_dim": 128, "tie_word_embeddings": True, "max_position_embeddings": 40960},
    ),
    "google/gemma-3-1b-it": (
        "gemma3_text",
        {"vocab_size": 262144, "hidden_size": 1152, "intermediate_size": 6912,
         "num_hidden_layers": 26, "num_attention_heads": 4, "num_key_value_heads": 1,
         "head_dim": 256, "sliding_window": 512, "max_position_embeddings": 32768},
    ),
    "meta-llama/Llama-3.2-3B-Instruct": (
        "llama",
        {"vocab_size": 128256, "hidden_size": 3072, "intermediate_size": 8192,
         "num_hidden_layers": 28, "num_attention_heads": 24, "num_key_value_heads": 8,
         "head_dim": 128, "tie_word_embeddings": True, "max_position_embeddings": 131072},
    ),
    "mistralai/Mistral-7B-Instruct-v0.2": (
        "mistral",
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336,
         "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
         "sliding_window": None, "tie_word_embeddings": False, "max_position_embeddings": 32768},
    ),
}  # fmt: skip
"""Published configurations: the kind of model, and its numbers."""


def build(folder: Path, kind: str, shape: dict[str, Any]) -> None:
    """A folder with the model's configuration, the lab's tokenizer, and a file of weights that says
    it has them: it is never read."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.for_model(kind, **shape)
    config.save_pretrained(folder)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    header: dict[str, Any] = {}
    end = 0
    for name, tensor in model.state_dict().items():
        header[name] = {
            "dtype": "BF16",
            "shape": list(tensor.shape),
            "data_offsets": [end, end + tensor.nbytes],
        }
        end += tensor.nbytes
    text = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)  # a hole: it takes no room on the disk
    for path in (*MODEL.glob("tokenizer*"), MODEL / "chat_template.jinja"):
        shutil.copy(path, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="recipes; default: all whose model is known here")
    parser.add_argument("--rows", type=int, nargs="+", default=[1], help="rows at once")
    parser.add_argument("--json", type=Path, help="add the GiB of the first of these to a file")
    arguments = parser.parse_args()
    told = arguments.json
    found = json.loads(told.read_text(encoding="utf-8")) if told and told.exists() else {}
    print("recipe               tokens " + "".join(f"  {n:2} rows" for n in arguments.rows))
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments.names or shipped():
            recipe = load(name)
            if recipe.model is None or recipe.model.id not in SHAPES or not recipe.methods:
                continue
            folder = Path(scratch) / recipe.model.id
            if not folder.exists():
                folder.mkdir(parents=True)
                build(folder, *SHAPES[recipe.model.id])
            length = recipe.train.max_length or 512
            gib = [
                round(needed(folder, recipe.train, rows, length) / GIB, 1)
                for rows in arguments.rows
            ]
            print(f"{name:20} {length:6} ", *(f"  {one:5.1f}" for one in gib), flush=True)
            found[name] = gib[0]
            if told:
                told.write_text(
                    json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8"
                )


def needed(folder: Path, train: Train, rows: int, length: int) -> int:
    """Bytes that a step takes with so many rows at once."""
    model = Model(id=str(folder), device="cpu", dtype="bfloat16")
    args = {**train.args, "per_device_train_batch_size": rows, "gradient_checkpointing": True}
    found = dry_run(model, train.model_copy(update={"args": args}), length).needed_bytes
    assert found is not None
    return found


if __name__ == "__main__":
    main()
