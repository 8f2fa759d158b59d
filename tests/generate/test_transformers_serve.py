"""The engine against a real server: `transformers serve` with the embedded model."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _serving import served

from s3ft.generate import OpenAI, Transformers
from s3ft.judge import registry
from s3ft.lab import MODEL, rows
from s3ft.models import load_chat, load_model
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
    asked = []
    for task in ("math", "code", "reading"):
        for row in rows(task, "test", size=5):
            messages: tuple[Message, ...] = tuple(row["prompt"])  # type: ignore[arg-type]
            ids = chat.prompt_ids(messages)
            asked.append(Request(row["id"], messages, ids, Sampling(max_new_tokens=160)))
    engine = OpenAI(Endpoint(url=url, model=str(MODEL), concurrency=4), chat=chat)
    served = {r.key: r for batch in engine.generate(asked) for r in batch}
    local = {
        r.key: r for batch in Transformers(load_model(LAB), chat).generate(asked) for r in batch
    }
    assert len(served) == len(asked)
    for request in asked:
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
