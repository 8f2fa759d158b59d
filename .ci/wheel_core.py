"""What `pip install s3ft` alone can do, tried with the installed command: wheel_core.py COMMAND."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

S3FT = sys.argv[1]


def s3ft(*arguments: str, code: int = 0) -> str:
    """What a command prints; it must end with this exit code."""
    done = subprocess.run([S3FT, *arguments], capture_output=True, text=True, check=False)
    told = f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    assert done.returncode == code, told
    assert "Traceback" not in done.stderr, told
    print("s3ft", *arguments)
    return done.stdout + done.stderr


def write(name: str, rows: list[dict[str, object]]) -> None:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def main() -> None:
    assert find_spec("torch") is None, "the core is to be tried without torch"
    golds = {str(n): 2 * n for n in range(12)}
    write(
        "train.jsonl",
        [
            {"id": n, "prompt": f"{n}+{n}?", "completion": f"#### {gold}"}
            for n, gold in golds.items()
        ],
    )
    write(
        "responses.jsonl",
        [{"id": n, "response": f"It is {gold if int(n) % 3 else 1}."} for n, gold in golds.items()],
    )
    write("cases.jsonl", [{"response": f"It is {n}.", "gold": ["4"]} for n in range(6)])
    Path("recipe.yaml").write_text(
        "data: train.jsonl\njudge: math\n"
        "generate: {engine: replay, replay: {path: responses.jsonl}}\nmethods: [ssr]\n"
    )
    s3ft("--version")
    assert "lab-math" in s3ft("recipes")
    s3ft("judge", "cases.jsonl", "verdicts.jsonl", "--judge", "math")
    lines = Path("verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    verdicts = [json.loads(line) for line in lines]
    assert [v["label"] for v in verdicts].count("correct") == 1, verdicts
    s3ft("check", "recipe.yaml")
    assert "8 self, 4 gold" in s3ft("select", "recipe.yaml", "--out", "run")
    assert "8 self, 4 gold" in s3ft("status", "run")
    s3ft("report", "recipe.yaml", "--out", "run")
    for name in ("trl", "messages", "sharegpt", "alpaca", "openai"):
        assert "12 rows" in s3ft("export", "run", "ssr", "--format", name)
    s3ft("init", "train.jsonl", "--model", "some/model", "--yes", "--out", "mine.yaml")
    samples = Path("logs/some__model/samples_sums_2026-01-01T00-00-00.000000.jsonl")
    for folder, right in (("one", 3), ("two", 5)):
        place = folder / samples
        place.parent.mkdir(parents=True)
        asked = {"gen_args_0": {"arg_0": "1+1?", "arg_1": {"until": ["."]}}}
        row = {"doc": {}, "target": "0", "arguments": asked, "resps": [[""]], "metrics": ["acc"]}
        row |= {"filtered_resps": [""], "filter": "none", "prompt_hash": "p", "target_hash": "t"}
        rows = [
            {**row, "doc_id": n, "doc_hash": f"{n}", "acc": float(n < right)} for n in range(12)
        ]
        write(str(place), rows)
    assert "+16.7" in s3ft("compare", "one", "two")
    told = s3ft("run", "lab-math", "--out", "quick", code=2)
    assert "pip install 's3ft[train,eval]'" in told, told
    assert not Path("quick").exists()


main()
