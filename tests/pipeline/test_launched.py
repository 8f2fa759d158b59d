"""`s3ft train` under a launcher: two processes train what one does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from s3ft.errors import InputError
from s3ft.pipeline import run_stages

RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32", "device": "cpu"},
    "data": {"path": "lab", "name": "math", "max_train": 8},
    "judge": {"name": "match"},
    "methods": ["sft"],
    "train": {
        "learning_rate": 1e-3,
        "epochs": 2,
        "lora": {"dropout": 0.0},  # drawn by each process for itself
        "args": {"lr_scheduler_type": "constant"},
    },
}


def trained(folder: Path, processes: int, batch_size: int) -> tuple[dict[str, Any], Any]:
    """Train, several processes under `accelerate launch`.

    Without GPUs, ``--multi_gpu`` is what makes it start more than one: they then talk by gloo.
    """
    folder.mkdir()
    recipe = folder / "recipe.json"
    recipe.write_text(json.dumps(RECIPE))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launcher = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", str(processes)]
    launcher += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    launcher += ["--main_process_port", str(port), "-m"]
    command = ["s3ft", "train", str(recipe), f"train.batch_size={batch_size}"]
    command += ["--out", str(folder / "run")]
    subprocess.run(
        [sys.executable, "-m", *(launcher if processes > 1 else []), *command],
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    model = folder / "run" / "models" / "sft-seed0"
    facts = json.loads((model / "training.json").read_text())
    return facts, load_file(model / "adapter" / "adapter_model.safetensors")


@pytest.mark.slow
def test_two_processes_train_the_model_of_one_with_the_same_global_batch(tmp_path: Path) -> None:
    one, weights = trained(tmp_path / "one", processes=1, batch_size=4)
    two, others = trained(tmp_path / "two", processes=2, batch_size=2)
    assert one["steps"] == two["steps"] == 4
    assert torch.tensor(one["losses"]).allclose(torch.tensor(two["losses"]), atol=1e-4)
    assert weights.keys() == others.keys()
    for name, tensor in weights.items():
        # Adam's first steps are as large for a tiny gradient, whose sign can be rounding's.
        assert (tensor - others[name]).abs().mean() < 1e-4, name
    assert any(tensor.abs().max() > 1e-3 for name, tensor in weights.items() if "lora_B" in name)


def test_only_training_can_be_launched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(InputError, match="Launch s3ft train"):
        run_stages(RECIPE, (), tmp_path / "run", "select")
    assert not (tmp_path / "run").exists()
