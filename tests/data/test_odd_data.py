"""Files as people have them: columns that nobody uses, nested ones, and formats of all kinds."""

from __future__ import annotations

import bz2
import datetime
import gzip
import json
import lzma
import math
import uuid
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import PAIR, Write, noted, read, refused

from s3ft import data
from s3ft.recipe import Data

# Columns that nobody uses


def test_an_odd_column_is_left_out_and_named_once(tmp_path: Path) -> None:
    table = pa.table(
        {
            "question": ["1 + 1?", "2 + 2?"],
            "answer": ["2", "4"],
            "score": [1.0, math.nan],
            "big": pa.array([2**63, 2**63 + 1], pa.uint64()),
            "at": pa.array([1, 2], pa.timestamp("ns")),
            "far": pa.array([0, 2**62], pa.timestamp("us")),
            "took": pa.array([5, 6], pa.duration("s")),
            "raw": [b"\xff", None],
            "text": pa.array([b"a", b"\xff"]).view(pa.string()),
            "image": [{"bytes": b"\x89PNG", "path": None}, None],
            "key": pa.array([uuid.UUID(int=1).bytes] * 2, pa.uuid()),
        }
    )
    path = str(tmp_path / "odd.parquet")
    pq.write_table(table, path)
    mapping = {"prompt": "{question}", "completion": "answer"}
    one, two = read(path, **mapping)
    assert one.meta["score"] == 1.0
    assert "score" not in two.meta
    assert two.meta["big"] == 2**63 + 1
    assert one.meta["key"] == str(uuid.UUID(int=1))
    assert json.loads(json.dumps(dict(one.meta), allow_nan=False)) == one.meta
    notes = noted(path, **mapping)
    assert [note.split(" is left out")[0] for note in notes] == [
        f"odd.parquet: column {name!r}" for name in ("took", "raw", "image", "score", "far", "text")
    ]
    assert notes[1].endswith("left out of 1 rows: it is of type bytes, which records cannot hold")
    assert notes[3].endswith("left out of 1 rows: it is nan")
    for column in ("score", "raw", "far", "text"):
        message = refused(path, **mapping, gold=column)
        assert message.startswith(f"odd.parquet: row {1 if column == 'raw' else 2}: {column}: ")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "[1e999]", '{"y": "\\udc00"}', '"\\ud800"'])
def test_what_json_files_hold_that_records_cannot(write: Write, value: str) -> None:
    path = write(f'{{"prompt": "a", "completion": "b", "x": {value}, "y": 1}}\n')
    assert read(path)[0].meta == {"y": 1}
    [note] = noted(path)
    assert note.startswith("train.jsonl: column 'x' is left out of 1 rows: it ")


def test_deep_nesting_in_a_column_that_nobody_uses(write: Write) -> None:
    path = write('{"prompt": "a", "completion": "b", "x": ' + "[" * 900 + "]" * 900 + "}\n")
    assert read(path)[0].completion == "b"


def test_the_index_of_pandas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"question": ["1 + 1?", "2 + 2?"], "answer": ["#### 2", "#### 4"]})
    mapping: dict[str, Any] = {"prompt": "{question}", "completion": "answer"}
    expected = [("1 + 1?", "#### 2"), ("2 + 2?", "#### 4")]

    def pairs(path: Path) -> list[tuple[str, str]]:
        found = read(str(path), **mapping)
        return [(example.prompt[0]["content"], example.completion) for example in found]

    frame.to_csv(tmp_path / "a.csv")
    assert pairs(tmp_path / "a.csv") == expected
    assert noted(str(tmp_path / "a.csv"), **mapping) == [
        "a.csv: a column is left out of 2 rows: it has no name"
    ]
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
    frame.set_index(index).to_csv(tmp_path / "two.csv")
    assert pairs(tmp_path / "two.csv") == expected
    frame.to_csv(tmp_path / "a.tsv", sep="\t")
    assert pairs(tmp_path / "a.tsv") == expected
    odd = frame.iloc[[1, 0]].sort_index(ascending=False)
    odd.to_parquet(tmp_path / "a.parquet")
    assert pairs(tmp_path / "a.parquet") == expected[::-1]
    frame.to_json(tmp_path / "a.json", orient="records")
    assert pairs(tmp_path / "a.json") == expected
    frame.to_json(tmp_path / "lines.json", orient="records", lines=True)
    assert pairs(tmp_path / "lines.json") == expected


def test_columns_of_one_name_matter_only_where_it_is_used(write: Write) -> None:
    path = write("note,prompt,completion,note\nx,a,b,y\n", "a.csv")
    assert read(path)[0].meta == {}
    assert noted(path) == [
        "a.csv: column 'note' is left out of 1 rows: it is the name of several columns"
    ]
    assert "a.csv:2: note: is the name of several columns" in refused(path, gold="note")


