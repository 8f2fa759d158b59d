"""A file is judged line by line, in order, and its output is there whole or not at all."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processes import heeds_ctrl_c
from s3ft.errors import InputError
from s3ft.judge import judge_file, registry


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, *rows: bytes | dict[str, Any]) -> Path:
    texts = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(texts) + b"\n")
    return path


def test_output_has_a_line_for_each_row(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl",
        b"\xef\xbb\xbf" + json.dumps({"id": "a", "response": "#### 4", "gold": "4"}).encode(),
        {"id": 2, "response": "#### 5", "gold": 4},
        b"",
        b'{"id": "b", "response": "cut of',
        b'{"response": "\xff"}',
        {"response": "#### 4", "gold": "?"},
        b"[" * 100_000,
        {"id": "e", "response": "\ud800 4", "gold": "4"},
        {"id": "é", "response": "#### 4", "gold": ["5", "4"]},
    )
    counts = judge_file("math", {"timeout": 3.0}, source, tmp_path / "out.jsonl")
    rows = lines(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == ["a", 2, "b", None, None, None, "e", "é"]
    correct, incorrect, unknown = "correct", "incorrect", "unknown"
    labels = [correct, incorrect, unknown, unknown, unknown, unknown, correct, correct]
    assert [row["label"] for row in rows] == labels
    assert rows[0] == {
        "id": "a",
        "label": "correct",
        "answer": "4",
        "reason": "4 = 4",
        "code": "equal",
        "judge": "math(timeout=3.0)",
    }
    assert rows[2]["reason"] == "malformed: line 4 is not JSON"
    assert rows[3]["reason"] == "malformed: line 5 is not UTF-8"
    assert (counts.rows, counts.correct, counts.unknown, counts.malformed) == (8, 3, 4, 3)
    assert counts.line() == "8 rows: 3 correct, 1 incorrect, 4 unknown (3 malformed)"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_standard_input_and_output(tmp_path: Path) -> None:
    code = "from s3ft.judge import judge_file; judge_file('match', {}, '-', '-')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps({"id": 1, "response": "a", "gold": "a"}).encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["label"] == "correct"


def test_a_wrong_request_writes_nothing(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"response": "a", "gold": "a"})
    before = source.read_bytes()
    link = tmp_path / "link.jsonl"
    link.symlink_to(source)
    for judge, in_path, out_path in (
        ("match", source, source),
        ("match", source, link),
        ("match", tmp_path / "absent.jsonl", tmp_path / "out.jsonl"),
        ("match", tmp_path, tmp_path / "out.jsonl"),
        ("match", source, tmp_path / "no" / "folder" / "out.jsonl"),
        ("mach", source, tmp_path / "out.jsonl"),
    ):
        with pytest.raises(InputError):
            judge_file(judge, {}, in_path, out_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "link.jsonl"]
    assert source.read_bytes() == before


def test_a_failure_leaves_the_old_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> Any:
        def judge(cases: Any) -> Any:
            for _ in cases:
                raise RuntimeError("endpoint lost")
                yield

        return judge

    monkeypatch.setitem(registry._own, "failing", failing)
    source = write(tmp_path / "in.jsonl", {"response": "a", "gold": "a"})
    out = write(tmp_path / "out.jsonl", {"old": True})
    with pytest.raises(RuntimeError, match="endpoint lost"):
        judge_file("failing", {}, source, out)
    assert lines(out) == [{"old": True}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_a_device_is_written_to_not_replaced(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"response": "a", "gold": "a"})
    assert judge_file("match", {}, source, os.devnull).correct == 1
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.slow
def test_flat_memory_and_order_on_a_long_file(tmp_path: Path) -> None:
    import tracemalloc

    source = tmp_path / "in.jsonl"
    with source.open("w") as out:
        for i in range(8_000):
            row = {"id": i, "response": f"#### {i}", "gold": str(i - i % 2), "pad": "x" * 500}
            out.write(json.dumps(row) + "\n")
    tracemalloc.start()
    counts = judge_file("math", {}, source, tmp_path / "out.jsonl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (counts.correct, counts.incorrect) == (4_000, 4_000)
    assert [row["id"] for row in lines(tmp_path / "out.jsonl")] == list(range(8_000))
    assert peak < 2e6  # the file has 4.5 MB


@pytest.mark.slow
def test_gsm8k_solutions_through_files(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "judged" / "gsm8k_model_solutions.jsonl"
    counts = judge_file("math", {}, source, tmp_path / "out.jsonl")
    assert (counts.correct, counts.incorrect, counts.unknown) == (2001, 3275, 0)


def test_input_is_not_read_ahead_from_a_stream() -> None:
    from s3ft.judges.files import rows_of

    stream = io.BytesIO(b'{"a": 1}\n{"a": 2}\n')
    rows = rows_of(stream)
    assert next(rows) == {"a": 1}
    assert stream.tell() == 9


def command(*arguments: str | Path, here: Path) -> subprocess.Popen[str]:
    (here / "tmp").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "s3ft", "judge", "--judge", *map(str, arguments)],
        cwd=here,
        env={**os.environ, "TMPDIR": str(here / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heeds_ctrl_c,
    )


def begun(here: Path) -> bool:
    """Whether verdicts are being written."""
    return any(path.stat().st_size for path in here.glob(".s3ft-*.tmp"))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_stopped_it_says_what_is_left_and_leaves_nothing(
    number: int, code: int, tmp_path: Path
) -> None:
    row = {"response": "#### 4", "gold": "4", "pad": "x" * 50}
    write(tmp_path / "in.jsonl", *[row] * 100_000)
    process = command("math", "in.jsonl", "out.jsonl", here=tmp_path)
    while not begun(tmp_path):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    said = process.communicate()[1]
    assert (process.returncode, said) == (
        code,
        "s3ft: stopped. Nothing was written to out.jsonl.\n",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "tmp"]
    assert not list((tmp_path / "tmp").iterdir())


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_one_message_and_keeps_what_was_judged(disk: Path, tmp_path: Path) -> None:
    rows = [{"id": n, "response": f"#### {n}", "gold": str(n)} for n in range(3_000)]
    write(tmp_path / "in.jsonl", *rows)
    (disk / "out.jsonl").write_text("old\n")
    process = command("math", "in.jsonl", disk / "out.jsonl", here=tmp_path)
    said = process.communicate()[1]
    assert process.returncode == 1
    assert "no room is left on its disk" in said
    assert said.count("\n") == 2
    assert sorted(path.name for path in disk.iterdir()) == ["out.jsonl", "out.jsonl.partial"]
    assert (disk / "out.jsonl").read_text() == "old\n"
    kept = lines(disk / "out.jsonl.partial")
    assert [row["id"] for row in kept] == list(range(len(kept)))
    assert len(kept) > 500
    assert f"The first {len(kept):,} lines are kept in {disk / 'out.jsonl.partial'};" in said


def test_a_full_device_is_one_message(tmp_path: Path) -> None:
    write(tmp_path / "in.jsonl", {"response": "a", "gold": "a"})
    process = command("match", "in.jsonl", "/dev/full", here=tmp_path)
    said = process.communicate()[1]
    assert process.returncode == 1
    assert said.startswith("s3ft: /dev/full: no room is left on its disk")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "s3ft", "judge", "--judge", "match", "in.jsonl", "-"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("s3ft: standard output: no room is left on its disk")
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"response": "a", "gold": "a"})
    out = tmp_path / ("o" * 255)
    assert judge_file("match", {}, source, out).correct == 1
    assert len(lines(out)) == 1
    with pytest.raises(InputError, match="File name too long"):
        judge_file("match", {}, source, tmp_path / ("o" * 256))
    with pytest.raises(InputError, match="File name too long"):
        judge_file("match", {}, tmp_path / ("i" * 256), out)
