"""Data sets to examples: what is read, what is refused, and where the message points."""

from __future__ import annotations

import csv
import datetime
import decimal
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from reading import PAIR, Write, read, refused

from s3ft import data
from s3ft.errors import InputError
from s3ft.recipe import Data

# Formats


def test_prompt_and_completion(write: Write) -> None:
    row = {"id": "a", **PAIR, "tests": ["assert f() == 1"], "level": 3}
    [example] = read(write([row]))
    assert example.id == "a"
    assert example.prompt == ({"role": "user", "content": "2 + 2?"},)
    assert example.completion == "4"
    assert example.meta == {"tests": ["assert f() == 1"], "level": 3}


def test_conversational_prompt_and_completion(write: Write) -> None:
    turns = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "2 + 2?"},
    ]
    answer = [{"role": "assistant", "content": "4"}]
    [pair] = read(write([{"prompt": turns, "completion": answer}]))
    [chat] = read(write([{"messages": turns + answer}]))
    assert pair == chat
    assert list(pair.prompt) == turns
    assert pair.completion == "4"


def test_system_message_is_put_before_every_prompt(write: Write) -> None:
    path = write([PAIR])
    [example] = read(path, system="Be brief.")
    assert [turn["role"] for turn in example.prompt] == ["system", "user"]
    assert example.id == read(path)[0].id, "the id is the row's, whatever the system message"
    chat = [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]
    message = refused(write([{"prompt": chat, "completion": "z"}]), system="Be brief.")
    assert "train.jsonl:1: data.system" in message


CHATS: list[tuple[Any, str]] = [
    ([{"role": "user", "content": "a"}], "messages: does not end in an assistant turn"),
    ([{"role": "assistant", "content": "a"}], "messages: asks nothing"),
    ([], "messages: is an empty list"),
    ("a chat", "messages: is of type str, not text or a list of messages"),
    ([{"role": "human", "content": "a"}], "messages[0].role: is 'human'\n  Known roles: system"),
    ([{"role": "user", "content": " "}], "messages[0].content: is empty"),
    ([{"role": "user", "content": ["a"]}], "messages[0].content[0]: is of type str"),
    ([{"from": "human", "value": "a"}], "messages[0]: is not a message but a turn of ShareGPT's"),
    (["a"], "messages[0]: is not a message"),
]


@pytest.mark.parametrize(("chat", "words"), CHATS)
def test_wrong_chats(write: Write, chat: Any, words: str) -> None:
    right = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert f"train.jsonl:2: {words}" in refused(write([{"messages": right}, {"messages": chat}]))


def test_completion_is_one_assistant_message(write: Write) -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    message = refused(write([{"prompt": "q", "completion": turns}]))
    assert "completion: must be one assistant message, and has 2 (user, assistant)" in message


def test_unmapped_columns_and_sharegpt_say_what_to_do(write: Write) -> None:
    message = refused(write([{"question": "q", "answer": "a"}]))
    assert "neither prompt and completion, nor messages" in message
    assert "Columns there: question, answer" in message
    assert '"from" into "role"' in refused(write([{"conversations": []}]))


# Mapping


def test_template_is_filled_in_one_pass(write: Write) -> None:
    row = {"question": "What is {answer}? {{x}}", "answer": "{question} 4", "n": 7}
    [example] = read(
        write([row]), prompt="{{n}} = {n}: {question}", completion="The answer: {answer}"
    )
    assert example.prompt[0]["content"] == "{n} = 7: What is {answer}? {{x}}"
    assert example.completion == "The answer: {question} 4"
    assert example.meta == row


def test_a_column_of_that_very_name_is_no_template(write: Write) -> None:
    [example] = read(write([{"{q}": "a", "q": "b", "c": "d"}]), prompt="{q}", completion="c")
    assert example.prompt[0]["content"] == "a"


def test_optional_placeholder_may_be_empty_and_others_may_not(write: Write) -> None:
    path = write([{"i": "do", "input": "", "o": "x"}, {"i": "do", "input": None, "o": "x"}])
    texts = [e.prompt[0]["content"] for e in read(path, prompt="{i} {input?}", completion="o")]
    assert texts == ["do ", "do "]
    message = refused(path, prompt="{i} {input}", completion="o")
    assert message.startswith("train.jsonl:1: input: is empty\n  1 more:\n  train.jsonl:2: input")


