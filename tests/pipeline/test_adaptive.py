"""Samples are spent where they are needed, whenever the run is stopped.

The server knows from a request's seed which sample it is, and which sample of a prompt is right.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import s3ft
from endpoint import Body, Endpoint, completion, prompt_of, serve
from s3ft.errors import InputError, RunError
from s3ft.pipeline import run_stages, write_report
from s3ft.records import Case, Verdict, content_hash

ROWS = 10
FIRST_RIGHT = [0, 1, 2, 5, None]
"""The first sample that is right, by the row's number modulo five."""
SPENT = [1, 2, 4, 8, 8]
"""The samples that are asked for then, in rounds to 1, 2, 4 and 8."""

SAMPLE = {
    int(content_hash(str(n), sample)[:15], 16) % 2**31: sample
    for n in range(ROWS)
    for sample in range(8)
}
# A sample's length, so that the shortest right one of a round is not the first.
LENGTH = [9, 8, 7, 6, 5, 4, 3, 2]


pytestmark = pytest.mark.usefixtures("quick_retries")


def sample_of(body: Body) -> int:
    return SAMPLE[body["seed"]] if body["temperature"] else 0


def number_of(body: Body) -> int:
    return int(re.findall(r"the word of (\d+)", prompt_of(body))[0])


def model(body: Body) -> Any:
    n, sample = number_of(body), sample_of(body)
    first = FIRST_RIGHT[n % 5]
    if "The correct answer is: word" in prompt_of(body):
        first = None if first is not None else 1
    right = first is not None and sample >= first
    return f"word{n}{'!' * LENGTH[sample]}" if right else f"sample {sample} of {n} is a guess"