def test_missing_values_of_pandas_are_empty_where_that_is_allowed() -> None:
    rows = [
        {"q": "a", "context": math.nan, "id": math.nan, "gold": pd.NA, "a": "b"},
        {"q": "a", "context": pd.NaT, "id": pd.NA, "gold": math.nan, "a": "b"},
    ]
    mapping = Data(path="rows", prompt="{context?}{q}", completion="a")
    for example in data.from_rows(rows, mapping):
        assert example.prompt[0]["content"] == "a"
        assert len(example.id.removesuffix("-2")) == 32
        assert "gold" not in example.meta


# Nested columns, arrays

SQUAD = [
    {"question": "Double 1", "answers": {"text": ["2", "2.0"], "answer_start": [0, 3]}},
    {"question": "Double 2", "answers": {"text": ["4", "4.0"], "answer_start": [0, 3]}},
]


def _formats(folder: Path, rows: list[dict[str, Any]]) -> list[Any]:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, folder / "rows.parquet")
    frame = table.to_pandas()
    return [
        str(path),
        str(folder / "rows.parquet"),
        rows,
        frame.to_dict("records"),  # arrays of NumPy where lists were
        datasets.Dataset.from_list(rows),
        datasets.Dataset.from_list(rows).with_format("numpy"),
    ]


def test_golds_within_a_column_in_every_format(tmp_path: Path) -> None:
    mapping = {"prompt": "question", "completion": "{answers.text.0}", "gold": "answers.text"}
    for source in _formats(tmp_path, SQUAD):
        if isinstance(source, str):
            one, two = read(source, **mapping)
        else:
            one, two = data.from_rows(source, Data(path="rows", **mapping))
        assert (one.completion, one.meta["gold"]) == ("2", ["2", "2.0"])
        assert (two.completion, two.meta["gold"]) == ("4", ["4", "4.0"])
        assert one.meta["answers"] == SQUAD[0]["answers"]


def test_the_first_of_several_accepted_answers_is_the_gold(tmp_path: Path) -> None:
    for source in _formats(tmp_path, [{"question": "Double 1", "answer": ["2", "two"]}]):
        mapping = {"prompt": "question", "completion": "answer"}
        if isinstance(source, str):
            [example] = read(source, **mapping)
        else:
            [example] = data.from_rows(source, Data(path="rows", **mapping))
        assert (example.completion, example.meta["gold"]) == ("2", ["2", "two"])


INSIDE = [
    (
        {"completion": "answers"},
        "answers: is of type dict, not text",
        "data.completion=answers.text",
    ),
    ({"completion": "{answers.text}"}, "answers.text: is of type list", "{answers.text.0}"),
    ({"completion": "question", "gold": "answers"}, "is of type dict", "data.gold=answers.text"),
]


@pytest.mark.parametrize(("options", "problem", "remedy"), INSIDE)
def test_what_lies_inside_is_named(
    write: Write, options: dict[str, str], problem: str, remedy: str
) -> None:
    message = refused(write(SQUAD), prompt="question", **options)
    assert problem in message
    assert f"Name what lies inside: {remedy}" in message


def test_paths(write: Write) -> None:
    row = {
        "q": {"text": "a", "meta": {"id": 7, "level": "hard"}},
        "turns": [{"value": "b"}, {"value": "c"}],
        "q.text": "dotted",
        "image": {"text": "d", "bytes": "\ud800"},
        "id": None,
    }
    path = write([row])

    def prompt(text: str, **options: Any) -> str:
        return read(path, prompt=text, completion="q.meta.level", **options)[0].prompt[0]["content"]

    assert prompt("{q.text}") == prompt("q.text") == "dotted", "a column of that very name is first"
    assert prompt("{turns.1.value}") == "c"
    assert prompt("{image.text}") == "d", "what lies beside it does not matter"
    assert prompt("{q.none?}{image.text}") == "d"
    assert read(path, prompt="q.text", completion="turns.0.value")[0].completion == "b"
    assert read(path, prompt="q.text", completion="q.meta.level", id="q.meta.id")[0].id == "7"
    assert read(path, prompt="q.text", completion="turns.value")[0].meta["gold"] == ["b", "c"]
    assert prompt("q.text", where={"q.meta.level": "hard"}) == "dotted"
    assert "no row of" in refused(path, where={"q.meta.level": "easy"})
    message = refused(path, prompt="q.text", completion="q.meta.grade")
    assert "train.jsonl:1: q.meta.grade: is missing" in message
    message = refused(path, prompt="q.text", completion="q.teext")
    assert "q.teext: is missing\n  Inside 'q' there is: text, meta." in message
    message = refused(path, prompt="{qq.text}", completion="q.text")
    assert "no column 'qq.text'\n  Did you mean 'q.text'?" in message
    assert "turns.9.value: is missing" in refused(path, prompt="q.text", completion="turns.9.value")


