"""A small model and targets, as all training tests take them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from architectures import saved
from s3ft.chat import Chat
from s3ft.models import load_chat
from s3ft.recipe import Model
from s3ft.records import Target


def make_target(number: int, **changes: object) -> Target:
    """A sum; answers differ in length, so that batches need padding."""
    answer = f"The answer is {number * 4}." + " First there were more." * (number % 3)
    question = f"Anna has {number} apples and buys {number * 3} more."
    fields: dict[str, object] = {
        "example_id": f"row-{number}",
        "source": "gold",
        "reason": "",
        "prompt": ({"role": "user", "content": question},),
        "completion": answer,
    }
    return Target(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def target() -> Callable[..., Target]:
    return make_target


@pytest.fixture(scope="session")
def targets() -> list[Target]:
    return [make_target(number) for number in range(22)]


@pytest.fixture(scope="session")
def llama() -> Model:
    return Model(id=str(saved("llama3")), dtype="float32", device="cpu")


@pytest.fixture(scope="session")
def chat(llama: Model) -> Chat:
    return load_chat(llama)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "models" / "s3ft-seed0"
