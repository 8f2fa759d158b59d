"""A file is judged line by line, in order, and its output is there whole or not at all."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
        b"{not json",
        b'{"response": "\xff"}',
        {"response": "#### 4", "gold": "?"},
        b"[" * 100_000,
        {"id": "e", "response": "\ud800 4", "gold": "4"},
        {"id": "é", "response": "#### 4", "gold": ["5", "4"]},
    )
    counts = judge_file("math", {"timeout": 3.0}, source, tmp_path / "out.jsonl")
    rows = lines(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == ["a", 2, None, None, None, None, "e", "é"]
    correct, incorrect, unknown = "correct", "incorrect", "unknown"
    labels = [correct, incorrect, unknown, unknown, unknown, unknown, correct, correct]
    assert [row["label"] for row in rows] == labels
    assert rows[0] == {
        "id": "a",
        "label": "correct",
        "answer": "4",
        "reason": "4 = 4",
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


def test_gsm8k_solutions_through_files(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "judged" / "gsm8k_model_solutions.jsonl"
    counts = judge_file("math", {}, source, tmp_path / "out.jsonl")
    assert (counts.correct, counts.incorrect, counts.unknown) == (2001, 3275, 0)


def test_input_is_not_read_ahead_from_a_stream() -> None:
    from s3ft.judge._lines import rows_of

    stream = io.BytesIO(b'{"a": 1}\n{"a": 2}\n')
    rows = rows_of(stream)
    assert next(rows) == {"a": 1}
    assert stream.tell() == 9
