"""`s3ft train` under a launcher: two processes train what one does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
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


FSDP = ["--use_fsdp", "--fsdp_version", "2", "--fsdp_auto_wrap_policy", "TRANSFORMER_BASED_WRAP"]
ZERO_3 = ["--use_deepspeed", "--zero_stage", "3"]
SHARDED = Path(__file__).parent.parent / "sharded.py"


def trained(
    folder: Path, launcher: list[str] | None = None, **changes: Any
) -> tuple[dict[str, Any], Any]:
    """Train with batches of four rows, with a launcher by two processes that have two each."""
    folder.mkdir()
    batch_size = 4 if launcher is None else 2
    told = {**RECIPE, "train": {**RECIPE["train"], "batch_size": batch_size, **changes}}
    if launcher is None:
        return what_was_trained(run_stages(told, (), folder / "run", "train"))
    recipe = folder / "recipe.json"
    recipe.write_text(json.dumps(told))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no"]
    options += ["--dynamo_backend", "no", "--main_process_port", str(port)]
    command = [sys.executable, "-m", "accelerate.commands.launch", *options, *launcher]
    subprocess.run(
        [*command, "train", str(recipe), "--out", str(folder / "run")],
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return what_was_trained(folder / "run")


def what_was_trained(run: Path) -> tuple[dict[str, Any], Any]:
    """The facts of its training, and its adapter's tensors or all."""
    model = run / "models" / "sft-seed0"
    facts = json.loads((model / "training.json").read_text())
    adapter = model / "adapter" / "adapter_model.safetensors"
    return facts, load_file(adapter if adapter.exists() else model / "model.safetensors")


def same(
    one: tuple[dict[str, Any], Any], two: tuple[dict[str, Any], Any], atol: float = 1e-4
) -> None:
    """Both trained the same model, up to rounding."""
    assert one[0]["steps"] == two[0]["steps"] == 4
    assert one[0]["parameters"] == two[0]["parameters"]
    assert torch.tensor(one[0]["losses"]).allclose(torch.tensor(two[0]["losses"]), atol=1e-4)
    assert one[1].keys() == two[1].keys()
    for name, tensor in one[1].items():
        # Adam's first steps are as large for a tiny gradient, whose sign can be rounding's.
        assert (tensor - two[1][name]).abs().mean() < atol, name


@pytest.mark.slow
def test_two_processes_train_the_model_of_one_with_the_same_global_batch(tmp_path: Path) -> None:
    one = trained(tmp_path / "one")
    # Without GPUs, --multi_gpu is what makes it start more than one: they then talk by gloo.
    same(one, trained(tmp_path / "two", ["--multi_gpu", "-m", "s3ft"]))
    assert any(tensor.abs().max() > 1e-3 for name, tensor in one[1].items() if "lora_B" in name)
    same(one, trained(tmp_path / "sharded", [*FSDP, str(SHARDED)]))


@pytest.mark.slow
@pytest.mark.parametrize("launcher", [FSDP, ZERO_3], ids=["FSDP", "ZeRO-3"])
def test_all_weights_are_trained_where_each_process_has_a_share(
    launcher: list[str], tmp_path: Path
) -> None:
    if launcher is ZERO_3 and find_spec("deepspeed") is None:
        pytest.skip("DeepSpeed is not installed")
    changes = {"lora": None, "learning_rate": 1e-4}
    two = trained(tmp_path / "two", [*launcher, str(SHARDED)], **changes)
    same(trained(tmp_path / "one", **changes), two, atol=1e-5)


def test_only_training_can_be_launched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(InputError, match="Launch s3ft train"):
        run_stages(RECIPE, (), tmp_path / "run", "select")
    assert not (tmp_path / "run").exists()
