"""A file's rows: whatever its line ends, compressed or not, some of them broken."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from growth import assert_linear
from s3ft.errors import InputError
from s3ft.judges import MalformedRow
from s3ft.judges.files import reading, rows_of

ROWS = [{"id": n, "response": f"é{n}", "gold": str(n)} for n in range(3)]
TEXTS = [json.dumps(row, ensure_ascii=False).encode() for row in ROWS]


def read(path: Path) -> list[Any]:
    with reading(path) as stream:
        return list(rows_of(stream))


def told(rows: list[Any]) -> list[Any]:
    """Rows as they are; of those that cannot be read the id and the reason."""
    return [(row.id, str(row)) if isinstance(row, MalformedRow) else row for row in rows]


@pytest.mark.parametrize(
    "whole",
    [
        b"\n".join(TEXTS),
        b"\xef\xbb\xbf" + b"\r\n".join(TEXTS) + b"\r\n",
        b"\r".join(TEXTS),
        b"\n\n" + b"\n \n".join(TEXTS),
        json.dumps(ROWS).encode(),
        b"\xef\xbb\xbf" + json.dumps(ROWS, indent=2, ensure_ascii=False).encode(),
        gzip.compress(b"\n".join(TEXTS)),
        gzip.compress(json.dumps(ROWS).encode()),
    ],
    ids=["lines", "dos", "old mac", "blank", "list", "pretty list", "gzip", "list in gzip"],
)
def test_rows_in_many_dresses(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(whole)
    assert read(path) == ROWS


@pytest.mark.parametrize(
    ("line", "id", "reason"),
    [
        (b'{"id": "a7", "response": "cut of', "a7", "not JSON"),
        (b'{"response": "x", "id": 7, "gold": [1, {"id": 8}', 7, "not JSON"),
        (b'{"gold": {"id": 8}, "id": 9, "response": }', 9, "not JSON"),
        (b'{"id": "\\u00e9", "gold": \'4\'}', "é", "not JSON"),
        (b'{"gold": {"id": 8, ', None, "not JSON"),
        (b'{"gold": "\\"id\\": 5", ', None, "not JSON"),
        (b'{"id": 7', 7, "not JSON"),
        (b'{"id"', None, "not JSON"),
        (b'{"id" 7}', None, "not JSON"),
        (b'{"id": [1], "x', None, "not JSON"),
        (b"id: 7", None, "not JSON"),
        (b"[" * 100_000, None, "not JSON"),
        (b'{"id": "a", "x": ' + b"[" * 100_000, "a", "not JSON"),
        (b'{"id": "a", "response": "\xff"}', "a", "not UTF-8"),
        (b'{"response": "\xff", "id": "b"}', "b", "not UTF-8"),
        (b'{"id": "\xff", "response": "x"}', None, "not UTF-8"),
    ],
)
def test_a_broken_line_keeps_its_id_where_it_can_be_told(
    line: bytes, id: Any, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join([TEXTS[0], line, TEXTS[1]]))
    assert told(read(path)) == [ROWS[0], (id, f"line 2 is {reason}"), ROWS[1]]


def test_numbers_that_python_does_not_read(tmp_path: Path) -> None:
    path, digits = tmp_path / "rows.jsonl", "7" * 5_000
    path.write_text(f'{{"gold": {digits}}}\n{{"gold": -12}}\n{{"gold": NaN, "x": -Infinity}}\n')
    assert read(path) == [{"gold": digits}, {"gold": -12}, {"gold": None, "x": None}]


def test_lines_that_begin_like_a_list_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"[INFO] begin\n" + TEXTS[0] + b"\n[1]\n")
    assert told(read(path)) == [(None, "line 1 is not JSON"), ROWS[0], [1]]


def test_what_breaks_off_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    many = [json.dumps({"id": n, "response": f"{n * n}"}).encode() for n in range(20_000)]
    path.write_bytes(gzip.compress(b"\n".join(many))[:-2_000])
    *rows, last = read(path)
    assert rows == [json.loads(text) for text in many[: len(rows)]]
    assert len(rows) > 1_000
    assert str(last).startswith(f"the file breaks off after line {len(rows)}: ")


@pytest.mark.parametrize(
    ("whole", "problem"),
    [
        (json.dumps(ROWS[0], indent=2).encode(), "jq -c"),
        (b"PAR1" + bytes(1_000), "is not text"),
        (gzip.compress(b"PAR1" + bytes(1_000)), "is not text"),
        (json.dumps(ROWS[0]).encode("utf-16"), "is not text"),
        (b"\x1f\x8bnothing", "cannot be read"),
        (json.dumps(ROWS, indent=2).encode()[:-4], "is a list that cannot be read"),
    ],
    ids=["pretty", "binary", "binary in gzip", "UTF-16", "no gzip", "half a list"],
)
def test_a_file_of_another_kind_is_refused(whole: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(whole)
    with pytest.raises(InputError, match=problem) as refused:
        read(path)
    assert refused.value.where == str(path)


@pytest.mark.parametrize("begin", [b"", b'{"x": "', b'{"id": '])
@pytest.mark.parametrize(
    "unit", [b" ", b"[", b"{", b"\\", b'"id":', b'{"a":', b"<think>", b"\xff", b"[1,", b'"']
)
def test_time_is_linear_in_a_line_s_length(unit: bytes, begin: bytes) -> None:
    line = begin + unit * (1_000_000 // len(unit))
    assert_linear(lambda size: list(rows_of(io.BytesIO(b"{}\n" + line[:size]))), len(line))
