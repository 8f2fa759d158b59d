"""What trackers are told: each training, and what the run found, as records of their own.

The trackers are the real ones, writing to files; one that is not installed is skipped.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import s3ft

pytestmark = pytest.mark.slow

RECIPE: dict[str, Any] = {
    "model": {"id": "lab"},
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 8, "max_test": 4},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 32},
    "allow": ["length"],  # it is not looked at what is answered
    "methods": ["sft", "s3ft"],
    "train": {"learning_rate": 1e-3, "epochs": 1, "batch_size": 4},
    "evaluate": {
        "tasks": "lab",
        "benchmarks": ["lab_facts"],
        "limit": 4,
        "apply_chat_template": True,
    },
}

Records = dict[str, dict[str, float]]
"""The last value of each figure, by the beginning of a record's name."""


def named(name: str) -> str:
    """A record's name without what makes it unique."""
    return name.rpartition("-")[0]


def tensorboard(folder: Path) -> Records:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = {}
    for place in sorted((folder / "run" / "tensorboard").iterdir()):
        events = EventAccumulator(str(place))
        events.Reload()
        tags = events.Tags()["scalars"]
        found[named(place.name)] = {tag: events.Scalars(tag)[-1].value for tag in tags}
    return found


def mlflow(folder: Path) -> Records:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    [experiment] = [one for one in client.search_experiments() if one.name == "s3ft"]
    runs = client.search_runs([experiment.experiment_id])
    return {
        # It has its own names for what others sort under train and test.
        named(run.info.run_name): {
            key.replace("test_", "test/") if key.startswith("test_") else f"train/{key}": value
            for key, value in run.data.metrics.items()
        }
        for run in runs
    }


def trackio(_: Path) -> Records:
    from trackio.utils import TRACKIO_DIR  # read from the environment when it is first imported

    found: Records = {}
    with sqlite3.connect(TRACKIO_DIR / "s3ft.db") as db:
        for name, text in db.execute("SELECT run_name, metrics FROM metrics ORDER BY id"):
            found.setdefault(named(name), {}).update(json.loads(text))
    return found


def wandb(folder: Path) -> Records:
    from wandb.proto import wandb_internal_pb2

    found: Records = {}
    for path in sorted((folder / "wandb").glob("offline-run-*/*.wandb")):
        name, values = "", {}
        for data in chunks(path.read_bytes()):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(data)
            name = record.run.display_name or name
            for item in record.history.item:
                key = item.key or "/".join(item.nested_key)
                value = json.loads(item.value_json)
                if isinstance(value, (int, float)):
                    values[key] = float(value)
        found[named(name)] = values
    return found


def chunks(data: bytes) -> Iterator[bytes]:
    """The records of a log in LevelDB's format, in blocks of 32 KiB, after a header of 7 bytes."""
    at, record = 7, b""
    while at < len(data):
        if (left := 32768 - at % 32768) < 7:
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        record += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield record
            record = b""


@pytest.fixture(params=[tensorboard, mlflow, trackio, wandb], ids=lambda read: read.__name__)
def tracker(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], Records]:
    if find_spec(request.param.__name__) is None:
        pytest.skip(f"{request.param.__name__} is not installed")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    read: Callable[[Path], Records] = request.param
    return read


def test_each_training_and_what_was_found(
    tracker: Callable[[Path], Records], tmp_path: Path
) -> None:
    changes = {"train.args.report_to": [tracker.__name__]}
    report = s3ft.run(RECIPE, changes, tmp_path / "run")
    found = tracker(tmp_path)
    assert set(found) == {"run-sft-seed0", "run-s3ft-seed0", "run-results"}
    for label in ("sft-seed0", "s3ft-seed0"):
        [_, (_, loss)] = report["training"][label]["losses"]
        assert found[f"run-{label}"]["train/loss"] == pytest.approx(loss, rel=1e-3)
    results = found["run-results"]
    for model in ("base", "sft", "s3ft"):
        told = report["results"][model]
        assert results[f"test/{model}/target"] == pytest.approx(told["target"]["score"])
        score = told["benchmarks"]["lab_facts"]["score"]
        assert results[f"test/{model}/lab_facts"] == pytest.approx(score)
    assert results["test/s3ft/mean_drop"] == pytest.approx(report["results"]["s3ft"]["mean_drop"])
    assert results["test/sft/share of gold"] == 100


@pytest.mark.skipif(find_spec("tensorboard") is None, reason="tensorboard is not installed")
def test_a_tracker_may_come_later_and_is_told_once(tmp_path: Path) -> None:
    out = tmp_path / "run"
    s3ft.run(RECIPE, {"methods": ["sft"]}, out)
    assert not (out / "tensorboard").exists()
    changes = {"methods": ["sft"], "train.args.report_to": ["tensorboard"]}
    for _ in range(2):
        s3ft.run(RECIPE, changes, out)
    assert set(tensorboard(tmp_path)) == {"run-results"}
    assert len(list((out / "tensorboard").iterdir())) == 1