def recipe(folder: Path, server: Endpoint, **generate: Any) -> dict[str, Any]:
    path = folder / "train.jsonl"
    rows = [
        {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
        for n in range(ROWS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    openai = {"url": server.url, "model": "served", "concurrency": 1}
    return {
        "data": {"path": str(path)},
        "judge": {"name": "match"},
        "generate": {"engine": "openai", "n": 8, "temperature": 0.7, **generate, "openai": openai},
        "methods": ["ssr"],
    }


def mixture(out: Path, method: str = "ssr") -> list[dict[str, Any]]:
    text = (out / "mixture" / method / "train.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def asked(server: Endpoint) -> Counter[tuple[int, int]]:
    """How often each sample of each row was asked for."""
    return Counter((number_of(body), sample_of(body)) for body in server.bodies)


def test_more_samples_only_where_none_is_verified(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server)
        out = run_stages(told, (), tmp_path / "run", "select")
    spent = Counter(n for n, _ in asked(server).elements())
    assert [spent[n] for n in range(ROWS)] == SPENT * (ROWS // 5)
    temperatures = {(sample_of(body), body["temperature"]) for body in server.bodies}
    assert temperatures == {(0, 0.0)} | {(sample, 0.7) for sample in range(1, 8)}
    rows = mixture(out)
    assert [row["source"] for row in rows] == ["self", "self", "self", "self", "gold"] * (ROWS // 5)
    assert "sample" not in rows[0]["reason"], "there was one"
    assert rows[3]["reason"].endswith("(sample 6 of 8)")
    assert rows[4]["reason"].endswith("(the first of 8 samples)")
    write_report(told, (), out)
    report = json.loads((out / "report.json").read_text())
    assert [tuple(row.values()) for row in report["rounds"]] == [
        ("self", 1, 10, 10, 2),
        ("self", 2, 8, 8, 2),
        ("self", 3, 6, 12, 2),
        ("self", 4, 4, 16, 2),
    ]
    assert "<h2>Samples</h2>" in (out / "report.html").read_text()


def test_a_round_is_over_before_the_next_begins(tmp_path: Path) -> None:
    with serve(model) as server:
        run_stages(recipe(tmp_path, server), (), tmp_path / "run", "generate")
        assert len(server.bodies) == ROWS, "nothing is judged yet, so nothing is asked again"
        run_stages(recipe(tmp_path, server), (), tmp_path / "run", "judge")
    rounds = [sample_of(body).bit_length() for body in server.bodies]
    assert rounds == sorted(rounds)


@pytest.mark.slow
def test_paraphrases_are_spent_alike_and_methods_share_samples(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server) | {"methods": ["rft", "ssr", "s3ft"]}
        told["paraphrase"] = {"n": 3, "temperature": 0.5}
        out = run_stages(told, (), tmp_path / "run", "select")
    rewritten = [body for body in server.bodies if "The correct answer is" in prompt_of(body)]
    spent = Counter(map(number_of, rewritten))
    assert spent == {n: 2 for n in range(ROWS) if n % 5 == 4}
    assert {(sample_of(body), body["temperature"]) for body in rewritten} == {(0, 0.0), (1, 0.5)}
    assert len(server.bodies) - len(rewritten) == sum(SPENT) * (ROWS // 5)
    assert {row["source"] for row in mixture(out, "s3ft")} == {"self", "paraphrase"}
    assert len(mixture(out, "rft")) == ROWS * 4 // 5


@pytest.mark.slow
def test_what_a_method_left_that_is_no_longer_wanted_is_not_judged(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server)
        run_stages(told | {"methods": ["ssr", "sdft"]}, (), tmp_path / "run", "generate")
        out = run_stages(told, (), tmp_path / "run", "select")
    assert {row["source"] for row in mixture(out)} == {"self", "gold"}
    with sqlite3.connect(out / "run.sqlite") as db:
        judged = {asked for (asked,) in db.execute("SELECT DISTINCT source FROM verdicts")}
    assert judged == {"self"}


@pytest.mark.slow
def test_without_adaptive_every_prompt_gets_all(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server, adaptive=False)
        run_stages(told, (), tmp_path / "run", "generate")
    assert set(asked(server).values()) == {1}
    assert len(server.bodies) == 8 * ROWS
    assert {body["temperature"] for body in server.bodies} == {0.7}


@pytest.mark.slow
def test_an_answer_that_was_cut_is_not_verified(tmp_path: Path) -> None:
    def cut(body: Body) -> Any:
        first = sample_of(body) == 0
        return completion(model(body), finish_reason="length" if first else "stop")

    with serve(cut) as server:
        out = run_stages(recipe(tmp_path, server), (), tmp_path / "run", "select")
    spent = Counter(n for n, _ in asked(server).elements())
    assert [spent[n] for n in range(5)] == [2, 2, 4, 8, 8]
    assert mixture(out)[0]["reason"].endswith("(sample 2 of 2)")


@pytest.mark.slow
def test_stopped_anywhere_it_comes_out_the_same(
    tmp_path: Path, quick_retries: Callable[[], None]
) -> None:
    """With the pick that depends on what else there is in a round."""
    rng = random.Random(3)
    with serve(model) as server:
        told = recipe(tmp_path, server, pick="shortest") | {"methods": ["ssr", "s3ft", "sdft"]}
        told["paraphrase"] = {"n": 4, "temperature": 0.5}
        run_stages(told, (), tmp_path / "whole", "select")
        order = [prompt_of(body) + str(sample_of(body)) for body in server.bodies]
        server.bodies.clear()
        stops = 0
        while not (tmp_path / "stopped" / "mixture" / "sdft").exists():
            quick_retries()  # as another process would begin
            told["generate"]["openai"]["max_requests"] = rng.randint(1, 18)
            with suppress(RunError):
                run_stages(told, (), tmp_path / "stopped", "select")
            stops += 1
        again = [prompt_of(body) + str(sample_of(body)) for body in server.bodies]
    assert stops > 5
    assert again == order, "the same requests, in the same order, none twice"
    for method in told["methods"]:
        assert mixture(tmp_path / "stopped", method) == mixture(tmp_path / "whole", method)


@pytest.mark.slow
def test_a_judge_stopped_anywhere_goes_on_to_the_same(tmp_path: Path) -> None:
    """It does not know at first what it says of every third response, and dies now and then."""
    seen: Counter[str] = Counter()
    left = [10**9]

    @s3ft.judge.register("stumbling")
    def stumbling() -> s3ft.Judge:
        def judge(cases: Iterable[Case]) -> Iterator[Verdict]:
            for case in cases:
                if not left[0]:
                    raise RunError("it died")
                left[0] -= 1
                seen[case.response] += 1
                right = case.gold[0] == case.response.rstrip("!")
                if case.response == case.gold[0]:
                    yield Verdict(case.key, "correct")  # the gold, in the pre-flight
                elif seen[case.response] == 1 and int(content_hash(case.response), 16) % 3 == 0:
                    yield Verdict(case.key, "unknown", None, "it slept")
                else:
                    yield Verdict(case.key, "correct" if right else "incorrect")

        return judge

    rng = random.Random(7)
    with serve(model) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("s3ft.pipeline.selection._fill.BATCH", 3)
        told = recipe(tmp_path, server, pick="shortest") | {"methods": ["ssr", "s3ft"]}
        told["judge"] = {"name": "stumbling"}
        run_stages(told, (), tmp_path / "whole", "select")
        order, judged = list(map(prompt_of, server.bodies)), sum(seen.values())
        server.bodies.clear()
        seen.clear()
        deaths = 0
        while True:
            left[0] = ROWS + rng.randint(3, 8) if not deaths else rng.randint(3, 8)
            with suppress(RunError):
                run_stages(told, (), tmp_path / "stopped", "select")
                break
            deaths += 1
    assert deaths > 5
    assert judged > ROWS
    assert list(map(prompt_of, server.bodies)) == order
    for method in told["methods"]:
        assert [
            (row["source"], row["completion"]) for row in mixture(tmp_path / "stopped", method)
        ] == [(row["source"], row["completion"]) for row in mixture(tmp_path / "whole", method)]


def test_likeliest_says_at_once_that_an_engine_knows_no_likelihoods(tmp_path: Path) -> None:
    with serve(model) as server:
        told = recipe(tmp_path, server, pick="likeliest")
        with pytest.raises(InputError, match=r"generate\.pick: 'likeliest' needs"):
            run_stages(told, (), tmp_path / "without", "select")
        assert not (tmp_path / "without").exists()
        assert not server.bodies
        with pytest.raises(InputError, match=r"generate\.pick: 'likeliest' needs"):
            run_stages(told | {"model": {"id": "lab"}}, (), tmp_path / "with", "select")
        assert len(server.bodies) <= 2, "the very first answers tell"


def test_likeliest_of_a_file_needs_its_columns(tmp_path: Path) -> None:
    rows = [{"id": "a", "prompt": "1 + 1?", "completion": "#### 2"}]
    with pytest.raises(InputError, match="'replay' does not give"):
        s3ft.select(
            rows,
            judge="math",
            method="ssr",
            responses={"a": ["2", "It is 2."]},
            generate={"pick": "likeliest"},
            out=tmp_path / "a",
        )
    assert not (tmp_path / "a" / "run").exists()
    mixture = s3ft.select(
        rows,
        judge="math",
        method="ssr",
        responses={"a": ["It is 2.", "3", "2"]},
        generate={"pick": "shortest"},
    )
    assert mixture["completion"][0][0]["content"] == "2"


@pytest.mark.slow
def test_a_real_model_s_samples(tmp_path: Path) -> None:
    """Of the lab's model: what the greedy sample solved is not asked again."""
    told: dict[str, Any] = {
        "model": {"id": "lab", "dtype": "float32"},
        "data": {"path": "lab", "name": "math", "max_train": 8},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 160, "n": 4, "temperature": 1.0, "pick": "likeliest"},
        "methods": ["ssr"],
    }
    out = run_stages(told, (), tmp_path / "run", "select")
    with sqlite3.connect(out / "run.sqlite") as db:
        rows = db.execute(
            "SELECT c.position, c.sample, v.label, r.text, r.logprob, json_array_length(token_ids)"
            " FROM candidates c JOIN verdicts v USING (split, position, source, sample)"
            " JOIN responses r USING (key) WHERE finish_reason = 'stop' ORDER BY 1, 2"
        ).fetchall()
    for position, target in enumerate(mixture(out)):
        here = [row[1:] for row in rows if row[0] == position]
        right = [row for row in here if row[1] == "correct"]
        if target["source"] == "self":
            assert here[0][1] != "correct" or len(here) == 1
            best = max(right, key=lambda row: row[3] / row[4])
            assert target["completion"][0]["content"] == best[2]
        else:
            assert not right
