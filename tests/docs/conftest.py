"""The folder that all pages start from, and the runs that pages share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import docs_folder
import docs_taught
import pytest
from docs_blocks import ROOT, blocks
from docs_shell import write_file

from s3ft import cli

Put = Callable[[str, str, Path], None]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    docs_folder.fill(folder)
    return folder


@pytest.fixture(scope="session")
def put(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Put:
    """Puts the run that a page makes, by its name there, into a folder; each is made once."""
    made: dict[tuple[str, str], Path] = {}

    def copy(page: str, run: str, folder: Path) -> None:
        if (page, run) not in made:
            home = tmp_path_factory.mktemp("made")
            shutil.copytree(filled, home, dirs_exist_ok=True)
            found = blocks(ROOT / page)
            commands = [c.words for block in found if block.is_run for c in block.commands]
            words = next(w for w in commands if w[1] == "run" and w[-2:] == ["--out", run])
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(home)
                for block in found:
                    if block.title:
                        write_file(block)
                assert cli.run_command(words[1:]) == 0
            made[page, run] = home / run
        shutil.copytree(made[page, run], folder)

    return copy


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
