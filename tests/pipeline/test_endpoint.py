"""Runs whose answers, or whose verdicts, come from an endpoint."""

from __future__ import annotations

import json
import random
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from endpoint import Body, completion, prompt_of, serve
from restarts import SERVER
from s3ft.cli import run_command
from s3ft.errors import InputError, RunError
from s3ft.pipeline import run_stages, write_report

ROWS = 24
KILLS = 8
SECRET = "sk-very-secret"


@pytest.fixture(autouse=True)
def _key(quick_retries: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", SECRET)


def model(body: Body) -> Any:
    """One model that answers, restates and judges; it knows every third answer.

    Each text is different, so that what is stored tells what was asked.
    """
    prompt = prompt_of(body)
    if "You judge whether" in prompt:
        data = json.loads(next(line for line in prompt.split("\n") if line.startswith("{")))
        mark = re.findall(r"\[\[(\w{8}): yes\]\]", prompt)[-1]
        verdict = "yes" if data["reference"] in data["response"] else "no"
        return f"I see {data['response']!r}.\n[[{mark}: {verdict}]]"
    [number] = re.findall(r"the word of (\d+)", prompt)
    if "The correct answer is: word" in prompt:
        return f"For {number} they say word{number}."
    return f"It is word{number}." if int(number) % 3 == 0 else f"Of {number} I know nothing."


def recipe(folder: Path, url: str, **openai: Any) -> dict[str, Any]:
    path = folder / "train.jsonl"
    rows = [
        {"id": f"{n}", "prompt": f"What is the word of {n}?", "completion": f"word{n}"}
        for n in range(ROWS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    server = {"url": url, "model": "served", "key": "MY_KEY", "timeout": 20.0}
    return {
        "data": {"path": str(path)},
        "judge": {"name": "llm", "openai": server, "canaries": 0.1},
        "generate": {"engine": "openai", "openai": {**server, **openai}},
        "methods": ["ssr", "s3ft"],
    }


def mixture(out: Path, method: str = "s3ft") -> list[dict[str, Any]]:
    text = (out / "mixture" / method / "train.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_a_mixture_by_an_endpoint_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    with serve(model) as server:
        run_stages(recipe(tmp_path, server.url), (), out, "select")
    rows = mixture(out)
    assert [row["source"] for row in rows] == ["self", "paraphrase", "paraphrase"] * (ROWS // 3)
    assert rows[3]["completion"][0]["content"] == "It is word3."
    assert rows[4]["completion"][0]["content"] == "For 4 they say word4."
    assert {row["generator"] for row in rows} == {"served"}
    assert {row["token_ids"] for row in rows} == {None}
    assert {row["source"] for row in mixture(out, "ssr")} == {"self", "gold"}
    assert set(server.asked.values()) == {1}
    said = capfd.readouterr().err
    assert re.search(r"canaries: 0 of \d+ known-wrong responses accepted \(0.0%\)", said)
    for path in out.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path
    assert SECRET not in said
    assert {headers["authorization"] for headers in server.headers} == {f"Bearer {SECRET}"}


def test_the_report_tells_of_the_canaries(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with serve(model) as server:
        told = recipe(tmp_path, server.url)
        run_stages(told, (), out, "select")
    page = write_report(told, (), out)
    report = json.loads((out / "report.json").read_text())
    [(label, count)] = report["canaries"].items()
    assert label == "incorrect"
    for text in (page.read_text(), (out / "report.md").read_text()):
        assert f"Of {count} known-wrong responses" in text


def test_a_budget_stops_a_run_and_it_goes_on(
    tmp_path: Path, quick_retries: Callable[[], None]
) -> None:
    out = tmp_path / "run"
    with serve(model) as server:
        told = recipe(tmp_path, server.url, max_requests=15)
        with pytest.raises(RunError, match="max_requests of 15"):
            run_stages(told, (), out, "generate")
        quick_retries()  # as another process would begin
        run_stages(told, (), out, "generate")
        assert set(server.asked.values()) == {1}
        with sqlite3.connect(out / "run.sqlite") as db:
            assert db.execute("SELECT count(*) FROM responses").fetchone() == (ROWS,)


def test_where_the_server_is_may_change_and_what_it_serves_may_not(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with serve(model) as server:
        run_stages(recipe(tmp_path, server.url), (), out, "generate")
    with serve(model) as other:
        run_stages(recipe(tmp_path, other.url, concurrency=2, retries=1), (), out, "select")
        with pytest.raises(InputError, match=r"generate\.openai\.model"):
            run_stages(recipe(tmp_path, other.url, model="other"), (), out, "generate")
    assert not set(server.asked) & set(other.asked)


def test_the_base_models_own_format_is_used_where_there_is_one(tmp_path: Path) -> None:
    from s3ft.models import load_chat
    from s3ft.recipe import Model

    chat = load_chat(Model(id="lab"))

    def exact(body: Body) -> Any:
        messages = body["messages"]
        text = "word1"
        ids = chat.completion_ids(messages, text)
        return completion(text, token_ids=ids) | {"prompt_token_ids": chat.prompt_ids(messages)}

    out = tmp_path / "run"
    with serve(exact) as server:
        told = recipe(tmp_path, server.url) | {"model": {"id": "lab"}, "methods": ["ssr"]}
        told["judge"] = {"name": "match"}
        run_stages(told, (), out, "select")
    [row] = [row for row in mixture(out, "ssr") if row["source"] == "self"]
    messages = [{"role": "user", "content": "What is the word of 1?"}]
    assert tuple(row["token_ids"]) == chat.completion_ids(messages, "word1")


def test_one_refused_row_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(body: Body) -> Any:
        bad = prompt_of(body).endswith("word of 3?")
        return (400, {"error": "not this one"}) if bad else model(body)

    monkeypatch.setattr("s3ft.pipeline.selection._fill.SHARD", 8)
    with serve(picky) as server:
        told = recipe(tmp_path, server.url) | {"judge": {"name": "match"}, "methods": ["ssr"]}
        with pytest.raises(RunError, match="no answer to 1 requests, the first: row 3: HTTP 400"):
            run_stages(told, (), tmp_path / "run", "generate")
    assert sum(server.answered.values()) == ROWS - 1
    assert len(stored(tmp_path / "run")) == ROWS - 1


def stored(out: Path) -> set[str]:
    """The texts that a model's work has left in a run."""
    found: set[str] = set()
    for name, query in (
        ("run.sqlite", "SELECT text FROM responses"),
        ("replies.sqlite", "SELECT text FROM replies"),
    ):
        if (out / name).exists():
            with sqlite3.connect(out / name) as db:
                try:
                    found |= {text for (text,) in db.execute(query)}
                except sqlite3.OperationalError:
                    continue
    return found


def select(path: str, out: str) -> None:
    """As a command does it: the main function of a process of its own."""
    sys.exit(run_command(["select", path, "--out", out]))


@pytest.mark.slow
def test_killed_at_any_request_nothing_stored_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed when the server has been asked so many times, by the server."""
    monkeypatch.setattr(f"{__name__}.ROWS", 36)
    rng, out, whole = random.Random(4), tmp_path / "killed", tmp_path / "whole"
    path = tmp_path / "recipe.json"
    running: list[BaseProcess] = []
    kill_at: list[int] = []
    known: set[str] = set()
    repeated: list[str] = []

    def deadly(body: Body) -> Any:
        text = model(body)
        if text in known:
            repeated.append(text)
        if kill_at and len(server.bodies) >= kill_at[0]:
            kill_at.clear()
            running[-1].kill()
        return text

    def start(folder: Path) -> int | None:
        running.append(SERVER.Process(target=select, args=(str(path), str(folder))))
        running[-1].start()
        running[-1].join()
        return running[-1].exitcode

    with serve(deadly) as server:
        told = recipe(tmp_path, server.url, concurrency=4)
        told["judge"]["openai"]["concurrency"] = 4
        told["methods"] = ["s3ft"]
        path.write_text(json.dumps(told))
        deaths = 0
        for _ in range(KILLS):
            known |= stored(out)
            kill_at[:] = [len(server.bodies) + rng.randint(2, 14)]
            deaths += start(out) == -signal.SIGKILL
        kill_at.clear()
        known |= stored(out)
        assert start(out) == 0
        assert deaths == KILLS
        assert repeated == []
        known.clear()
        assert start(whole) == 0
    assert mixture(out) == mixture(whole)
