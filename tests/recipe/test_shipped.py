"""Every recipe that comes with the package works, on a small model of its own architecture and real
rows of its own data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

import architectures
from endpoint import Body, Endpoint, prompt_of, serve
from s3ft import cli
from s3ft.ladder import METHODS
from s3ft.recipe import load, shipped

NAMES = sorted(shipped())

ARCHITECTURES = {
    "HuggingFaceTB/SmolLM2": "llama3",
    "Qwen/Qwen2.5": "qwen3",
    "Qwen/Qwen3": "qwen3",
    "google/gemma-3": "gemma3",
    "meta-llama/Llama-3": "llama3",
    "mistralai/Mistral": "mistral",
}
"""By the beginning of a model's id, a small model that is built as it is."""

SQUAD = "squad2/dev-v2.0.half.official-ids.json"
DIALOGUES = "multidoc2dial/grounded_sample.jsonl"
MUSIQUE = "musique/musique.json"
PART = {"data.test": "test", "data.split.test": 0.3}

DATA: dict[str, dict[str, Any]] = {
    "lab": {},
    "Salesforce/xlam-function-calling-60k": {"data.split.test": 0.3},  # its rows: see `xlam`
    "rajpurkar/squad_v2": {"data.path": SQUAD},
    "PrimeQA/clapnq": {"data.path": "clapnq/*.jsonl", "data.split.by": "title", **PART},
    "dgslibisey/MuSiQue": {"data.path": MUSIQUE, "data.test": MUSIQUE},
    "google-research-datasets/mbpp": {
        "data.path": "mbpp/mbpp.jsonl",
        "data.split.by": "task_id",
        **PART,
    },
    "openai/gsm8k": {
        "data.path": "gsm8k/train.jsonl",
        "data.test": "gsm8k/test.jsonl",
        "data.name": None,
    },
    "multidoc2dial/multidoc2dial_dial_train.json": {
        "data.path": DIALOGUES,
        "data.split.by": "doc_id",
        **PART,
    },
    "train.jsonl": {"data.path": "gsm8k/test.jsonl"},
    "questions.jsonl": {"data.path": SQUAD, "data.layout": "squad"},
    "responses.jsonl": {
        "generate.replay.path": "judged/gsm8k_model_solutions.jsonl",
        "generate.replay.where": {"system": "175b_verification"},
    },
}
"""By what a recipe names, the same data under the folder of real public data sets."""

FILES = ("data.path", "data.test", "generate.replay.path")