MAPPINGS = [
    ({"prompt": "questions", "completion": "answer"}, "data.prompt: train.jsonl:1 has no column"),
    ({"prompt": "questions", "completion": "answer"}, "Did you mean 'question'?"),
    ({"prompt": "{questions}", "completion": "answer"}, "Did you mean 'question'?"),
    ({"prompt": "Answer this.", "completion": "answer"}, "Columns there: question, answer, n"),
    ({"prompt": "{question", "completion": "answer"}, "a literal brace is written '{{'"),
    ({"prompt": "{question}", "completion": "n"}, 'completion as a template, "{n}"'),
    ({"prompt": "{list}", "completion": "answer"}, "list: is of type list; a template takes"),
    ({"prompt": "question"}, "data.completion: train.jsonl:1 has no column 'completion'"),
    ({"prompt": "question", "completion": "answer", "id": "idd"}, "data.id: train.jsonl:1 has no"),
    ({"prompt": "question", "completion": "answer", "gold": "x"}, "data.gold: train.jsonl:1 has"),
    ({"prompt": "question", "completion": "answer", "gold": "list"}, "list: has no accepted"),
    ({"prompt": "question", "completion": "answer", "id": "list"}, "list: is of type list; an id"),
]


@pytest.mark.parametrize(("options", "words"), MAPPINGS)
def test_wrong_mappings(write: Write, options: dict[str, str], words: str) -> None:
    row = {"question": "q", "answer": "a", "n": 3, "list": []}
    assert words in refused(write([row]), **options)


def test_whole_numbers_are_written_as_people_write_them(write: Write) -> None:
    rows = [{"q": "?", "a": number} for number in (51.0, 0.5, 7, -3.0)]
    found = [example.completion for example in read(write(rows), prompt="q", completion="{a}")]
    assert found == ["51", "0.5", "7", "-3"]


def test_line_ends_of_windows_become_line_feeds(write: Write) -> None:
    thought = {"role": "assistant", "content": "x\r\ny", "reasoning_content": "so\r\nit is"}
    chat = [{"role": "user", "content": "a\r\nb"}, thought]
    [example] = read(write([{"messages": chat}]))
    assert example.prompt[0]["content"] == "a\nb"
    assert (example.completion, example.reasoning) == ("x\ny", "so\nit is")
    [example] = read(write([{"q": "a\r\nb", "a": "x\r\n"}]), prompt="Q: {q}", completion="a")
    assert (example.prompt[0]["content"], example.completion) == ("Q: a\nb", "x\n")


def test_history_is_put_before_a_prompt_that_is_text(write: Write) -> None:
    earlier = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    rows = [{"q": "2 + 2?", "a": "4", "before": earlier}, {"q": "3?", "a": "3", "before": []}]
    options = {"prompt": "{q}", "completion": "a", "history": "before"}
    first, second = read(write(rows), **options)
    assert first.prompt == (*earlier, {"role": "user", "content": "2 + 2?"})
    assert len(second.prompt) == 1
    assert "no column 'nowhere'" in refused(write(rows), **{**options, "history": "nowhere"})
    rows[0]["before"] = [{"role": "user", "text": "Hello"}]
    assert "train.jsonl:1: before[0]" in refused(write(rows), **options)
    chat = [{"q": earlier[:1], "a": "4", "before": earlier}]
    message = refused(write(chat), prompt="q", completion="a", history="before")
    assert "q: is a chat, which holds the earlier turns itself" in message
    assert "data.history" in refused(write([{"messages": earlier, "before": []}]), history="before")


def test_several_files_by_a_pattern(write: Write) -> None:
    write([{"id": "1", **PAIR}], "b.jsonl")
    write([{"id": "1", **PAIR}], "[a].jsonl")
    path = Path(write([{"id": "2", **PAIR}], "[c].jsonl")).parent
    assert "b.jsonl:1: id: '1' is also the id of" in refused(str(path / "*.jsonl"))
    write([{"id": "3", **PAIR}], "b.jsonl")
    assert [example.id for example in read(str(path / "*.jsonl"))] == ["1", "2", "3"]
    assert [example.id for example in read(str(path / "[c].jsonl"))] == ["2"]
    assert "there are no such files" in refused(str(path / "x*.jsonl"))
    write([PAIR], "b.jsonl")
    write([PAIR], "[c].jsonl")
    assert len({example.id for example in read(str(path / "*.jsonl"))}) == 3


