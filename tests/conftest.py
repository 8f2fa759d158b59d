"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
if "PYTEST_XDIST_WORKER" in os.environ:  # one core a worker: two pools of threads stall each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


_imported = 0


def pytest_runtest_setup() -> None:
    """Leave what libraries are made of, which never goes away, out of collections of garbage.

    A run makes a dozen of them, each of which would go through all of it.
    """
    global _imported
    if len(sys.modules) > _imported + 500:
        _imported = len(sys.modules)
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real public data sets, beside the checkout; skips where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real public data sets are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the system's where it has one, else the one Playwright installed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],  # root, as in a container, has no sandbox of Chromium's
        )
        yield found
        found.close()


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Retries come soon, and nothing was asked of any server before.

    Called, it forgets again what was asked, as another process would begin.
    """

    def forget() -> None:
        monkeypatch.setattr("s3ft.generate._limits._shared", {})

    monkeypatch.setattr("s3ft.generate._openai.FIRST_WAIT", 0.02)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    forget()
    return forget


@pytest.fixture
def speck(tmp_path: Path) -> Path:
    """An untrained model of two thin layers: all that the order of the runs needs."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from s3ft.lab import MODEL

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        num_attention_heads=2,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **shape,
    )
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(tmp_path / "speck")
    tokenizer.save_pretrained(tmp_path / "speck")
    return tmp_path / "speck"
