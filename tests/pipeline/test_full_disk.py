"""A disk that fills ends a run with one message, and it goes on once there is room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from restarts import artefacts, finished, scores, start
from s3ft.errors import InputError, RunError
from s3ft.pipeline.rundir import reporting_full_disk

SHARES = (0.002, 0.0037, 0.2, 0.73)
"""Sizes of the disk, as shares of what a run leaves, which is models mostly.

The first is too small for the data, the others for the answers, for the model of a first round, and
for one after it (while a model is made, it takes more room than it leaves).
"""


def mount(*options: str) -> bool:
    """Whether a file system in memory could be mounted so."""
    command = ["mount", "-t", "tmpfs", *options]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk."""
    place = tmp_path / "disk"
    place.mkdir()
    if not mount("-o", "size=16k", "none", str(place)):
        pytest.skip("file systems cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def written(out: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in out.rglob("*") if path.is_file())


@pytest.mark.slow
@pytest.mark.longest
def test_a_disk_that_fills_loses_nothing(disk: Path, tmp_path: Path) -> None:
    whole, log = tmp_path / "whole", tmp_path / "asked.log"
    assert start(whole, "report", log) == 0
    total, out = written(whole), disk / "run"

    reached = []
    for share in SHARES:
        assert mount("-o", f"remount,size={int(share * total)}", "none", str(disk))
        before = finished(out)
        assert start(out, "report", log) == 1, share
        message = Path(f"{log}.error").read_text()
        assert "no room is left on its disk" in message
        assert str(out) in message
        assert not before & set(log.read_text().split()), "a finished generation was repeated"
        reached.append((len(finished(out)), len(list(out.glob("models/*/model.safetensors")))))
    assert reached == sorted(set(reached)), f"it went on from where it was: {reached}"
    assert reached[-1][1] == 1, "the last was stopped between two models"

    assert mount("-o", "remount,size=1g", "none", str(disk))
    before = finished(out)
    assert start(out, "report", log) == 0
    assert not before & set(log.read_text().split())
    assert artefacts(out) == artefacts(whole)
    assert scores(out) == scores(whole)


def test_on_a_full_disk_only_a_wrong_request_stays_what_it_is(disk: Path) -> None:
    with pytest.raises(InputError, match="is wrong"), reporting_full_disk(disk):
        raise InputError("data", "is wrong", "Choose others.")
    with pytest.raises(RunError, match="no room is left"), reporting_full_disk(disk):
        raise RuntimeError("PyTorchStreamWriter failed")
