"""A proposal fits the data: published ones, and what people usually have."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from architectures import saved
from s3ft.data import read
from s3ft.errors import InputError
from s3ft.pipeline import check_recipe
from s3ft.propose import Unmapped, propose, written
from s3ft.recipe import load

SHARED = Path(__file__).parents[3] / "shared" / "data"
HERE = "What is asked of example"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@dataclass
class Real:
    """A published data set: its file, and what is to be proposed."""

    path: str
    judge: str
    layout: str | None
    tested: str
    """The test's file, or the column by which a part is kept."""
    shown: str
    """In the first prompt."""
    gold: str


REAL = [
    Real("gsm8k/train.jsonl", "math", "gsm8k", "test.jsonl", "Natalia sold clips", "#### 72"),
    Real("squad2/dev-v2.0.half.official-ids.json", "qa", "squad", "title",
         "Passage: Normans\n", "France"),
    Real("clapnq/*.jsonl", "cascade", "clapnq", "title", "which method of forecasting",
         "Seasonality"),
    Real("musique/musique.json", "qa", "musique", "question", "Van Hook Township", "Stanley"),
    Real("multidoc2dial/grounded_sample.jsonl", "cascade", "multidoc2dial", "question",
         "update my address", "hi, you have to report"),
    Real("mbpp/mbpp.jsonl", "code", None, "task_id", "assert min_cost(", "def min_cost("),
    Real("mbpp/sanitized-mbpp.json", "code", None, "task_id", "assert set(similar_elements(",
         "def similar_elements("),
    Real("humaneval/HumanEval.jsonl.gz", "code", None, "task_id", "def has_close_elements(",
         "return False"),
    Real("svamp/SVAMP.json", "math", None, "Question", "How much do you have to pay", "51"),
    Real("multiarith/mawpsmultiarith.jsonl", "math", None, "input", "For Halloween Debby", "39"),
    Real("truthfulqa/TruthfulQA.csv", "llm", None, "Question", "watermelon seeds", "The"),
]  # fmt: skip


@pytest.mark.parametrize(
    "real",
    [
        pytest.param(real, id=real.path, marks=[pytest.mark.slow] if real.layout == "squad" else [])
        for real in REAL
    ],
)
def test_published_data(real: Real) -> None:
    path = SHARED / real.path
    if not list(path.parent.glob(path.name)):
        pytest.skip(f"{path} is not here")
    proposal = propose(str(path), model="some/model")
    recipe = as_loaded(proposal)
    assert recipe.judge.name == real.judge
    assert recipe.data.layout == real.layout
    if real.tested.endswith("jsonl"):
        assert recipe.data.test == str(path.with_name(real.tested))
    else:
        assert recipe.data.split is not None
        assert recipe.data.split.by == real.tested
    example = next(read(recipe.data, "train"))  # where a part is kept it may be another than first
    assert example.prompt[-1]["role"] == "user"
    first = proposal.examples[0]
    assert real.shown in first.prompt[-1]["content"]
    assert real.gold in first.completion
    assert next(read(recipe.data, "test"))


def as_loaded(proposal: Any) -> Any:
    """The recipe of the written proposal, which must be that of the proposal itself."""
    Path("recipe.yaml").write_text(written(proposal))
    recipe = load("recipe.yaml")
    assert recipe == load(proposal.tree)
    return recipe


PASSAGE = "The lamp is in the kitchen, and Mona has the key. " * 3
LONG = "It depends on many things, of which this sentence names a few, such as rain and wind. " * 4

