"""Runs that one cause would turn into plain fine-tuning: they stop, and go on when it is mended."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from endpoint import Body, completion, prompt_of, serve
from s3ft.api import select
from s3ft.errors import InputError, RunError
from s3ft.pipeline import measure_targets, run_stages, scratch_run
from s3ft.pipeline.rundir import begin_anew, mendable_split
from s3ft.recipe import load

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_retries")]

ROWS = 24


def write_rows(folder: Path, count: int = ROWS) -> str:
    rows = [
        {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
        for n in range(count)
    ]
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def recipe(folder: Path, url: str, count: int = ROWS, **generate: Any) -> dict[str, Any]:
    return {
        "data": {"path": write_rows(folder, count)},
        "judge": {"name": "match"},
        "generate": {"engine": "openai", "openai": {"url": url, "model": "served"}, **generate},
        "methods": ["s3ft"],
    }


def number_of(body: Body) -> int:
    return int(re.findall(r"the word of (\d+)", prompt_of(body))[0])


def right(body: Body) -> str:
    return f"word{number_of(body)}"


def said(reason: str | None = "stop", **message: Any) -> Body:
    return completion("", message={"role": "assistant", **message}, finish_reason=reason)


def query(out: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(out / "run.sqlite") as db:
        return db.execute(sql).fetchall()


def mixture(out: Path) -> list[dict[str, Any]]:
    text = (out / "mixture" / "s3ft" / "train.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


CALL = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]

STOPS: dict[str, tuple[str, Any]] = {
    "text in reasoning_content": ("thinking", lambda b: said(reasoning_content=right(b))),
    "text in reasoning": ("thinking", lambda b: said(content=None, reasoning=right(b))),
    "a block that is never closed": ("thinking", lambda b: f"<think>It is {right(b)}"),
    "cut": ("length", lambda b: completion(right(b), finish_reason="max_tokens")),
    "nothing": ("empty", lambda b: said(content=None)),
    "space": ("empty", lambda b: "\n \t"),
    "a tool's call": ("tool_calls", lambda b: said("tool_calls", content=None, tool_calls=CALL)),
    "no choices": ("no_choices", lambda b: {"choices": []}),
    "a refusal": ("refusal", lambda b: said(content=None, refusal="I can't help with that.")),
    "a filter": ("content_filter", lambda b: said("SAFETY", content="")),
    "a filter before": ("content_filter", lambda b: (400, {"error": {"code": "content_filter"}})),
    "a word nobody knows": ("weird", lambda b: said("weird", content=right(b))),
}


@pytest.mark.parametrize(
    ("fault", "rows"), [*((fault, ROWS) for fault in STOPS), ("cut", 8), ("nothing", 8)]
)
def test_it_stops_and_says_why_and_goes_on_where_it_is_allowed(
    tmp_path: Path, fault: str, rows: int
) -> None:
    reason, answer = STOPS[fault]
    out = tmp_path / "run"
    with serve(answer) as server:
        told = recipe(tmp_path, server.url, rows)
        with pytest.raises(InputError, match=rf"train: self: {rows} of {rows} answers") as stop:
            run_stages(told, (), out, "select")
        assert stop.value.exit_code == 2
        assert f"allow=[{reason}]" in stop.value.remedy
        assert "row 0" in stop.value.problem
        assert not (out / "mixture").exists()
        assert query(out, "SELECT DISTINCT finish_reason FROM responses") == [
            ("stop" if reason == "empty" else reason,)
        ]
        asked = len(server.bodies)
        assert asked == rows
        with pytest.raises(InputError, match=rf"train: self: {rows} of {rows} answers"):
            run_stages(told, (), out, "select")
        told["allow"] = [reason]
        run_stages(told, (), out, "select")
    assert {row["source"] for row in mixture(out)} == {"gold"}
    assert sum("The correct answer is" not in prompt_of(body) for body in server.bodies) == asked


COMPLETES: dict[str, Any] = {
    **{
        word: lambda b, word=word: completion(right(b), finish_reason=word)
        for word in ("eos_token", "STOP", "end_turn", "stop_sequence", "COMPLETE", None)
    },
    "both fields": lambda b: said(content=right(b), reasoning_content="Let me see."),
    "a block": lambda b: f"<think>\nNot word99.\n</think>\n\n{right(b)}",
    "parts": lambda b: said(content=[{"type": "text", "text": right(b)}]),
}


@pytest.mark.parametrize("kind", COMPLETES)
def test_it_goes_through(tmp_path: Path, kind: str) -> None:
    with serve(COMPLETES[kind]) as server:
        out = run_stages(recipe(tmp_path, server.url, 8), (), tmp_path / "run", "select")
    assert [(r["source"], r["completion"][0]["content"]) for r in mixture(out)] == [
        ("self", f"word{n}") for n in range(8)
    ]
    thought = {"both fields": "Let me see.", "a block": "Not word99."}.get(kind, "")
    assert set(query(out, "SELECT reasoning FROM responses")) == {(thought,)}


def test_many_rows_stop_among_the_first(tmp_path: Path) -> None:
    with serve(lambda _: "") as server:
        told = recipe(tmp_path, server.url, 400)
        told["generate"]["openai"]["concurrency"] = 4
        with pytest.raises(InputError, match=r"of \d+ answers: empty response"):
            run_stages(told, (), tmp_path / "run", "select")
    assert 35 <= len(server.bodies) <= 80


@pytest.mark.parametrize("share", [0.5, 0.85])
def test_most_are_not_nearly_all(tmp_path: Path, share: float) -> None:
    def loops(body: Body) -> Any:
        cut = (number_of(body) * 7919) % 100 < 100 * share
        return completion(right(body), finish_reason="length" if cut else "stop")

    with serve(loops) as server:
        told = recipe(tmp_path, server.url, 100) | {"methods": ["ssr", "rft"]}
        out = run_stages(told, (), tmp_path / "run", "select")
    assert query(out, "SELECT count(*) FROM targets WHERE source = 'self'")[0][0] == round(
        2 * 100 * (1 - share)
    )


def test_a_model_that_is_wrong_on_everything_is_no_fault(tmp_path: Path) -> None:
    with serve(lambda body: f"I do not know {number_of(body)}.") as server:
        out = run_stages(recipe(tmp_path, server.url), (), tmp_path / "run", "select")
    assert {row["source"] for row in mixture(out)} == {"gold"}


def test_the_few_prompts_that_are_left_may_all_fail_alike(tmp_path: Path) -> None:
    def model(body: Body) -> Any:
        hard = number_of(body) % 12 == 0
        return completion(right(body), finish_reason="length" if hard else "stop")

    with serve(model) as server:
        told = recipe(tmp_path, server.url, n=4, temperature=0.7)
        out = run_stages(told, (), tmp_path / "run", "select")
    assert sum(row["source"] == "gold" for row in mixture(out)) == ROWS // 12


def test_samples_of_hard_prompts_do_not_count_more_than_others(tmp_path: Path) -> None:
    def model(body: Body) -> Any:
        hard = number_of(body) % 3 > 0
        return completion(right(body), finish_reason="length" if hard else "stop")

    with serve(model) as server:
        told = recipe(tmp_path, server.url, 60, n=8, temperature=0.7) | {"methods": ["ssr"]}
        out = run_stages(told, (), tmp_path / "run", "select")
    assert query(out, "SELECT source, count(*) FROM targets GROUP BY source") == [
        ("gold", 40),
        ("self", 20),
    ]


def test_paraphrases_are_a_source_of_their_own(tmp_path: Path) -> None:
    def model(body: Body) -> Any:
        return (
            ""
            if "The correct answer is" in prompt_of(body)
            else f"I do not know {number_of(body)}."
        )

    with serve(model) as server, pytest.raises(InputError, match="train: paraphrase: 24 of 24"):
        run_stages(recipe(tmp_path, server.url), (), tmp_path / "run", "select")


def limited(room: int) -> Any:
    """A server whose model has room for so many tokens, and answers rightly."""

    def answer(body: Body) -> Any:
        needed = body["max_tokens"] + 12
        words = f"maximum context length is {room} tokens. However, you requested {needed} tokens"
        return right(body) if needed <= room else (400, {"error": {"message": words}})

    return answer


def test_a_limit_beyond_the_server_s_stops_at_the_first_and_can_be_mended(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with serve(limited(200)) as server:
        told = recipe(tmp_path, server.url, 8)
        with pytest.raises(InputError, match=r"generate.max_new_tokens.*200 tokens") as stop:
            run_stages(told, (), out, "select")
        assert "200 tokens for prompt and answer together" in stop.value.remedy
        assert len(server.bodies) == 1
        assert query(out, "SELECT * FROM responses") == []
        run_stages(told, ["generate.max_new_tokens=150"], out, "select")
    assert {row["source"] for row in mixture(out)} == {"self"}
    assert "max_new_tokens: 150" in (out / "recipe.yaml").read_text()


def test_one_prompt_that_is_too_long_goes_down_the_ladder(tmp_path: Path) -> None:
    def answer(body: Body) -> Any:
        words = "This model's maximum context length is 2048 tokens."
        return (400, {"error": {"message": words}}) if number_of(body) == 5 else right(body)

    with serve(answer) as server:
        told = recipe(tmp_path, server.url) | {"methods": ["s3ft", "ssr"]}
        out = run_stages(told, (), tmp_path / "run", "select")
    rows = mixture(out)
    assert [row["example_id"] for row in rows if row["source"] != "self"] == ["5"]
    assert "the prompt is too long for the model" in rows[5]["reason"]


def test_cut_answers_are_asked_for_anew_with_more_room(tmp_path: Path) -> None:
    def short(body: Body) -> Any:
        return completion(
            right(body), finish_reason="length" if body["max_tokens"] < 99 else "stop"
        )

    out = tmp_path / "run"
    with serve(short) as server:
        told = recipe(tmp_path, server.url, max_new_tokens=8)
        with pytest.raises(InputError, match=r"Raise generate\.max_new_tokens"):
            run_stages(told, (), out, "select")
        run_stages(told, ["generate.max_new_tokens=100"], out, "select")
        assert {row["source"] for row in mixture(out)} == {"self"}
        assert len(server.bodies) == 2 * ROWS
        # Once a mixture is written, the recipe stands.
        with pytest.raises(InputError, match="begun with another recipe"):
            run_stages(told, ["generate.max_new_tokens=101"], out, "select")


def test_a_run_that_was_not_stopped_keeps_its_recipe(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with serve(right) as server:
        told = recipe(tmp_path, server.url)
        run_stages(told, (), out, "generate")
        with pytest.raises(InputError, match=r"generate.max_new_tokens was 512, now 100"):
            run_stages(told, ["generate.max_new_tokens=100"], out, "select")


@pytest.mark.parametrize("key", ["id", "prompt"])
def test_a_file_in_which_nothing_is_found(tmp_path: Path, key: str) -> None:
    responses = tmp_path / "responses.jsonl"
    rows = [{"id": f"row-{n}", "number": f"{n}", "response": f"word{n}"} for n in range(ROWS)]
    responses.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = recipe(tmp_path, "http://localhost:1/v1") | {"methods": ["ssr"]}
    told["generate"] = {"engine": "replay", "replay": {"path": str(responses)}}
    out = tmp_path / "run"
    with pytest.raises(InputError, match="the file has no response to it") as stop:
        run_stages(told, (), out, "select")
    assert "generate.replay.id" in stop.value.remedy
    if key == "id":
        run_stages(told, ["generate.replay.id=number"], out, "select")
    else:  # the file is mended, not the recipe
        told["generate"]["replay"]["id"] = "id"
        responses.write_text("".join(json.dumps(r | {"id": r["number"]}) + "\n" for r in rows))
        run_stages(told, (), out, "select")
    assert query(out, "SELECT source, count(*) FROM targets GROUP BY source") == [("self", ROWS)]


def test_select_stops_as_well(tmp_path: Path) -> None:
    rows = [{"id": f"{n}", "prompt": f"{n}?", "completion": f"word{n}"} for n in range(8)]
    elsewhere = {f"row-{n}": f"word{n}" for n in range(8)}
    with pytest.raises(InputError, match="8 of 8 answers: the file has no response"):
        select(rows, responses=elsewhere, judge="match", method="ssr")
    kept = select(rows, responses=elsewhere, judge="match", method="ssr", allow=["unmatched"])
    assert kept["source"] == ["gold"] * 8


def foreign(body: Body) -> Any:
    """A model that answers rightly, and as a judge speaks a language that nobody reads."""
    prompt = prompt_of(body)
    if "You judge whether" not in prompt:
        return right(body)
    data = json.loads(next(line for line in prompt.split("\n") if line.startswith("{")))
    mark = re.findall(r"\[\[(\w{8}): yes\]\]", prompt)[-1]
    if data["response"] == data["reference"]:
        return f"[[{mark}: yes]]"
    return f"Je pense que oui, pour {data['response']}."


def test_a_judge_that_cannot_decide(tmp_path: Path) -> None:
    out = tmp_path / "run"

    def model(body: Body) -> Any:
        answer = foreign(body)
        return answer.replace("word", "le mot ") if answer.startswith("word") else answer

    with serve(model) as server:
        told = recipe(tmp_path, server.url) | {"methods": ["ssr"]}
        server_alike = told["generate"]["openai"]
        told["judge"] = {"name": "llm", "openai": server_alike, "canaries": 0.0}
        with pytest.raises(InputError, match="24 of 24 verdicts: the judge could not dec") as stop:
            run_stages(told, (), out, "select")
        assert "no verdict in the judge's reply: Je pense que oui" in stop.value.problem
        assert "allow=[unknown]" in stop.value.remedy
        answers = query(out, "SELECT key, text FROM responses ORDER BY key")
        asked = sum("You judge" not in prompt_of(body) for body in server.bodies)
        assert len(answers) == asked == ROWS
        told["judge"] = {"name": "match"}
        run_stages(told, (), out, "select")
        assert query(out, "SELECT key, text FROM responses ORDER BY key") == answers
        assert sum("You judge" not in prompt_of(body) for body in server.bodies) == asked


def test_a_judge_s_own_limit_is_named_as_its_own(tmp_path: Path) -> None:
    def model(body: Body) -> Any:
        words = "max_tokens is too large: 512. This model supports at most 100"
        judges = "You judge whether" in prompt_of(body)
        return (400, {"error": {"message": words}}) if judges else right(body)

    with serve(model) as server:
        told = recipe(tmp_path, server.url)
        told["judge"] = {"name": "llm", "openai": told["generate"]["openai"]}
        with pytest.raises(InputError, match="judge 'llm': max_new_tokens: 512 are ref") as stop:
            run_stages(told, (), tmp_path / "run", "select")
    assert "Set it to 100 at most" in str(stop.value)


def test_a_measured_model_that_never_stops_is_a_result(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = {
        "model": {"id": "lab", "dtype": "float32"},
        "data": {"path": "lab", "name": "math", "test": "test", "max_train": 8, "max_test": 8},
        "judge": {"name": "math"},
        "methods": ["sft"],
        "evaluate": {"target": {"max_new_tokens": 1}},
    }
    with scratch_run(load(told)) as (run, _):
        measure_targets(run, run.base, "base")
        assert run.store.has_scores("base", "target")
    assert "test: base: 8 of 8 answers: cut at the token limit" in capfd.readouterr().err


def test_a_model_of_one_s_own_is_guarded_alike(tmp_path: Path) -> None:
    told = {
        "model": {"id": "lab", "dtype": "float32"},
        "data": {"path": "lab", "name": "math", "max_train": 8},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 2},
        "methods": ["s3ft"],
    }
    out = tmp_path / "run"
    with pytest.raises(InputError, match="train: self: 8 of 8 answers: cut at the token limit"):
        run_stages(told, (), out, "select")
    run_stages(told, ["generate.max_new_tokens=200"], out, "select")
    assert query(out, "SELECT count(*) FROM targets WHERE source = 'self'")[0][0] > 0


def test_a_judge_of_measured_models_that_cannot_decide_can_be_mended(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "model": {"id": "lab", "dtype": "float32"},
        "data": {"path": "lab", "name": "math", "test": "test", "max_train": 8, "max_test": 8},
        "judge": {"name": "math"},
        "methods": ["sft"],
    }
    with (
        serve(lambda _: "Je pense que oui.") as server,
        scratch_run(load(told)) as (run, _),
    ):
        judge = {"name": "llm", "openai": {"url": server.url, "model": "m"}, "canaries": 0.0}
        recipe = load(told, {"evaluate.target.judge": judge})
        with pytest.raises(InputError, match="test: base: 8 of 8 verdicts"):
            measure_targets(replace(run, recipe=recipe), run.base, "base")
        assert not run.store.has_scores("base", "target")
        assert mendable_split(run.store, run.path) == "test"
        begin_anew(run.store, run.path)
        assert mendable_split(run.store, run.path) != "test"
        run.base.weights.forward = None  # nothing is asked again
        measure_targets(run, run.base, "base")
        assert run.store.has_scores("base", "target")


def test_fields_are_negotiated_in_every_round_of_a_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def strict(body: Body) -> Any:
        if "seed" in body:
            return 400, {"error": {"message": "unknown parameter"}}
        return right(body) if number_of(body) % 2 else f"I do not know {number_of(body)}."

    with serve(strict) as server:
        told = recipe(tmp_path, server.url, n=4, temperature=0.7) | {"methods": ["ssr"]}
        out = run_stages(told, (), tmp_path / "run", "select")
    assert query(out, "SELECT source, count(*) FROM targets GROUP BY source") == [
        ("gold", ROWS // 2),
        ("self", ROWS // 2),
    ]
    assert sum("seed" in body for body in server.bodies) == 1
    assert "generate.openai: the server is asked without seed" in capfd.readouterr().err


def test_a_server_that_breaks_everything_off_is_no_judge_of_the_model(tmp_path: Path) -> None:
    with serve(lambda body: completion("wor", finish_reason="abort")) as server:
        told = recipe(tmp_path, server.url)
        told["generate"]["openai"]["retries"] = 1
        with pytest.raises(RunError, match="broke the answer off"):
            run_stages(told, (), tmp_path / "run", "select")
    assert query(tmp_path / "run", "SELECT * FROM responses") == []


def test_a_judge_that_cannot_read_the_answers_stops_and_another_goes_on(tmp_path: Path) -> None:
    """Right answers in a language whose number words the judge does not know."""
    words = ("nolla", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän")
    rows = [{"id": f"{n}", "prompt": f"the word of {n}", "completion": str(n)} for n in range(8)]
    path = tmp_path / "numbers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "run"
    with serve(lambda body: f"Vastaus on {words[number_of(body)]}.") as server:
        told = {**recipe(tmp_path, server.url), "data": {"path": str(path)}, "methods": ["ssr"]}
        told["judge"] = {"name": "math"}
        with pytest.raises(InputError, match="8 of 8 verdicts: the judge could read no") as stop:
            run_stages(told, (), out, "select")
        assert "allow=[unreadable]" in stop.value.remedy
        assert "row 0 (Vastaus on nolla.)" in stop.value.problem
        asked = len(server.bodies)
        run_stages({**told, "allow": ["unreadable"]}, (), out, "select")
        assert len(server.bodies) == asked, "what was answered is not asked again"
    assert query(out, "SELECT DISTINCT code FROM verdicts") == [("unreadable",)]
