"""A mixture in each format: nothing lost, what has no place refused, nothing written then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset
from exporting import DIALOGUES, PLAIN, THOUGHTS, Select, exported, turn, with_rows

import s3ft
from s3ft import cli
from s3ft.errors import InputError
from s3ft.export import FORMATS
from s3ft.pipeline import export_mixture

ASK = turn("user", "What is 1 + 1?")
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
CALL = {"type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": 1}}}
CALLING: dict[str, Any] = {
    "prompt": [ASK],
    "completion": [turn("assistant", "", tool_calls=[CALL])],
    "tools": [TOOL],
    "source": "self",
    "example_id": "c0",
}
ANSWERED = {
    **CALLING,
    "prompt": [ASK, *CALLING["completion"], turn("tool", "2", name="add")],
    "completion": [turn("assistant", "It is 2.")],
}


TEXTS = [name for name in FORMATS if name != "ids"]


@pytest.mark.parametrize("format", FORMATS)
def test_files_load_in_datasets(select: Select, format: str) -> None:
    model = {"model": {"id": "lab"}} if format == "ids" else {}
    written = export_mixture(select([*PLAIN, *DIALOGUES], **model), "sft", format)
    loaded = load_dataset("json", data_files=str(written.folder / "train.jsonl"), split="train")
    assert len(loaded) == written.rows == 6
    assert exported(written.folder)[0] == {
        key: value for key, value in loaded[0].items() if key in exported(written.folder)[0]
    }


def test_the_same_rows_in_each_format(select: Select) -> None:
    run = select([PLAIN[1], DIALOGUES[0]])
    rows = {name: exported(export_mixture(run, "sft", name).folder) for name in TEXTS}
    gold = turn("assistant", "It is 2.\n#### 2")
    origin = {"source": "gold", "example_id": "p1"}
    assert rows["trl"][0] == {"prompt": [ASK], "completion": [gold], **origin}
    assert rows["messages"][0] == {"messages": [ASK, gold], **origin}
    assert rows["openai"][0] == {"messages": [ASK, gold]}
    said = [{"from": "human", "value": ASK["content"]}, {"from": "gpt", "value": gold["content"]}]
    assert rows["sharegpt"][0] == {"conversations": said, **origin}
    alpaca = {"instruction": ASK["content"], "input": "", "output": gold["content"]}
    assert rows["alpaca"][0] == {**alpaca, "system": "", "history": [], **origin}

    assert [one["role"] for one in rows["trl"][1]["prompt"]] == [
        "system", "user", "assistant", "user",
    ]  # fmt: skip
    assert rows["messages"][1]["messages"][2] == turn("assistant", "Zero.", train=False)
    assert rows["openai"][1]["messages"][2] == turn("assistant", "Zero.", weight=0)
    assert "train" not in rows["messages"][1]["messages"][-1]
    assert rows["sharegpt"][1]["conversations"][0] == {"from": "system", "value": "Be brief."}
    assert rows["sharegpt"][1]["conversations"][2]["train"] is False
    assert rows["alpaca"][1]["system"] == "Be brief."
    assert rows["alpaca"][1]["history"] == [["What is 1 + 1?", "Zero."]]
    assert (rows["alpaca"][1]["instruction"], rows["alpaca"][1]["output"]) == ("Sure?", "No: 2.")


def test_reasoning_is_kept_where_it_is_trained(select: Select) -> None:
    run = select(THOUGHTS)
    kept = exported(export_mixture(run, "sft", "messages").folder)[1]["messages"][-1]
    assert kept == turn("assistant", "2.", reasoning_content="Twice 1.")
    inline = exported(export_mixture(run, "sft", "alpaca").folder)[1]["output"]
    assert inline == "<think>\nTwice 1.\n</think>\n\n2."
    with pytest.raises(InputError, match="no place for reasoning"):
        export_mixture(run, "sft", "openai")


def test_reasoning_that_is_dropped_is_not_there(select: Select) -> None:
    run = select(THOUGHTS, train={"reasoning": "drop"})
    for name in TEXTS:
        text = (export_mixture(run, "sft", name).folder / "train.jsonl").read_text()
        assert "Twice" not in text


def test_functions_and_their_calls(select: Select) -> None:
    run = with_rows(select(PLAIN), [CALLING, ANSWERED])
    trl = exported(export_mixture(run, "sft", "trl").folder)
    assert json.loads(trl[0]["tools"]) == [TOOL]
    assert trl[0]["completion"] == CALLING["completion"]
    openai = exported(export_mixture(run, "sft", "openai").folder)
    assert openai[0]["tools"] == [TOOL]
    call = openai[0]["messages"][-1]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"a": 1, "b": 1}
    assert call["id"]
    spoken = exported(export_mixture(run, "sft", "sharegpt").folder)[1]["conversations"]
    assert [one["from"] for one in spoken] == ["human", "function_call", "observation", "gpt"]
    assert json.loads(spoken[1]["value"]) == {"name": "add", "arguments": {"a": 1, "b": 1}}
    with pytest.raises(InputError, match="no place for functions"):
        export_mixture(run, "sft", "alpaca")


def test_what_does_not_fit_is_refused_by_its_row_and_nothing_is_written(select: Select) -> None:
    odd = {**CALLING, "tools": None, "completion": [turn("assistant", "Yes.")]}
    odd["prompt"] = [ASK, ASK]
    fits = {**odd, "prompt": [ASK]}
    run = with_rows(select(PLAIN), [fits, odd])
    with pytest.raises(InputError, match=r"train\.jsonl:2: .* do not alternate: user, user"):
        export_mixture(run, "sft", "alpaca")
    assert not (run / "export").exists()
    (run / "mixture/sft/train.jsonl").write_text('{"prompt": [], "completion": []}\nnot JSON\n')
    with pytest.raises(InputError, match=r"train\.jsonl:2: is no row"):
        export_mixture(run, "sft", "trl")
    assert not (run / "export").exists()


def test_another_folder_is_not_overwritten_and_an_export_is(select: Select, tmp_path: Path) -> None:
    run, out = select(PLAIN), tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("all of it")
    with pytest.raises(InputError, match="holds more than an export"):
        export_mixture(run, "sft", "trl", out)
    assert [path.name for path in out.iterdir()] == ["thesis.tex"]
    (out / "thesis.tex").unlink()
    export_mixture(run, "sft", "trl", out)
    first = (out / "train.jsonl").read_bytes()
    export_mixture(run, "sft", "trl", out)
    assert (out / "train.jsonl").read_bytes() == first
    (out / "model").mkdir()  # what was trained from it
    with pytest.raises(InputError, match="holds more than an export"):
        export_mixture(run, "sft", "messages", out)


def test_wrong_requests_get_one_message(
    select: Select, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(select(PLAIN))
    wrong = {
        ("export", str(tmp_path / "nowhere"), "sft"): "there is no run here",
        ("export", run, "s3ft"): "There are: sft.",
        ("export", run, "sft", "--format", "csv"): "Known: trl, messages",
    }
    for arguments, said in wrong.items():
        assert cli.run_command(list(arguments)) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "run" / "export").exists()
    assert cli.run_command(["export", run, "sft"]) == 0
    assert "4 rows" in capsys.readouterr().out
    assert cli.run_command(["export", run, "sft", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 4


def test_from_python(select: Select, tmp_path: Path) -> None:
    out = s3ft.export_mixture(select(PLAIN), "sft", format="messages", out=tmp_path / "mine")
    assert out == tmp_path / "mine"
    assert len(exported(out)) == 4


WITHOUT = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "transformers", "trl", "peft", "accelerate"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
from s3ft.cli import run_command

sys.exit(run_command(["export", sys.argv[1], "sft", "--format", "messages"]))
"""


@pytest.mark.slow
def test_it_needs_no_torch(select: Select) -> None:
    run = select(PLAIN)
    recipe = (run / "recipe.yaml").read_text().replace("model: null", "model: {id: some/where}")
    (run / "recipe.yaml").write_text(recipe)
    done = subprocess.run([sys.executable, "-c", WITHOUT, str(run)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "axolotl.yaml, llamafactory.yaml" in done.stdout
