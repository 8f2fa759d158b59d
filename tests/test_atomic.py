from __future__ import annotations

from pathlib import Path

import pytest

from s3ft.atomic import atomic_file, atomic_folder, atomic_text, partial_path


def test_a_text_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for text in ("ümlaut\n", "another\n"):
        atomic_text(path, text)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_encoded_leaves_the_older_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic_text(path, "whole")
    with pytest.raises(UnicodeEncodeError):
        atomic_text(path, "\ud800")
    assert path.read_text() == "whole"
    atomic_text(path, "a\ud800b", errors="replace")
    assert path.read_text() == "a?b"


def test_a_file_is_not_there_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with atomic_file(path) as partial:
        partial.write_bytes(b"123")
        assert not path.exists()
        assert partial.parent == tmp_path
    assert path.read_bytes() == b"123"
    assert not partial.exists()


def test_a_file_that_fails_leaves_the_older_one_and_what_was_written(tmp_path: Path) -> None:
    path, own = tmp_path / "a.bin", tmp_path / "own"
    path.write_bytes(b"older")

    def write_half(partial: Path | None) -> None:
        with atomic_file(path, partial) as place:
            place.write_bytes(b"ha")
            raise KeyboardInterrupt

    for partial, written in ((None, partial_path(path)), (own, own)):
        with pytest.raises(KeyboardInterrupt):
            write_half(partial)
        assert path.read_bytes() == b"older"
        assert written.read_bytes() == b"ha"
    atomic_text(path, "newer")
    assert path.read_text() == "newer"
    assert not partial_path(path).exists()


def test_a_folder_begins_empty_and_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder"
    left = partial_path(path)
    left.mkdir(parents=True)
    (left / "of-a-killed-process").touch()
    with atomic_folder(path) as partial:
        assert list(partial.iterdir()) == []
        (partial / "file").write_text("text")
        assert not path.exists()
    assert (path / "file").read_text() == "text"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_takes_no_other_one_s_place(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "kept").touch()
    with pytest.raises(OSError, match="folder"), atomic_folder(path) as partial:
        (partial / "file").touch()
    assert [each.name for each in path.iterdir()] == ["kept"]