def test_arrays_of_numpy_as_chats() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    [example] = data.from_rows([{"messages": np.array(turns, dtype=object)}])
    assert (example.prompt, example.completion) == (tuple(turns[:1]), "b")
    rows = [{"q": "a", "gold": np.array(["b", "c"]), "a": np.str_("b"), "id": np.int64(3)}]
    [example] = data.from_rows(rows, Data(path="rows", prompt="q", completion="a"))
    assert (example.id, example.meta) == ("3", {"q": "a", "gold": ["b", "c"], "a": "b"})
    assert data.from_rows(rows, Data(path="rows", prompt="q", completion="a", where={"gold": 1}))


# Files


def _zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


PACKED = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": _zstd}


@pytest.mark.parametrize("ending", PACKED)
def test_packed_text_of_every_format(write: Write, ending: str) -> None:
    rows = [{"prompt": f"☃ {n}", "completion": f'"{n}"\n,'} for n in range(300)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    frame = pd.DataFrame(rows)
    formats = {
        ".jsonl": lines,
        ".ndjson": lines,
        ".json": json.dumps(rows),
        ".csv": frame.to_csv(index=False),
        ".tsv": frame.to_csv(index=False, sep="\t"),
    }
    expected = read(write(rows))
    for name, text in formats.items():
        assert read(write(text, f"a{name}")) == expected, name
        assert read(write(PACKED[ending](text.encode()), f"a{name}{ending}")) == expected, name
    whole = PACKED[ending](lines.encode())
    assert "a.jsonl" in refused(write(whole[:-30], f"a.jsonl{ending}"))
    assert "cannot be read" in refused(write(whole[:-30], f"a.jsonl{ending}"))
    assert "cannot be read" in refused(write(b"no such thing", f"a.jsonl{ending}"))
    joined = whole + PACKED[ending](json.dumps(PAIR).encode())
    assert len(read(write(joined, f"a.jsonl{ending}"))) == 301


def test_endings(write: Write) -> None:
    assert read(write([PAIR], "A.JSONL"))[0].completion == "4"
    for name in ("a.txt", "a.gz", "a.parquet.gz", "a"):
        message = refused(write("x", name))
        assert "is of an unknown format\n  Known endings: .jsonl, .ndjson, .json, .csv" in message
        assert ".zst" in message


def test_tsv_says_the_line(write: Write) -> None:
    path = write('prompt\tcompletion\n"a\tb\nc"\td\nlast\t\n', "a.tsv")
    assert "a.tsv:4: completion: is empty" in refused(path)
    assert "a.tsv:3: has 3 cells" in refused(write("prompt\tcompletion\na\tb\na\tb\tc\n", "a.tsv"))


def test_old_line_ends_are_told(write: Write) -> None:
    for name, text in (("a.csv", "prompt,completion\ra,b\r"), ("a.jsonl", '{"prompt": 1}\r{}\r')):
        assert "end as on old Macs, in CR: convert them to LF" in refused(write(text, name))


def test_columns_of_one_name_in_parquet(tmp_path: Path) -> None:
    path = str(tmp_path / "a.parquet")
    columns = {"prompt": "a", "completion": "b", "n": 1}
    table = pa.table([*([value] for value in columns.values()), [2]], names=[*columns, "n"])
    pq.write_table(table, path)
    assert read(path)[0].meta == {}
    assert "n: is the name of several columns" in refused(path, gold="n")


def test_types_of_arrow(tmp_path: Path) -> None:
    table = pa.table(
        {
            "prompt": pa.array(["a", "b"], pa.large_string()),
            "completion": pa.array(["c", "d"]).dictionary_encode(),
            "views": pa.array(["e", "f"], pa.string_view()),
            "many": pa.array([["g"], []], pa.large_list(pa.large_string())),
            "fixed": pa.array([[1, 2], [3, 4]], pa.list_(pa.int8(), 2)),
            "structs": [[{"k": "v", "n": 1}], []],
            "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
            "half": pa.array(np.array([1.5, 2.5], np.float16)),
            "day": pa.array([datetime.date(2024, 1, 2), None]),
            "at": pa.array([datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC), None]),
            "nothing": pa.nulls(2),
        }
    )
    path = str(tmp_path / "a.parquet")
    pq.write_table(table, path)
    one, two = read(path)
    assert (one.prompt[0]["content"], one.completion, two.completion) == ("a", "c", "d")
    assert one.meta == {
        "views": "e",
        "many": ["g"],
        "fixed": [1, 2],
        "structs": [{"k": "v", "n": 1}],
        "map": [["k", 1]],
        "half": 1.5,
        "day": "2024-01-02",
        "at": "2024-01-02T00:00:00+00:00",
        "nothing": None,
    }


