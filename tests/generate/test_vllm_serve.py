"""`vllm serve` with the embedded model: our `openai` engine, and the `llm` judge, against it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _serving import served

from s3ft import lab
from s3ft.generate import OpenAIEngine, TransformersEngine
from s3ft.lab.targets import LEVELS, TASKS, messages
from s3ft.models import load_chat, load_model
from s3ft.recipe import Endpoint, Model
from s3ft.records import Message, Request, Sampling
from vllm_here import needs_vllm

pytestmark = [pytest.mark.slow, needs_vllm]
LAB = Model(id="lab", dtype="float32", device="cpu")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the embedded model, in single precision."""
    # What `vllm serve` starts; by that name, the package for CPUs does not find its own version.
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server"]
    command += ["--model", str(lab.MODEL), "--served-model-name", "lab"]
    command += ["--dtype", "float32", "--enforce-eager", "--kv-cache-memory-bytes", str(2**29)]
    with served(command, tmp_path_factory.mktemp("serve") / "log.txt") as address:
        yield address


def test_it_answers_as_the_transformers_engine_does(url: str) -> None:
    chat = load_chat(LAB)
    wanted = []
    for task in ("math", "code", "reading"):
        for row in lab.rows(task, "test", size=40):
            turns: tuple[Message, ...] = tuple(row["prompt"])  # type: ignore[arg-type]
            ids = chat.prompt_ids(turns)
            wanted.append(Request(row["id"], turns, ids, Sampling(max_new_tokens=160)))
    engine = OpenAIEngine(Endpoint(url=url, model="lab"), chat=chat)
    served = {r.key: r for batch in engine.generate(wanted) for r in batch}
    local = {
        r.key: r
        for batch in TransformersEngine(load_model(LAB), chat).generate(wanted)
        for r in batch
    }
    assert served.keys() == local.keys()
    same = sum(served[key].token_ids == ours.token_ids for key, ours in local.items())
    print(f"{same} of {len(wanted)} rows have the same greedy tokens")
    assert same >= 0.99 * len(wanted), "token ids are given, and are the same but for ties"
    for key, ours in local.items():
        if served[key].token_ids == ours.token_ids:
            assert served[key].text == ours.text
            assert served[key].finish_reason == ours.finish_reason
            assert served[key].logprob == pytest.approx(ours.logprob, abs=1e-3)


def test_it_judges_in_an_audit_as_the_local_model_does(url: str, tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.jsonl"
    rng = random.Random(7)
    with open(labelled, "w") as file:
        for task in ("math", "code", "reading"):
            for number in range(100):
                exercise = TASKS[task](LEVELS[task][number % len(LEVELS[task])], "test", rng)
                right = rng.random() < 0.5
                row = {
                    "id": f"{task}-{number}",
                    "system": task,
                    "prompt": messages(exercise.turns),
                    "gold": exercise.gold,
                    "response": exercise.own if right else exercise.wrong,
                    "correct": right,
                    **exercise.fields,
                }
                file.write(json.dumps(row) + "\n")
    prompt = Path(lab.__file__).with_name("judge.j2")
    # The lab's judge answers yes or no, and knows no JSON: the schema is taken back.
    text = "openai.extra={response_format: {type: text}}"
    wanted = [f"openai.url={url}", "openai.model=lab", text, f"prompt={prompt}", "max_new_tokens=8"]
    served = audit(tmp_path / "served", labelled, *wanted)
    local = audit(tmp_path / "local", labelled, "model.id=lab", "model.dtype=float32")
    for where, audited in (("vllm serve", served), ("local", local)):
        for system, found in {"all": audited["overall"], **audited["systems"]}.items():
            figures = ("accuracy", "false_accept_rate", "kappa")
            print(where, system, *(f"{name} {found[name]['value']:.3f}" for name in figures))
        print(where, "canaries", audited["canaries"])
    assert served["overall"]["rows"] == 300
    assert served["overall"]["kappa"]["low"] > 0, "better than chance"
    # A reply in words is the likelier of all tokens, the local verdict the likelier of two.
    for truth, counts in served["overall"]["confusion"].items():
        for label, count in counts.items():
            assert abs(count - local["overall"]["confusion"][truth][label]) <= 3
    assert sum(served["canaries"].values()) == sum(local["canaries"].values()) > 0
    for label, count in served["canaries"].items():
        assert abs(count - local["canaries"].get(label, 0)) <= 3


def audit(folder: Path, labelled: Path, *options: str) -> Any:
    """What `s3ft audit --judge llm` prints."""
    folder.mkdir()
    command = [sys.executable, "-m", "s3ft", "audit", "--judge", "llm", "--json"]
    command += ["canaries=0.1", *options, str(labelled)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
