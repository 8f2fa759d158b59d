"""One process of the tests takes many jobs: none shows in another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from s3ft.judges.code.sandbox import Job, Sandbox
from s3ft.judges.code.sandbox.inside.zygote import JOBS

ADD_ONE = "def add_one(number):\n    return number + 1"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(level=None, timeout=0.5, memory=2**29)
    yield made
    made.close()


def passes(sandbox: Sandbox, *tests: str, setup: str = "") -> bool | None:
    return sandbox.run(Job(ADD_ONE, tests=tests, names=("add_one",), setup=setup)).passed


def test_more_jobs_than_one_process_takes(sandbox: Sandbox) -> None:
    right, wrong = "assert add_one(1) == 2", "assert add_one(1) == 3"
    found = [passes(sandbox, (right, wrong)[i % 3 == 0]) for i in range(2 * JOBS + 3)]
    assert found == [i % 3 != 0 for i in range(2 * JOBS + 3)]


def test_every_job_finds_the_same_random_numbers_and_no_names(sandbox: Sandbox) -> None:
    drawn = "import random\nassert add_one(random.randrange(10**9)) == 906691060"
    assert [passes(sandbox, drawn, setup="name = 1") for _ in range(3)] == [True] * 3
    assert passes(sandbox, "assert add_one(name) == 2") is False


def test_tests_may_import_at_any_of_the_jobs(sandbox: Sandbox) -> None:
    modules = ("csv", "wave", "graphlib", "colorsys", "zipfile", "tomllib") * 3
    found = [passes(sandbox, f"import {name}\nassert add_one(1) == 2") for name in modules]
    assert found == [True] * len(modules)


@pytest.mark.parametrize(
    "test", ["while True: pass", "import os\nos._exit(0)", "import sys\nsys.exit()"]
)
def test_tests_that_do_not_end_as_they_should(sandbox: Sandbox, test: str) -> None:
    assert passes(sandbox, test) is not True
    assert passes(sandbox, "assert add_one(1) == 2") is True


def test_a_closed_sandbox_starts_anew() -> None:
    sandbox = Sandbox(level=None, timeout=0.5, memory=2**29)
    sandbox.close()
    for _ in range(2):
        assert passes(sandbox, "assert add_one(1) == 2") is True
        sandbox.close()
        sandbox.close()