def test_gold_becomes_a_list_of_texts(write: Write) -> None:
    rows: list[dict[str, Any]] = [{**PAIR, "a": a} for a in ("x", 4, 0.5, ["x", 4])]
    found = [example.meta["gold"] for example in read(write(rows), gold="a")]
    assert found == [["x"], ["4"], ["0.5"], ["x", "4"]]
    default = read(write([{**PAIR, "gold": "x"}, {**PAIR, "gold": None}, PAIR]))
    assert [example.meta.get("gold") for example in default] == [["x"], None, None]


# Identity


def test_ids_are_columns_or_hashes_and_no_row_is_lost(write: Write) -> None:
    other = {"prompt": "3 + 3?", "completion": "6"}
    rows = [PAIR, {**PAIR, "id": 7}, other, PAIR, PAIR]
    first, own, second, copy, third = (example.id for example in read(write(rows)))
    assert own == "7"
    assert len(first) == len(second) == 32
    assert (copy, third) == (f"{first}-2", f"{first}-3")
    assert read(write([other]))[0].id == second, "the content alone decides"


def test_duplicate_ids_name_both_rows(write: Write) -> None:
    rows = [{"id": "a", **PAIR}, {"id": "b", **PAIR}, {"id": "a", **PAIR}]
    message = refused(write(rows))
    assert "train.jsonl:3: id: 'a' is also the id of" in message
    assert "train.jsonl:1" in message
    named = [{"key": 1, **PAIR}, {"key": 1, **PAIR}]
    assert "train.jsonl:2: key: '1' is also the id" in refused(write(named), id="key")


# Rows


def test_where_and_limits(write: Write) -> None:
    rows = [{**PAIR, "id": n, "level": n % 3, "hard": n % 2 == 0} for n in range(12)]
    path = write(rows)
    assert [e.id for e in read(path, where={"level": 1})] == ["1", "4", "7", "10"]
    assert [e.id for e in read(path, where={"level": 1, "hard": True})] == ["4", "10"]
    assert [e.id for e in read(path, where={"level": 1}, max_train=2)] == ["1", "4"]
    assert len(read(path, max_test=2)) == 12
    assert len(read(path, "test", test=path, max_test=2)) == 2
    message = refused(path, where={"levels": 1})
    assert "data.where: train.jsonl has no column 'levels'\n  Did you mean 'level'?" in message
    message = refused(path, where={"level": 5})
    assert "no row of train.jsonl has level=5\n  Seen there: level: 0, 1, 2." in message
    assert "no row" in refused(path, where={"level": True}), "true is not 1"


BAD_ROWS: list[tuple[Any, str]] = [
    (b'{"prompt": "a", "completion": "\xff"}\n', "train.jsonl:2: is not UTF-8: byte 0xff at"),
    ('{"prompt": "a", "com', "train.jsonl:2: is not JSON: Unterminated string"),
    ('{"prompt": "a", "com', "ends in the middle of this line"),
    ("[1]\n", "train.jsonl:2: is a list, not an object"),
    ('{"prompt": "a", "completion": NaN}\n', "train.jsonl:2: completion: is nan"),
    ('{"prompt": "a", "completion": -Infinity}\n', "train.jsonl:2: completion: is -inf"),
    ('{"prompt": "a", "completion": "b", "gold": [1e999]}\n', "train.jsonl:2: gold[0]: is inf"),
    ('{"prompt": "a", "completion": "b"},\n', "train.jsonl:2: is not JSON: Extra data at col"),
    ('{"prompt": "a", "completion": "b",}\n', "train.jsonl:2: is not JSON: "),
    ('{"prompt": "a", "completion": "\\ud800"}\n', "train.jsonl:2: completion: has half a char"),
    ('{"prompt": "a", "completion": "b", "gold": ["\\udc00"]}\n', "train.jsonl:2: gold[0]: has h"),
    ('{"prompt": "a"}\n', "train.jsonl:2: completion: is missing"),
    ('{"prompt": "a", "completion": null}\n', "train.jsonl:2: completion: is null"),
    ('{"prompt": "", "completion": "b"}\n', "train.jsonl:2: prompt: is empty"),
    ('{"prompt": " \\n", "completion": "b"}\n', "train.jsonl:2: prompt: is empty"),
    ('{"prompt": {"a": 1}, "completion": "b"}\n', "train.jsonl:2: prompt: is of type dict"),
    ('{"prompt": "a", "completion": 4}\n', "train.jsonl:2: completion: is the number 4, not text"),
    ('{"prompt": "a", "completion": true}\n', "train.jsonl:2: completion: is the number True"),
    ('{"prompt": "a", "completion": "b", "id": 1.5}\n', "train.jsonl:2: id: is of type float"),
    ('{"prompt": "a", "completion": "b", "gold": [true]}\n', "train.jsonl:2: gold: is of type"),
    ("[" * 100_000 + "\n", "train.jsonl:2: is not JSON: it is nested too deeply"),
]