OWN: dict[str, tuple[Callable[[int], dict[str, Any]], str, str | None, str | None]] = {
    "messages": (
        lambda n: {
            "messages": [
                {"role": "user", "content": f"{HERE} {n}?"},
                {"role": "assistant", "content": LONG},
            ]
        },
        "llm", None, None,
    ),
    "prompt and completion": (
        lambda n: {"prompt": f"{HERE} {n}?", "completion": f"#### {n}"}, "math", None, None,
    ),
    "question and answer": (
        lambda n: {"question": f"{HERE} {n}?", "answer": f"Name {n}"}, "qa", "{question}", "answer",
    ),
    "numbers": (
        lambda n: {"Problem": f"{HERE} {n}?", "Solution": 3.5 * n}, "math", "{Problem}",
        "{Solution}",
    ),
    "alpaca": (
        lambda n: {"instruction": f"{HERE} {n}.", "input": "x" * (n % 2), "output": LONG},
        "llm", "{instruction}\n\n{input?}", "output",
    ),
    "alpaca without inputs": (
        lambda n: {"instruction": f"{HERE} {n}.", "input": "", "output": LONG},
        "llm", "{instruction}", "output",
    ),
    "letters": (
        lambda n: {"question": f"{HERE} {n}?", "choices": ["one", "two"], "answer": "AB"[n % 2]},
        "choice",
        "{question}\n\nA. {choices.0}\nB. {choices.1}\n\nAnswer with the letter of the right"
        " choice.",
        "answer",
    ),
    "letters of ARC": (
        lambda n: {
            "question": f"{HERE} {n}?",
            "choices": {"text": ["one", "two"], "label": ["A", "B"]},
            "answer": "A",
        },
        "choice",
        "{question}\n\nA. {choices.text.0}\nB. {choices.text.1}\n\nAnswer with the letter of the"
        " right choice.",
        "answer",
    ),
    "classes": (
        lambda n: {"text": f"{HERE} {n}.", "label": ("good", "bad")[n % 2]},
        "match", "{text}\n\nAnswer with one of these alone: bad, good.", "label",
    ),
    "short answers from a passage": (
        lambda n: {"context": f"{PASSAGE}{n}", "question": f"{HERE} {n}?", "answers": ["kitchen"]},
        "qa",
        "Answer the question from the passage.\n\nPassage: {context}\n\nQuestion: {question}",
        "answers",
    ),
    "nested answers": (
        lambda n: {"question": f"{HERE} {n}?", "answer": {"value": f"N{n}", "aliases": [f"N{n}"]}},
        "qa", "{question}", "answer.value",
    ),
    "tests": (
        lambda n: {"prompt": f"{HERE} {n}: f.", "code": f"def f():\n    return {n}",
                   "tests": [f"assert f() == {n}"]},
        "code",
        "{prompt}\n\nThe code must pass this test, which shows its name:\n{tests.0}",
        "```python\n{code}\n```",
    ),
}  # fmt: skip
"""Rows as people have them, the judge, and what prompt and completion are to be mapped to."""


@pytest.mark.parametrize("name", OWN)
def test_people_s_data(name: str) -> None:
    row, judge, prompt, completion = OWN[name]
    write("rows.jsonl", [row(n) for n in range(60)])
    proposal = propose("rows.jsonl", model="some/model")
    recipe = as_loaded(proposal)
    assert recipe.judge.name == judge
    assert (recipe.data.prompt, recipe.data.completion) == (prompt, completion)
    assert HERE in proposal.examples[0].prompt[-1]["content"]
    assert len(proposal.examples) == 3
    assert len(list(read(recipe.data, "train"))) + len(list(read(recipe.data, "test"))) == 60


def write(path: str, rows: list[dict[str, Any]]) -> None:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))


def numbers(count: int = 40) -> list[dict[str, Any]]:
    return [{"question": f"{n} + 1?", "answer": f"#### {n + 1}"} for n in range(count)]


