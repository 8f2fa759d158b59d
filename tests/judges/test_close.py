"""A judge that is closed holds no process and no model, and judges as before when called again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import s3ft
from processes import children
from s3ft.judge import ReplyCache, as_reward, audit_file, close, judge_file
from s3ft.judges import (
    Judge,
    Judges,
    judge_rows,
    on_ray,
    per_case,
    registry,
    screened,
    without_leaks,
)
from s3ft.ladder import RungPrompt, built_in_rungs
from s3ft.recipe import Ray
from s3ft.records import Case, Verdict

PARAPHRASE = RungPrompt(*built_in_rungs(["paraphrase"]))
LATEX = [{"response": r"\boxed{x + 1}", "gold": r"$1 + x$"}, {"response": "x^3", "gold": "$x^2$"}]
PROGRAMS = [
    {
        "response": f"def add(a, b):\n    return {text}",
        "gold": "def add(a, b):\n    return a + b",
        "tests": ["assert add(1, 2) == 3"],
    }
    for text in ("b + a", "a")
]
INNER = {"name": "any", "judges": ["match", "math"]}
HOLDING: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("math", {}, LATEX),
    ("code", {"workers": 2}, PROGRAMS),
    ("cascade", {"judges": ["match", "math"]}, LATEX),
    ("all", {"judges": [INNER, "math"]}, LATEX),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options", "rows"), HOLDING)
def test_no_helper_process_is_left(
    name: str, options: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    gc.collect()  # judges of tests before
    before = children()
    judge = registry.make(name, options)
    verdicts = list(judge_rows(rows, judge))
    assert [verdict.label for verdict in verdicts] == ["correct", "incorrect"]
    assert children() - before
    close(judge)
    close(judge)
    assert children() == before
    assert list(judge_rows(rows, judge)) == verdicts
    close(judge)
    assert children() == before


@pytest.mark.slow
def test_who_makes_a_judge_closes_it(tmp_path: Path) -> None:
    gc.collect()
    before, path = children(), tmp_path / "rows.jsonl"
    path.write_text(
        "".join(f'{{"response": "{n}x", "gold": "$x$", "correct": false}}\n' for n in "12")
    )
    gc.disable()
    try:
        s3ft.judge(LATEX, "math")
        judge_file("math", {}, path, tmp_path / "out.jsonl")
        audit_file("math", {}, path)
        reward = as_reward("math")
        assert reward(prompts=["x"], completions=[r"$\frac12$"], gold=["$0.5$"]) == [1.0]
        reward.close()
        assert children() == before
    finally:
        gc.enable()


@pytest.mark.slow
def test_a_loaded_model_goes(model_count: Callable[[], int]) -> None:
    row = {"prompt": "1 + 1?", "response": "2", "gold": "2"}
    # Only the first question has a canary beside it, and in bfloat16 a batch's size shows in p.
    model = {"id": "lab", "dtype": "float32"}
    judge = registry.make("llm", {"canaries": 0.5, "model": model}, cache=ReplyCache())
    before = model_count()
    verdicts = list(judge_rows([row], judge))
    assert model_count() == before + 1
    close(judge)
    assert model_count() == before
    assert list(judge_rows([row], judge)) == verdicts
    close(judge)


@pytest.fixture
def model_count() -> Callable[[], int]:
    from transformers import PreTrainedModel

    def count() -> int:
        gc.collect()
        kinds = (type(found) for found in gc.get_objects())
        return sum(
            kind.__name__.endswith("ForCausalLM")
            for kind in kinds
            if issubclass(kind, PreTrainedModel)
        )

    return count


class Held:
    """A function of one case that notes how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def __call__(self, case: Case) -> Verdict:
        return Verdict(case.key, "correct")

    def close(self) -> None:
        self.closed += 1


def test_wrappers_pass_it_on() -> None:
    held = Held()
    judge = without_leaks(screened(per_case(held), lambda _: None), PARAPHRASE)
    close(judge)
    assert held.closed == 1
    judges = Judges()
    judges.register("held")(lambda: per_case(held))
    judges([{"response": "x"}], "held")
    assert held.closed == 2

    def fails() -> Iterator[dict[str, str]]:
        yield {"response": "x"}
        raise RuntimeError

    with pytest.raises(RuntimeError):
        judges(fails(), "held")
    assert held.closed == 3


def test_a_plain_function_needs_none() -> None:
    def judge(cases: Iterable[Case]) -> Iterator[Verdict]:
        for case in cases:
            yield Verdict(case.key, "correct")

    plain: Judge = judge
    close(plain)
    close(screened(plain, lambda _: None))


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
def test_workers_of_a_cluster_end() -> None:
    import ray

    judge = on_ray(Ray(workers=1), partial(registry.make, "match", {}))
    close(judge)
    cases = [Case(str(n), (), text, ("Paris",)) for n, text in enumerate(("Paris", "Rome"))]
    try:
        for _ in range(2):
            assert [verdict.label for verdict in judge(cases)] == ["correct", "incorrect"]
            close(judge)
            close(judge)
    finally:
        ray.shutdown()