@pytest.mark.parametrize(("line", "words"), BAD_ROWS)
def test_bad_rows_name_line_and_column(write: Write, line: str | bytes, words: str) -> None:
    line = line if isinstance(line, bytes) else line.encode()
    assert words in refused(write(json.dumps(PAIR).encode() + b"\n" + line))


def test_bad_utf8_gives_the_offset_in_the_file(write: Write) -> None:
    content = json.dumps(PAIR).encode() + b'\n{"prompt": "\xe9"}\n'
    assert f"at offset {content.index(0xE9)} of the file" in refused(write(content))


def test_several_problems_make_one_message_and_examples_stop_at_the_first(write: Write) -> None:
    rows = [PAIR, {**PAIR, "prompt": ""}, *[{**PAIR, "completion": None}] * 7, PAIR]
    examples = data.read(Data(path=write(rows)), "train")
    assert next(examples).completion == "4"
    with pytest.raises(InputError) as error:
        next(examples)
    assert error.value.where.endswith("train.jsonl:2: prompt")
    assert "7 more:" in error.value.remedy
    assert "train.jsonl:6: completion: is null\n  ..." in error.value.remedy
    assert "train.jsonl:7" not in error.value.remedy


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", ""),
        ("a.jsonl", "\n  \n"),
        ("a.json", "[]"),
        ("a.csv", ""),
        ("a.csv", "prompt,completion\n"),
    ],
)
def test_no_rows(write: Write, name: str, content: str) -> None:
    assert "has no rows" in refused(write(content, name))


# Files


def test_same_rows_from_every_format(write: Write, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"prompt": f'"Ü"\n{n}, ☃', "completion": f"{n}"} for n in range(1200)]
    path = write(rows)
    expected = read(path)
    assert len(expected) == 1200
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(Path(path).read_bytes()))
    write(Path(path).read_bytes().replace(b"\n", b"\r\n\r\n"), "crlf.jsonl")
    write(b"\xef\xbb\xbf" + Path(path).read_bytes(), "bom.jsonl")
    write(Path(path).read_bytes(), "lines.json")
    write(json.dumps(rows, indent=1), "a.json")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, ["prompt", "completion"])
        writer.writeheader()
        writer.writerows(rows)
    for name in ("a.jsonl.gz", "crlf.jsonl", "bom.jsonl", "lines.json", "a.json", "a.parquet"):
        assert read(str(tmp_path / name)) == expected, name
    assert read(str(tmp_path / "a.csv")) == expected
    assert list(data.from_rows(rows)) == expected


@pytest.mark.parametrize(
    "content",
    [
        "prompt;completion\n2 + 2?;4\n",
        '"prompt";"completion"\n"2 + 2?";"4"\n',
        "prompt\tcompletion\n2 + 2?\t4\n",
        '"prompt","completion; in words"\n2 + 2?,4\n',
    ],
)
def test_csv_as_spreadsheets_write_it(write: Write, content: str) -> None:
    columns = {"prompt": "prompt", "completion": "completion; in words"}
    mapping = columns if "in words" in content else {}
    [example] = read(write(content, "rows.csv"), **mapping)
    assert (example.prompt[0]["content"], example.completion) == ("2 + 2?", "4")


def test_csv_is_text_and_says_the_line(write: Write) -> None:
    text = 'prompt,completion,n,ok\n"two\nlines",a,3,True\n\nlast,,4,False\n'
    path = write(text, "a.csv")
    assert "a.csv:5: completion: is empty" in refused(path)
    [example] = read(path, where={"n": 3, "ok": True})
    assert example.meta == {"n": "3", "ok": "True"}
    long = "x" * 200_000
    assert read(write(f"prompt,completion\n{long},a\n", "a.csv"))[0].prompt[0]["content"] == long