def test_calls_of_functions() -> None:
    call = {"name": "weather", "arguments": {"city": "Aix"}}
    asked = {"role": "user", "content": "How is it in Aix?"}
    gold = {"role": "assistant", "tool_calls": [{"type": "function", "function": call}]}
    chats = [{"messages": [asked, gold], "tools": [{"name": "weather", "parameters": {}}]}] * 30
    texts = {"tools": json.dumps([{"name": "weather"}]), "answers": json.dumps([call])}
    queries = [{"id": n, "query": f"How is it in Aix? {n}", **texts} for n in range(30)]
    for rows, layout in ((chats, None), (queries, "xlam")):
        Path("rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        recipe = as_loaded(propose("rows.jsonl", model="some/model"))
        assert (recipe.judge.name, recipe.data.layout) == ("tool", layout)
        assert recipe.data.prompt is None


def test_chats_in_sharegpt_s_form() -> None:
    def turns(n: int) -> list[dict[str, str]]:
        asked = {"from": "human", "value": f"What is half of {2 * n}?"}
        return [asked, {"from": "gpt", "value": f"It is {n}."}]

    write("chats.json", [{"conversations": turns(n)} for n in range(30)])
    recipe = as_loaded(propose("chats.json", model="some/model"))
    assert recipe.data.layout == "sharegpt"
    assert recipe.data.prompt is None
    assert recipe.data.split is not None
    assert next(read(recipe.data, "train")).prompt[-1]["role"] == "user"


def test_every_proposal_has_its_reason_beside_it() -> None:
    write("rows.jsonl", numbers())
    text = written(propose("rows.jsonl", model="some/model"))
    assert text.startswith("# yaml-language-server: $schema=recipe.schema.json\n")
    lines = [line.strip() for line in text.splitlines()]
    for key, reason in [
        ("prompt:", "what is asked"),
        ("split:", "there is no test split"),
        ("name:", "#### or"),
        ("max_new_tokens:", "golds have up to"),
    ]:
        [at] = [number for number, line in enumerate(lines) if line.startswith(key)]
        assert reason in lines[at - 1], key


def test_splits_of_a_folder_and_a_csv_file() -> None:
    for split in ("train", "validation"):
        Path("folder").mkdir(exist_ok=True)
        with open(f"folder/{split}.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["question", "answer"])
            rows.writerows([[f"{split} {n}?", n] for n in range(12)])
    recipe = as_loaded(propose("folder", model="some/model"))
    assert (recipe.data.test, recipe.data.split) == ("validation", None)
    recipe = as_loaded(propose("folder/train.csv", model="some/model"))
    assert (recipe.data.test, recipe.data.split) == ("folder/validation.csv", None)


def test_where_the_benchmarks_lie_does_not_leave_them_out() -> None:
    write("rows.jsonl", numbers())
    changes = ["evaluate.data=folder", "evaluate.max_new_tokens=128"]
    recipe = as_loaded(propose("rows.jsonl", model="some/model", changes=changes))
    assert "ifeval" in recipe.evaluate.benchmarks
    assert recipe.evaluate.limit == 500
    assert (recipe.evaluate.data, recipe.evaluate.max_new_tokens) == ("folder", 128)
    fewer = propose("rows.jsonl", model="some/model", changes=["evaluate.limit=10"])
    recipe = as_loaded(fewer)
    assert recipe.evaluate.limit == 10
    assert "ifeval" in recipe.evaluate.benchmarks


def test_questions_on_one_passage_stay_together() -> None:
    """A model that was trained on some of them has read what the others ask."""
    about = [{"passage": f"{PASSAGE} {n // 5}"} for n in range(60)]
    rows = [{"question": f"{n}?", **about[n], "answer": f"a{n}"} for n in range(60)]
    write("rows.jsonl", rows)
    recipe = as_loaded(propose("rows.jsonl", model="some/model"))
    assert recipe.data.split is not None
    assert recipe.data.split.by == "passage"
    trained, tested = (
        {example.meta["passage"] for example in read(recipe.data, part)}
        for part in ("train", "test")
    )
    assert trained
    assert tested
    assert not trained & tested
    write("few.jsonl", [{**row, "passage": f"{PASSAGE} {n % 3}"} for n, row in enumerate(rows)])
    recipe = as_loaded(propose("few.jsonl", model="some/model"))
    assert recipe.data.split is not None
    assert recipe.data.split.by == "question", "three passages cannot be cut into parts"


def test_what_the_user_says_is_taken_as_it_is() -> None:
    write("rows.jsonl", [{"title": f"t{n}", "a": f"{n}?", "b": n} for n in range(30)])
    changes = [
        "data.prompt={a}", "data.completion={b}", "evaluate.benchmarks=[]", "train.lora.r=4",
        "judge.timeout=2",
    ]  # fmt: skip
    recipe = as_loaded(propose("rows.jsonl", model="some/model", changes=changes))
    assert (recipe.data.prompt, recipe.data.completion) == ("{a}", "{b}")
    assert recipe.evaluate.benchmarks == []
    assert recipe.evaluate.limit is None
    assert recipe.train.lora is not None
    assert recipe.train.lora.r == 4
    assert recipe.judge.options == {"timeout": 2}
    assert recipe.data.split is not None
    assert recipe.data.split.by == "title"
    assert (
        as_loaded(propose("rows.jsonl", model="m", judge="match", changes=changes[:2])).judge.name
        == "match"
    )


def test_a_judge_that_refuses_the_golds_is_not_proposed() -> None:
    """Letters of a longer list than the choices have are no choices."""
    rows = [{"question": f"{n}?", "choices": ["x", "y"], "answer": "CDE"[n % 3]} for n in range(60)]
    write("rows.jsonl", rows)
    proposal = propose("rows.jsonl", model="some/model")
    assert load(proposal.tree).judge.name == "match"
    [why] = [one.why for one in proposal.proposed if one.key == "judge.name"]
    assert "choice accepts only 0% of the golds" in why


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"foo": "x", "bar": "y"}, "which column is asked cannot be told: there are foo, bar"),
        ({"question": "x", "bar": "y"}, "which column is the answer cannot be told"),
        ({"question": "x", "choices": ["a", "b"], "answer": 1}, "answer is the choice's number"),
        ({"dialog": [{"from": "human", "value": "x"}]}, "holds the turns of a chat"),
    ],
)
def test_what_cannot_be_told_is_asked_for(row: dict[str, Any], problem: str) -> None:
    write("rows.jsonl", [row])
    with pytest.raises(Unmapped, match=problem):
        propose("rows.jsonl", model="some/model")


def test_what_is_wrong_with_the_data_is_told() -> None:
    with pytest.raises(InputError, match=r"absent\.jsonl"):
        propose("absent.jsonl", model="some/model")
    write("rows.jsonl", [*numbers(3), {"question": "", "answer": "#### 3"}])
    with pytest.raises(InputError, match=r"question: is empty"):
        propose("rows.jsonl", model="some/model")


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["qwen3", "llama3"])
@pytest.mark.parametrize("name", ["numbers", "classes", "short answers from a passage", "letters"])
def test_the_pre_flight_passes(name: str, architecture: str) -> None:
    write("rows.jsonl", [OWN[name][0](n) for n in range(60)])
    model = str(saved(architecture))
    Path("recipe.yaml").write_text(
        written(propose("rows.jsonl", model=model, changes=["evaluate.benchmarks=[]"]))
    )
    assert any("accepts 100.0%" in line for line in check_recipe("recipe.yaml"))
