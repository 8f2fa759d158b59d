"""Hostile programs: none passes, none does harm, and the sandbox is alive after each."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import CORRECT, FORGERIES, HARMS, TESTS, harm

from s3ft.judges.code.sandbox import Job, Level, Sandbox, SandboxError


@pytest.fixture(scope="module", params=["L3", "L2"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    level: Level = request.param
    made = Sandbox(level=level, timeout=0.4, memory=2**29)
    os.environ["S3FT_SECRET"] = "hunter2"
    try:
        assert made.level == level
    except SandboxError as error:
        pytest.skip(str(error))
    finally:
        del os.environ["S3FT_SECRET"]
    yield made
    made.close()


def alive(sandbox: Sandbox) -> bool:
    return sandbox.run(Job(CORRECT, tests=TESTS, names=("add_one",))).passed is True


WAITING = ("sleeps", "slow drip")
"""Those that take no processor time are ended by the clock, ten times as late."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n in WAITING else n for n in FORGERIES],
)
def test_no_forged_pass(sandbox: Sandbox, name: str) -> None:
    outcome = sandbox.run(Job(FORGERIES[name], tests=TESTS, names=("add_one",)))
    # On a machine so busy that the program never gets its time, nothing can be said about it.
    assert outcome.passed is False or "too busy" in outcome.reason, outcome
    assert alive(sandbox)


def held(*folders: Path) -> dict[Path, set[str]]:
    """What folders hold, but for the locks of other Python processes, which come and go."""
    return {
        folder: {name for name in os.listdir(folder) if not name.startswith("sem.mp-")}
        for folder in folders
    }


@pytest.mark.parametrize("name", HARMS)
def test_no_harm(sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    before = held(tmp_path, Path.home(), Path("/dev/shm"))
    status = secret.stat()
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0)
    program = harm(
        HARMS[name], home=str(Path.home()), secret=str(secret), port=server.getsockname()[1]
    )
    outcome = sandbox.run(
        Job(program, tests=("said = harm(0)\nassert said[:7] == 'stopped', said",), names=("harm",))
    )
    assert outcome.passed is True, outcome
    assert held(*before) == before
    assert secret.read_text() == "hunter2"
    now = secret.stat()
    assert (now.st_mode, now.st_uid, now.st_mtime) == (
        status.st_mode,
        status.st_uid,
        status.st_mtime,
    )
    assert not os.path.lexists("/tmp/hostile")
    with pytest.raises(BlockingIOError):
        server.accept()
    server.close()
    assert alive(sandbox)


def test_a_test_that_expects_an_error_does_not_take_an_end_for_one(sandbox: Sandbox) -> None:
    tests = ("try: add_one('x')\nexcept: pass",)
    for program, passed in ((CORRECT, True), (FORGERIES["os._exit in a call"], False)):
        assert sandbox.run(Job(program, tests=tests, names=("add_one",))).passed is passed
