"""Every verdict of a built-in judge has its code, and code reads that, not the prose beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import s3ft
from endpoint import Body, serve
from s3ft.judges import Judges, judge_rows, per_case, registry, without_leaks
from s3ft.ladder import RungPrompt, built_in_rungs
from s3ft.records import Case, Verdict, VerdictCode

SOURCE = Path(s3ft.__file__).parent
ADDS = {"tests": ["assert add(1, 2) == 3"], "gold": "def add(a, b):\n    return a + b"}
LATEX = r"\boxed{x^2 + 1}"

# What is judged, by whom with which options, and the code.
TABLE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("match", {}, {"response": "Paris.", "gold": "paris"}, "equal"),
    ("match", {}, {"response": "Rome", "gold": "paris"}, "differs"),
    ("match", {}, {"response": "...", "gold": "paris"}, "empty"),
    ("match", {}, {"response": "Rome", "gold": "."}, "bad_gold"),
    ("match", {}, {"response": "Rome"}, "malformed"),
    ("choice", {}, {"response": "(B)", "gold": "B"}, "equal"),
    ("choice", {}, {"response": "(A)", "gold": "B"}, "differs"),
    ("choice", {}, {"response": "The answer is A. The answer is B.", "gold": "B"}, "differs"),
    ("choice", {}, {"response": "who knows", "gold": "B"}, "unreadable"),
    ("choice", {}, {"response": "(A)", "gold": "Paris"}, "bad_gold"),
    ("choice", {}, {"response": "(A)", "gold": "A", "choices": 3}, "malformed"),
    ("math", {}, {"response": "#### 4", "gold": "4"}, "equal"),
    ("math", {}, {"response": "#### 5", "gold": "4"}, "differs"),
    ("math", {}, {"response": "#### 4 and #### 5", "gold": "4"}, "differs"),
    ("math", {}, {"response": "<<1+1=2>>", "gold": "4"}, "empty"),
    ("math", {}, {"response": "I cannot tell.", "gold": "4"}, "unreadable"),
    ("math", {}, {"response": "4", "gold": "???"}, "bad_gold"),
    ("math", {}, {"response": "4"}, "malformed"),
    ("qa", {}, {"response": "It is in Paris.", "gold": "Paris"}, "equal"),
    ("qa", {}, {"response": "It is in Rome.", "gold": "Paris"}, "differs"),
    ("qa", {}, {"response": "The text does not say that.", "gold": "Paris"}, "abstains"),
    ("qa", {}, {"response": "The text does not say that.", "answerable": False}, "abstains"),
    ("qa", {}, {"response": "It is in Rome.", "answerable": False}, "differs"),
    ("qa", {}, {"response": "Not stated, but perhaps Paris.", "gold": "Paris"}, "differs"),
    ("qa", {}, {"response": "word " * 5000, "gold": "Paris"}, "differs"),
    ("qa", {}, {"response": "Paris", "gold": " "}, "bad_gold"),
    ("qa", {}, {"response": "Paris", "answerable": True}, "malformed"),
    ("code", {}, {"response": "def add(a, b):\n    return b + a", **ADDS}, "passes"),
    ("code", {}, {"response": "def add(a, b):\n    return a", **ADDS}, "fails"),
    ("code", {}, {"response": "def add(a, b):\n    while True: pass", **ADDS}, "fails"),
    ("code", {}, {"response": "add = max", **ADDS, "tests": ["add(1, 2)"]}, "undecided"),
    ("code", {}, {"response": "add = max", **ADDS, "gold": "add ="}, "bad_gold"),
    ("code", {}, {"response": "add = max", **ADDS, "gold": "add = min"}, "bad_gold"),
    ("code", {}, {"response": "add = max"}, "malformed"),
    ("tool", {}, {"response": "f(a=1)", "gold": '{"name": "f", "arguments": {"a": 1}}'}, "equal"),
    ("tool", {}, {"response": "f(a=2)", "gold": "f(a=1)"}, "differs"),
    ("tool", {}, {"response": "It is 1.", "gold": "f(a=1)"}, "unreadable"),
    ("tool", {}, {"response": "f(a=1)", "gold": "It is 1."}, "bad_gold"),
    ("tool", {}, {"response": "f(a=1)"}, "malformed"),
    ("reward", {}, {"response": "0.9", "gold": "x"}, "no"),
    ("reward", {}, {"response": "1", "gold": "x"}, "yes"),
    ("reward", {}, {"response": "nan", "gold": "x"}, "undecided"),
    ("reward", {}, {"response": "many", "gold": "x"}, "error"),
    ("cascade", {"judges": ["match", "qa"]}, {"response": "In Rome", "gold": "Paris"}, "differs"),
    ("all", {"judges": ["match", "qa"]}, {"response": "Paris", "gold": "Paris"}, "equal"),
    ("all", {"judges": ["match", "qa"]}, {"response": "Paris"}, "malformed"),
    ("any", {"judges": ["match", "math"]}, {"response": "none", "gold": "4"}, "unreadable"),
]  # fmt: skip
OPTIONS = {"code": {"workers": 1, "timeout": 1.0}, "reward": {"function": "test_codes:number"}}


def number(completions: list[Any], **kwargs: Any) -> list[float]:
    """A reward function that reads its reward out of the response."""
    return [float(completion[0]["content"]) for completion in completions]


@pytest.mark.parametrize(("judge", "options", "row", "code"), TABLE)
def test_every_verdict_has_its_code(
    judge: str, options: dict[str, Any], row: dict[str, Any], code: str
) -> None:
    [verdict] = registry([row], judge, **OPTIONS.get(judge, {}), **options)
    assert verdict.code == code, verdict
    assert isinstance(verdict.code, VerdictCode)


def test_each_built_in_judge_is_in_a_table() -> None:
    assert {judge for judge, *_ in TABLE} | {"llm"} == set(Judges().names())


@pytest.mark.parametrize("judge", ["match", "choice", "math", "qa", "code"])
def test_what_is_no_whole_answer(judge: str) -> None:
    rows = [
        {"response": "x", "gold": "x", "finish_reason": "length"},
        {"response": "<think> and so on", "gold": "x"},
        {"response": " ", "gold": "x"},
        {"gold": "x"},
        "no row",
    ]
    made = registry.make(judge, {})
    codes = [verdict.code for verdict in judge_rows(rows, made)]
    assert codes == ["cut", "cut", "empty", "malformed", "malformed"]


def test_a_model_that_judges(quick_retries: object) -> None:
    replies = {"a": "yes", "b": "no", "c": "perhaps", ":": "yes"}

    def model(body: Body) -> Any:
        found = (reply for said, reply in replies.items() if f"city {said}" in str(body))
        return next(found, "no")  # of a canary

    rows = [{"prompt": "Where?", "response": f"city {said}", "gold": "x"} for said in "abc"]
    rows += [{"prompt": "Where?", "response": ":", "gold": "x"}, {"response": "a", "gold": "x"}]
    with serve(model) as server:
        endpoint = {"url": server.url, "model": "m"}
        verdicts = registry(rows, "llm", openai=endpoint, canaries=0.5)
    assert [v.code for v in verdicts] == ["yes", "no", "error", "empty", "malformed"]


def test_votes_that_split(quick_retries: object) -> None:
    replies = iter(["yes", "no", "perhaps"])
    row = {"prompt": "Where?", "response": "There", "gold": "x"}
    with serve(lambda _: next(replies)) as server:
        endpoint = {"url": server.url, "model": "m", "concurrency": 1}
        [verdict] = registry([row], "llm", openai=endpoint, votes=3, canaries=0)
    assert (verdict.label, verdict.code) == ("unknown", "undecided")


def test_a_loaded_model_that_judges() -> None:
    rows = [{"prompt": "1 + 1?", "response": text, "gold": "2"} for text in ("2", "long " * 5000)]
    decided, too_long = registry(rows, "llm", canaries=0)
    assert decided.code == {"correct": "yes", "incorrect": "no"}[decided.label]
    assert too_long.code == "error"


def test_mathematics_that_takes_too_long() -> None:
    slow = r"\boxed{\sum_{k=1}^{10^{9}} \frac{1}{k^2}}"
    [verdict] = registry([{"response": slow, "gold": LATEX}], "math", timeout=0.001)
    assert (verdict.label, verdict.code) == ("unknown", "timeout")


def test_what_a_judge_of_ones_own_leaves_out() -> None:
    def silent(cases: Iterable[Case]) -> Iterator[Verdict]:
        for case in cases:
            if case.response == "last":
                return
            if case.response != "nothing":
                yield Verdict(case.key, "correct")

    rows = [{"response": text} for text in ("x", "nothing", "last", "x")]
    assert [v.code for v in judge_rows(rows, silent)] == ["", "error", "error", "error"]

    def broken(case: Case) -> Verdict:
        raise RuntimeError(case.key)

    assert [v.code for v in judge_rows(rows[:1], per_case(broken))] == ["error"]


def test_a_leak() -> None:
    accepts = per_case(lambda case: Verdict(case.key, "correct"))
    prompt = RungPrompt(*built_in_rungs(["paraphrase"]))
    case = Case("0", (), "As the reference answer says, it is Paris.", ("Paris",))
    assert [v.code for v in without_leaks(accepts, prompt)([case])] == ["leak"]


def test_nothing_reads_a_reason() -> None:
    """It may be shown and stored; it is not compared, parsed or cut."""
    for path in SOURCE.rglob("*.py"):
        if path.is_relative_to(SOURCE / "generate"):
            continue  # the errors there carry a finish reason under this name
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                parts = [node.left, *node.comparators]
            elif isinstance(node, ast.Attribute | ast.Subscript):
                parts = [node.value]
            elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in READS:
                parts = list(node.args)
            else:
                continue
            read = [p for p in parts if isinstance(p, ast.Attribute) and p.attr == "reason"]
            assert not read, f"{path}, line {node.lineno}: {ast.unparse(node)}"


READS = {"match", "fullmatch", "search", "findall", "finditer", "split", "startswith"}