CSVS: list[tuple[str | bytes, str]] = [
    ("prompt,completion\na,b\na,b,c\n", "a.csv:3: has 3 cells where the header has 2"),
    ('prompt,completion\na,b\n"a,b\n', "a.csv:3: is not CSV: unexpected end of data"),
    ("prompt,prompt,completion\na,b,c\n", "a.csv:2: prompt: is the name of several columns"),
    ("prompt,\na,b\n", "neither prompt and completion, nor messages\n  Say"),
    (b"prompt,completion\na,\xff\n", "a.csv:2: is not UTF-8: byte 0xff at offset 20"),
]


@pytest.mark.parametrize(("content", "words"), CSVS)
def test_bad_csv(write: Write, content: str | bytes, words: str) -> None:
    assert words in refused(write(content, "a.csv"))


def test_parquet_values_become_json(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = {
        **PAIR,
        "day": datetime.date(2024, 1, 2),
        "time": datetime.datetime(2024, 1, 2, 3, 4),
        "price": decimal.Decimal("1.50"),
        "inner": {"a": [1, None]},
        "none": None,
    }
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    [example] = read(str(path))
    assert example.meta == {
        "day": "2024-01-02",
        "time": "2024-01-02T03:04:00",
        "price": "1.50",
        "inner": {"a": [1, None]},
        "none": None,
    }
    pq.write_table(pa.Table.from_pylist([PAIR | {"x": 1.0}, PAIR | {"x": float("nan")}]), path)
    assert "a.parquet: row 2: x: is nan" in refused(str(path), gold="x")
    pq.write_table(pa.Table.from_pylist([PAIR | {"image": b"\x89PNG"}]), path)
    assert "a.parquet: row 1: image: is of type bytes" in refused(str(path), completion="image")


def test_parquet_with_bad_utf8_names_the_row(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = pa.array([b"a", b"\xff", b"c"]).view(pa.string())
    pq.write_table(
        pa.table({"prompt": texts, "completion": ["1", "2", "3"]}), tmp_path / "a.parquet"
    )
    assert refused(str(tmp_path / "a.parquet")).startswith("a.parquet: row 2: prompt: is not UTF-8")


def test_files_that_cannot_be_read(write: Write, tmp_path: Path) -> None:
    assert "no such file" in refused(str(tmp_path / "none.jsonl"))
    (tmp_path / "folder.jsonl").mkdir()
    assert "is a folder" in refused(str(tmp_path / "folder.jsonl"))
    assert "Known endings: .jsonl" in refused(write("x", "a.txt"))
    assert "not a readable Parquet file" in refused(write("x", "a.parquet"))
    assert "cannot be read" in refused(write("x", "a.jsonl.gz"))
    whole = gzip.compress(json.dumps(PAIR).encode() * 1000)
    assert "cannot be read" in refused(write(whole[:-20], "a.jsonl.gz"))
    assert "a.json:2: is not JSON" in refused(write('[{"prompt": "a"},\n{"b": ]', "a.json"))
    assert "a.json: item 2: is a int" in refused(
        write('[{"prompt": "a", "completion": "b"}, 3]', "a.json")
    )
    assert "neither a list of objects, nor one object" in refused(
        write('{\n"prompt": \n}', "a.json")
    )
    assert "there is no file or folder" in refused("none/such/place")


def test_test_split_of_files(write: Write) -> None:
    path = write([PAIR])
    assert "data.test: is not set" in refused(path, "test")
    assert "one file without splits" in refused(path, "test", test="test")
    assert "no such file" in refused(path, "test", test="none.jsonl")
    [example] = read(path, "test", test=write([{**PAIR, "id": "t"}], "t.jsonl"))
    assert example.id == "t"


# Rows in memory, the lab, folders, the Hub


def test_rows_in_memory() -> None:
    import datasets
    import numpy as np

    rows = [{"q": "a", "n": np.int64(3), "v": np.array([1.5, 2.5])}]
    mapping = Data(path="rows", prompt="{q}", completion="{n}")
    [example] = data.from_rows(rows, mapping)
    assert (example.completion, example.meta) == ("3", {"q": "a", "n": 3, "v": [1.5, 2.5]})
    assert [e.completion for e in data.from_rows(datasets.Dataset.from_list([PAIR]))] == ["4"]
    with pytest.raises(InputError, match="rows: row 2: x: is nan"):
        list(data.from_rows([PAIR | {"x": 1}, PAIR | {"x": float("nan")}], Data(path="", gold="x")))
    with pytest.raises(InputError, match="mine: row 1: is of type str, not a mapping"):
        list(data.from_rows(["a"], name="mine"))  # type: ignore[list-item]


def test_lab() -> None:
    train, test = read("lab", max_train=50), read("lab", "test", test="test", max_test=50)
    assert len(train) == len(test) == 50
    assert not {e.prompt[0]["content"] for e in train} & {e.prompt[0]["content"] for e in test}
    with pytest.raises(InputError):
        read("lab", name="no-such-task")


def test_folder_in_hub_layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "set"
    folder.mkdir()
    card = "---\nconfigs:\n"
    for name, split in (("one", "train"), ("two", "dev")):
        (folder / f"{name}.jsonl").write_text(json.dumps({**PAIR, "id": name}) + "\n")
        card += (
            f"- config_name: {name}\n  data_files:\n  - {{split: {split}, path: {name}.jsonl}}\n"
        )
    (folder / "README.md").write_text(card + "---\n")
    path = str(folder)
    assert [e.id for e in read(path, name="one")] == ["one"]
    assert [e.id for e in read(path, "test", name="two", test="dev")] == ["two"]
    own = str(folder / "two.jsonl")
    assert [e.id for e in read(path, "test", name="one", test=own)] == ["two"]
    message = refused(path, name="two")
    assert message.startswith("data.train:")
    assert "['dev']" in message
    assert "['one', 'two']" in refused(path)
    message = refused(path, name="three")
    assert message.startswith("data.name:")
    assert "['one', 'two']" in message
    (folder / "one.jsonl").write_text(json.dumps({**PAIR, "id": "changed"}) + "\n")
    assert [e.id for e in read(path, name="one")] == ["changed"], "not what was cached before"
    (folder / "one.jsonl").write_text(json.dumps(PAIR) + "\n" + json.dumps(PAIR) + "\n")
    assert len(list(read(path, name="one"))) == 2, "nor is its size held against what is there"
    (folder / "one.jsonl").write_text(json.dumps(PAIR) + '\n{"prompt": \n')
    assert "cannot be loaded" in refused(path, name="one")
    (tmp_path / "empty").mkdir()
    assert "any data files" in refused(str(tmp_path / "empty"))


def test_hub_out_of_reach() -> None:
    with pytest.raises(InputError) as error:
        read("nobody/no-such-data")
    assert str(error.value).startswith("data.path: nobody/no-such-data cannot be loaded")
    assert "HF_HUB_OFFLINE" in error.value.remedy


# Real data


def test_gsm8k(shared_data: Path) -> None:
    folder = shared_data / "gsm8k"
    options: dict[str, Any] = {
        "test": str(folder / "test.jsonl"),
        "prompt": "{question}",
        "completion": "answer",
    }
    train = read(str(folder / "train.jsonl"), **options)
    test = read(str(folder / "train.jsonl"), "test", **options)
    assert (len(train), len(test)) == (7473, 1319)
    assert len({example.id for example in train}) == 7473
    assert test[0].prompt[0]["content"].startswith("Janet’s ducks lay 16 eggs")
    assert test[0].completion.endswith("#### 18")


def test_mbpp_and_truthfulqa(shared_data: Path) -> None:
    path = str(shared_data / "mbpp" / "mbpp.jsonl")
    mbpp = read(path, prompt="{text}\n{test_setup_code?}", completion="code", id="task_id")
    assert len(mbpp) == 974
    assert mbpp[0].id == "1"
    assert mbpp[0].completion.startswith("R = 3\nC = 3\ndef min_cost(cost, m, n): \n\ttc")
    assert not any("\r\n" in example.completion for example in mbpp)
    assert mbpp[0].meta["test_list"][0].startswith("assert min_cost(")
    path = str(shared_data / "truthfulqa" / "TruthfulQA.csv")
    questions = read(path, prompt="Q: {Question}", completion="Best Answer", gold="Best Answer")
    assert len(questions) == 790
    assert all(example.meta["gold"] == [example.completion] for example in questions)


def test_replayed_solutions_by_system(shared_data: Path) -> None:
    path = str(shared_data / "judged" / "gsm8k_model_solutions.jsonl")
    assert "is also the id of" in refused(path, completion="response")
    rows = read(path, completion="response", where={"system": "6b_finetuning", "correct": True})
    assert len(rows) == 286
