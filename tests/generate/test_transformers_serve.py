"""The engine against a real server: `transformers serve` with the embedded model."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _serving import served

from s3ft.errors import InputError
from s3ft.generate import OpenAIEngine, TransformersEngine
from s3ft.judges import registry
from s3ft.lab import MODEL, rows
from s3ft.models import load_chat, load_model
from s3ft.pipeline import run_stages
from s3ft.recipe import Endpoint, Model
from s3ft.records import Message, Request, Sampling

pytestmark = pytest.mark.slow
LAB = Model(id="lab", dtype="float32")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the embedded model, in single precision."""
    for needed in ("fastapi", "uvicorn"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"transformers serve needs {needed}")
    serve = "from transformers.cli.transformers import main; main()"
    command = [sys.executable, "-c", serve, "serve", str(MODEL)]
    command += ["--device", "cpu", "--dtype", "float32"]
    with served(command, tmp_path_factory.mktemp("serve") / "log.txt") as address:
        yield address


def test_it_answers_as_the_transformers_engine_does(url: str) -> None:
    chat = load_chat(LAB)
    wanted = []
    for task in ("math", "code", "reading"):
        for row in rows(task, "test", size=5):
            messages: tuple[Message, ...] = tuple(row["prompt"])  # type: ignore[arg-type]
            ids = chat.prompt_ids(messages)
            wanted.append(Request(row["id"], messages, ids, Sampling(max_new_tokens=160)))
    engine = OpenAIEngine(Endpoint(url=url, model=str(MODEL), concurrency=4), chat=chat)
    served = {r.key: r for batch in engine.generate(wanted) for r in batch}
    local = {
        r.key: r
        for batch in TransformersEngine(load_model(LAB), chat).generate(wanted)
        for r in batch
    }
    assert len(served) == len(wanted)
    for request in wanted:
        ours, theirs = local[request.key], served[request.key]
        assert (theirs.text, theirs.finish_reason) == (ours.text, ours.finish_reason)
        assert theirs.token_ids is None, "it gives none"
        if ours.finish_reason == "stop":
            assert chat.completion_ids(request.messages, theirs.text) == ours.token_ids


def test_it_judges_as_the_local_model_does(url: str) -> None:
    prompt = Path(MODEL).parent / "judge.j2"
    judged: list[dict[str, Any]] = [
        {"prompt": row["prompt"], "gold": row["completion"], "response": response}
        for row in rows("reading", "test", size=10)
        for response in (row["completion"].split("|")[0], "The answer is Atlantis.")
    ]
    endpoint = {"url": url, "model": str(MODEL), "concurrency": 4}
    served = registry(judged, "llm", openai=endpoint, prompt=str(prompt), max_new_tokens=8)
    local = registry(judged, "llm", model=LAB.model_dump())
    assert [v.label for v in served] == [v.label for v in local]


def test_a_run_against_it_stops_where_its_answers_are_cut_and_goes_on_when_mended(
    url: str, tmp_path: Path
) -> None:
    told = {
        "data": {"path": "lab", "name": "math", "max_train": 16},
        "judge": {"name": "math"},
        "generate": {
            "engine": "openai",
            "openai": {"url": url, "model": str(MODEL), "concurrency": 4},
            "max_new_tokens": 2,
            "n": 2,
            "temperature": 0.7,
        },
        "methods": ["ssr"],
    }
    out = tmp_path / "run"
    with pytest.raises(InputError, match=r"train: self: 16 of 16 answers: cut at the token limit"):
        run_stages(told, (), out, "select")
    run_stages(told, ["generate.max_new_tokens=200"], out, "select")
    with sqlite3.connect(out / "run.sqlite") as db:
        counts = dict(db.execute("SELECT source, count(*) FROM targets GROUP BY source"))
        kept = db.execute("SELECT count(*) FROM responses WHERE finish_reason = 'length'")
        assert kept.fetchone()[0] >= 16
        used = "SELECT DISTINCT finish_reason FROM candidates JOIN responses USING (key)"
        assert ("stop",) in db.execute(used).fetchall()
    assert sum(counts.values()) == 16
    assert counts["self"] > 4
