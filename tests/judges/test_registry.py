"""Judges are found by name or path, and none of them accepts what was cut short."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from s3ft.errors import InputError
from s3ft.judges import Judge, Judges, ReplyCache, options_text, per_case, stateful
from s3ft.records import Case, Verdict

MODULE = """
from s3ft.judge import per_case
from s3ft.records import Verdict


def longer_than(*, characters=3):
    def decide(case):
        if case.response == "boom":
            raise RuntimeError("no idea")
        good = len(case.response) > characters
        return Verdict(case.key, "correct" if good else "incorrect")

    return per_case(decide)


NOT_CALLABLE = 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_own_judges.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "my_own_judges"


def accept(cases: Iterable[Case]) -> Iterator[Verdict]:
    for case in cases:
        yield Verdict(case.key, "correct", case.response)


def test_a_factory_by_its_path(module: str) -> None:
    rows = [{"response": text} for text in ("1234", "123456", "boom")]
    verdicts = Judges()(rows, f"{module}:longer_than", characters=5)
    assert [verdict.label for verdict in verdicts] == ["incorrect", "correct", "unknown"]
    assert verdicts[2].reason == "RuntimeError: no idea"


def test_a_registered_factory() -> None:
    judges = Judges()

    @judges.register("anything")
    def anything() -> Judge:
        return accept

    assert "anything" in judges.names()
    assert judges([{"response": "x"}], "anything")[0].label == "correct"
    for taken in ("anything", "math", "a:b"):
        with pytest.raises(ValueError, match="cannot be registered"):
            judges.register(taken)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("maths", {}, "Did you mean 'math'"),
        ("nothing-like-it", {}, "all, any, cascade, choice, code, llm, match, math, qa"),
        ("math", {"tolerance": 1}, "Options it takes: timeout"),
        ("math", {"timeout": -1}, "positive"),
        ("match", {"ignorecase": True}, "ignore_case"),
        ("no_such_module:factory", {}, "cannot be imported"),
        ("s3ft.judge:no_such_factory", {}, "cannot be imported"),
        ("my_own_judges:NOT_CALLABLE", {}, "not callable"),
    ],
)
def test_a_wrong_request_says_what_to_do(
    name: str, options: dict[str, object], message: str, module: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        Judges().make(name, options, where="recipe.yaml: judge")
    assert error.value.where == "recipe.yaml: judge"


def test_no_judge_accepts_a_response_cut_at_the_limit() -> None:
    judges = Judges()
    judges.register("anything")(lambda: accept)
    finish = ["length", "stop", "length", "length", "stop", "length"]
    rows = [{"response": "#### 4", "gold": "4", "finish_reason": reason} for reason in finish]
    for name in ("anything", "math"):
        verdicts = judges(rows, name)
        labels = ["correct" if reason == "stop" else "incorrect" for reason in finish]
        assert [verdict.label for verdict in verdicts] == labels
        assert verdicts[0].reason == "cut at the token limit"


def test_options_as_they_are_recorded() -> None:
    assert options_text("math", {}) == "math"
    assert options_text("m", {"b": 1, "a": "x"}) == "m(a='x', b=1)"


def test_a_failing_function_is_unknown_and_the_next_case_is_judged() -> None:
    def decide(case: Case) -> Verdict:
        return Verdict(case.key, "correct", str(1 / int(case.response)))

    cases = [Case(str(i), (), response, ()) for i, response in enumerate("102")]
    labels = [verdict.label for verdict in per_case(decide)(cases)]
    assert labels == ["correct", "unknown", "correct"]


@pytest.mark.parametrize(
    ("judge", "option", "value", "problem"),
    [
        ("math", "timeout", "abc", "timeout must be a number, not 'abc'"),
        ("math", "timeout", True, "timeout must be a number, not True"),
        ("math", "timeout", None, "timeout must be a number, not None"),
        ("code", "timeout", [3], r"timeout must be a number, not \[3\]"),
        ("code", "workers", 1.5, "workers must be a whole number, not 1.5"),
        ("match", "ignore_case", "no", "ignore_case must be true or false, not 'no'"),
        ("llm", "prompt", 3, "prompt must be text, not 3"),
    ],
)
def test_an_option_of_the_wrong_type_is_told_plainly(
    judge: str, option: str, value: object, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        Judges().make(judge, {option: value})


def test_types_of_a_judge_of_ones_own_are_checked_where_it_names_them(module: str) -> None:
    def close(*, tolerance: float = 0.0, places: list[int] | None = None, **other: object) -> Judge:
        return accept

    judges = Judges()
    judges.register("close")(close)
    judges.make("close", {"tolerance": 1, "places": "any", "more": None})
    judges.make(f"{module}:longer_than", {"characters": "whatever"})
    with pytest.raises(InputError, match="tolerance must be a number, not 'a'"):
        judges.make("close", {"tolerance": "a"})


def test_the_package_is_what_one_calls() -> None:
    code = (
        "import s3ft, s3ft.judge as j; from s3ft.judge import squad_scores\n"
        "rows = [{'response': '4', 'gold': '4'}]\n"
        "assert j(rows, 'match') == s3ft.judge(rows, 'match')\n"
        "assert s3ft.judge.squad_scores is j.squad_scores is squad_scores\n"
        "assert s3ft.judge.register == j.register\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_factory_says_that_its_judge_is_stateful() -> None:
    given: list[object] = []
    judges = Judges()

    @judges.register("keeps")
    @stateful
    def keeps(*, cache: ReplyCache | None = None) -> Judge:
        given.append(cache)
        return accept

    @judges.register("counts")
    @stateful
    def counts() -> Judge:
        return accept

    @judges.register("plain")
    def plain(*, cache: str = "own") -> Judge:
        given.append(cache)
        return accept

    cache = ReplyCache()
    for name in ("keeps", "counts", "plain"):
        judges.make(name, {}, cache=cache)
    judges([{"response": "x"}], "keeps", cache=cache)
    judges([{"response": "x"}], "plain", cache="mine")
    assert given == [cache, "own", cache, "mine"]
    assert not judges.is_stateless("keeps")
    assert not judges.is_stateless("counts")
    assert judges.is_stateless("plain")
    for name, options in (("keeps", "none"), ("plain", "cache")):
        with pytest.raises(InputError, match=f"Options it takes: {options}"):
            judges.make(name, {"size": 1})
    shared = {name for name in Judges().names() if judges.is_stateless(name)}
    assert shared == {"match", "choice", "math", "code", "qa", "reward", "tool"}
