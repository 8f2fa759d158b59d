"""The folder that all pages start from, and one small run for all of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import docs_folder
import docs_taught
import pytest
from docs_blocks import DOCS, blocks

from s3ft import cli


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    docs_folder.fill(folder)
    return folder


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Puts the run that docs/run.md makes, which is made once, into a folder."""
    made: list[Path] = []

    def put(folder: Path) -> None:
        if not made:
            commands = [c for b in blocks(DOCS / "run.md") if b.is_run for c in b.commands]
            words = next(c.words for c in commands if c.words[-2:] == ["--out", "runs/trial"])
            made.append(tmp_path_factory.mktemp("trial") / "trial")
            assert cli.run_command([*words[1:-1], str(made[0])]) == 0
        shutil.copytree(made[0], folder)

    return put


@pytest.fixture(scope="session")
def taught(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that thinks and calls functions."""
    folder = tmp_path_factory.mktemp("taught")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(filled)
        docs_taught.save_taught(folder)
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, a reader's."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "TQDM_DISABLE", "1")
    return tmp_path
