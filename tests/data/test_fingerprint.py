"""What a source holds, as one hash of it."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from s3ft.data import fingerprints
from s3ft.recipe import Data


def test_of_files_the_content(tmp_path: Path) -> None:
    train, test = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"
    train.write_bytes(gzip.compress(b"{}"))
    test.write_bytes(b"{}")
    found = fingerprints(Data(path=str(train), test=str(test)))
    assert found[str(test)] == hashlib.sha256(b"{}").hexdigest()
    assert set(found) == {str(train), str(test)}
    train.touch()
    assert fingerprints(Data(path=str(train), test=str(test))) == found
    train.unlink()
    assert set(fingerprints(Data(path=str(train), test=str(test)))) == {str(test)}


def test_of_a_folder_the_files_that_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "data").mkdir(parents=True)
    train = folder / "data" / "train.csv"
    train.write_text("a")
    (folder / "data" / "test.csv").write_text("a")
    data = Data(path=str(folder), test="test")
    before = fingerprints(data)
    assert set(before) == {str(folder)}
    for name in (".cache", "notes.txt", "run.sqlite"):  # a run may lie in it
        (folder / name).write_text("x")
        assert fingerprints(data) == before, name
    train.write_text("b")
    assert fingerprints(data) != before
    train.write_text("a")
    assert fingerprints(data) == before
    (folder / "data" / "train-2.csv").write_text("a")
    assert fingerprints(data) != before
    (folder / "data" / "train-2.csv").unlink()
    train.rename(folder / "data" / "train-1.csv")
    assert fingerprints(data) != before
    train.with_name("train-1.csv").rename(train)
    (tmp_path / "link").symlink_to(folder)
    linked = fingerprints(Data(path=str(tmp_path / "link"), test="test"))
    assert linked == {str(tmp_path / "link"): before[str(folder)]}
    shutil.rmtree(folder)
    assert fingerprints(data) == {}


def test_of_a_pattern_the_files_that_it_means(tmp_path: Path) -> None:
    data = Data(path=str(tmp_path / "*.jsonl"))
    assert fingerprints(data) == {}
    (tmp_path / "a.jsonl").write_text("{}")
    before = fingerprints(data)
    assert set(before) == {data.path}
    (tmp_path / "b.txt").write_text("{}")
    assert fingerprints(data) == before
    (tmp_path / "b.jsonl").write_text("{}")
    assert fingerprints(data) != before


def test_of_dialogues_their_documents_too(tmp_path: Path) -> None:
    path, documents = tmp_path / "train.json", tmp_path / "multidoc2dial_doc.json"
    path.write_text("{}")
    data = Data(path=str(path), layout="multidoc2dial")
    assert set(fingerprints(data)) == {str(path)}
    documents.write_text("{}")
    assert set(fingerprints(data)) == {str(path), str(documents)}


def test_of_the_lab_and_of_what_is_out_of_reach_nothing() -> None:
    assert fingerprints(Data(path="lab", test="test")) == {}
    assert fingerprints(Data(path="nobody/no-such-data")) == {}


def test_of_the_hub_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    commit = "ab" * 20
    assert fingerprints(Data(path="some/set", revision=commit)) == {"some/set": commit}

    class Hub:
        def dataset_info(self, name: str, **options: Any) -> Any:
            assert (name, options["revision"]) == ("some/set", "v2")
            return type("Info", (), {"sha": commit})

    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    assert fingerprints(Data(path="some/set", revision="v2")) == {"some/set": commit}