SLICE: dict[str, Any] = {
    "evaluate.limit": 2,
    "evaluate.max_new_tokens": 8,
    "data.max_train": 4,
    "data.max_test": 2,
    "train.epochs": 1,
    "train.batch_size": 4,
    # The small tokenizers have few words: they cut a text into more tokens.
    "train.max_length": 16384,
    # Random weights answer nothing, and never end.
    "allow": ["length", "thinking", "empty", "unmatched", "unknown", "unreadable"],
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Small models of each architecture, with room for whole documents and words for English."""
    folder = tmp_path_factory.mktemp("models")
    pages = Path(__file__).parents[2].glob("docs/*.md")
    texts = tuple(page.read_text(encoding="utf-8") for page in sorted(pages))
    xlam(folder / "xlam.json")
    kinds = set(ARCHITECTURES.values())
    # With small weights, which bf16 rounds to little: the saved model is held against the trained.
    size: dict[str, Any] = {"vocabulary": 4000, "positions": 16384, "spread": 0.1}
    return {name: architectures.build(name, folder, texts=texts, **size) for name in kinds}


def xlam(path: Path) -> None:
    """Rows in the layout of xLAM's data set: one call, or two in parallel."""
    tools = [
        {
            "name": name,
            "description": f"Tells the {name} of a city.",
            "parameters": {
                "city": {"description": "Its name.", "type": "str"},
                "days": {"description": "How many.", "type": "int, optional", "default": 1},
            },
        }
        for name in ("weather", "tide")
    ]
    rows = []
    for number in range(40):
        named = ["weather", "tide"][: 1 + number % 2]
        calls = [{"name": n, "arguments": {"city": "Aix", "days": number}} for n in named]
        query = f"What is the {' and the '.join(named)} in Aix for {number} days?"
        texts = {"tools": json.dumps(tools), "answers": json.dumps(calls)}
        rows.append({"id": number, "query": query, **texts})
    path.write_text(json.dumps(rows), encoding="utf-8")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serve(reply) as server:
        yield server


def reply(body: Body) -> str:
    """As a judge: whether the response is the reference; else an answer to no question."""
    shown = [line for line in prompt_of(body).splitlines() if line.startswith('{"conversation"')]
    if not shown:
        return "The answer is 18."
    case = json.loads(shown[0])
    return json.dumps({"verdict": "yes" if case["reference"] == case["response"] else "no"})


def smaller(name: str, models: dict[str, Path], data: Path, url: str) -> list[str]:
    """Changes that leave a recipe as it is, but for its size and for where all things are."""

    def here(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: here(one) for key, one in value.items()}
        if isinstance(value, list):
            return [here(one) for one in value]
        if not isinstance(value, str):
            return value
        kinds = (kind for model, kind in ARCHITECTURES.items() if value.startswith(model))
        if (kind := next(kinds, None)) is not None:
            return str(models[kind])
        return url if value.startswith("http://localhost") else value

    changes = SLICE | {"evaluate.data": str(data)}
    for key, value in leaves(yaml.safe_load(shipped()[name].read_text(encoding="utf-8"))):
        if key.endswith("max_new_tokens"):
            changes[key] = 8
        elif key == "methods":
            # Random weights solve nothing: a ladder without gold would leave nothing to train on.
            # The least and the most of what is left have between them all rungs.
            left = [method for method in value if "gold" in METHODS[method]]
            changes[key] = left[:1] + left[1:][-1:]
        elif key == "evaluate.benchmarks" and find_spec("langdetect") is None:
            known = load(name).evaluate.benchmarks
            changes[key] = [benchmark for benchmark in known if benchmark != "ifeval"]
        elif isinstance(value, str) and value in DATA:
            local = DATA[value].items()
            if value.startswith("Salesforce/"):
                changes["data.path"] = str(models["qwen3"].parent / "xlam.json")
            changes |= {k: str(data / v) if k in FILES and v != "test" else v for k, v in local}
        elif here(value) != value:
            changes[key] = here(value)
    return [f"{key}={json.dumps(value)}" for key, value in changes.items()]


def leaves(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Key paths and what is no group of keys."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def test_each_tells_its_purpose_and_its_command() -> None:
    for name, path in shipped().items():
        first, second, *_ = path.read_text(encoding="utf-8").splitlines()
        assert first.startswith("# ")
        assert len(first) > 20
        assert second.startswith("#")
        load(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_slice_runs_to_a_report(
    name: str,
    models: dict[str, Path],
    endpoint: Endpoint,
    shared_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    changes = smaller(name, models, shared_data, endpoint.url)
    # A plan begins with all that `s3ft check` does.
    assert cli.run_command(["plan", name, *changes, "--probe", "2"]) == 0
    assert not list(tmp_path.iterdir())
    benchmarks = load(name, changes).evaluate.benchmarks
    # All have been loaded and tried; measured are two, one that chooses and one that writes.
    changes.append(f"evaluate.benchmarks={json.dumps([*benchmarks[1:2], *benchmarks[-1:]])}")
    stages = ["run"] if load(name).model is not None else ["select", "report"]
    for stage in stages:
        assert cli.run_command([stage, name, *changes]) == 0
    report = json.loads((tmp_path / "runs" / name / "report.json").read_text(encoding="utf-8"))
    methods = report["methods"]
    assert list(report["mixture"]) == methods
    if stages == ["run"]:
        assert report["target"]["items"] == (2 if load(name).data.test else 0)
        assert list(report["training"]) == [f"{method}-seed0" for method in methods]
        assert list(report["benchmarks"]) == report["recipe"]["evaluate"]["benchmarks"]