def test_categories_of_pandas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"prompt": ["a", "b"], "completion": ["c", "c"], "when": pd.NaT})
    frame["completion"] = frame["completion"].astype("category")
    frame.to_parquet(tmp_path / "a.parquet")
    assert [example.completion for example in read(str(tmp_path / "a.parquet"))] == ["c", "c"]
    rows = frame.to_dict("records")
    assert [example.meta for example in data.from_rows(rows)] == [{}, {}]


# Data sets with features


def test_images_are_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    features = datasets.Features(
        {
            "prompt": datasets.Value("string"),
            "completion": datasets.Value("large_string"),
            "image": datasets.Image(),
            "pages": datasets.List(datasets.Image()),
            "kind": datasets.ClassLabel(names=["a", "b"]),
            "answers": {"text": datasets.List(datasets.Value("string"))},
        }
    )
    broken = {"bytes": b"no image at all", "path": "a.png"}
    row = PAIR | {"image": broken, "pages": [broken], "kind": 1, "answers": {"text": ["4"]}}
    table = pa.Table.from_pylist([row], schema=features.arrow_schema)
    dataset = datasets.Dataset(table)
    folder = tmp_path / "set"
    folder.mkdir()
    pq.write_table(table, folder / "train.parquet")
    expected = {"kind": 1, "answers": {"text": ["4"]}}
    assert [e.meta for e in data.from_rows(dataset)] == [expected]
    assert [e.meta for e in read(str(folder))] == [expected]
    assert [e.meta for e in read(str(folder / "train.parquet"))] == [expected]
    [image, pages] = noted(str(folder))
    assert "column 'image' is left out of 1 rows: it is of type bytes" in image
    assert "column 'pages'" in pages


def test_data_sets_of_other_kinds() -> None:
    rows = datasets.Dataset.from_list([PAIR] * 3)

    def shout(batch: dict[str, list[str]]) -> dict[str, list[str]]:
        return batch | {"completion": [f"{text}!" for text in batch["completion"]]}

    def completions(found: Any) -> list[str]:
        return [example.completion for example in data.from_rows(found)]

    assert completions(rows.to_iterable_dataset()) == ["4"] * 3
    assert completions(datasets.IterableDataset.from_generator(lambda: iter([PAIR]))) == ["4"]
    assert completions(rows.with_transform(shout)) == ["4!"] * 3
    assert completions(rows.shuffle(seed=0).select([0])) == ["4"]


def test_turns_of_several_shapes_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`datasets` keeps what it cannot give one type as JSON."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "set"
    folder.mkdir()
    parts = [{"type": "text", "text": "b"}]
    rows = [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": said}]}
        for said in ("b", parts)
    ]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [example.completion for example in read(str(folder))] == ["b", "b"]
    rows[1]["messages"][1]["tool_calls"] = [{"function": {"name": "f", "arguments": {"n": 1}}}]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    [_, called] = read(str(folder))
    assert called.completion == 'b\n<tool_call>\n{"name": "f", "arguments": {"n": 1}}\n</tool_call>'


def test_a_data_set_saved_to_disk_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.Dataset.from_list([PAIR]).save_to_disk(tmp_path / "set")
    assert "to_parquet('train.parquet')" in refused(str(tmp_path / "set"))


# The small inputs that went wrong


def test_cases(shared_cases: Path) -> None:
    odd: dict[str, Any] = {"prompt": "{question}", "completion": "answer"}
    for name, rows in (("odd.parquet", 8), ("nan.parquet", 8), ("pandas_index.csv", 8)):
        path = str(shared_cases / "data" / name)
        assert len(read(path, **odd)) == rows
        assert noted(path, **odd)
    squad: dict[str, Any] = {"prompt": "question", "completion": "answers.text.0"}
    path = str(shared_cases / "data" / "squad_like.jsonl")
    assert read(path, gold="answers.text", **squad)[0].meta["gold"] == ["2", "2.0"]
    messages = shared_cases / "messages"
    call = '<tool_call>\n{"name": "double", "arguments": {"n": 1}}\n</tool_call>'
    assert read(str(messages / "tools.jsonl"))[0].completion == f"I call it.\n{call}"
    assert read(str(messages / "reasoning.jsonl"))[0].reasoning == "1+1 gives 2."
    blocks = read(str(messages / "think_gold.jsonl"))
    assert (blocks[0].completion, blocks[0].reasoning) == ("The answer is 2.", "Twice 1 is 2.")
