"""Is anything lost, or done twice, when a run is killed again and again?

    python benchmarks/faults.py [--engine transformers|vllm] [--ray N] [--kills 20] [--rows 200]

`s3ft select` on the lab's math is run once undisturbed, then, in another folder, killed with
SIGKILL at random moments: every other one while it starts and loads, the rest after it stored
something new. Then it is let go on to its end. Told are the responses that were stored, how many
of them were made more than once, and in how many of the mixture's rows the two runs differ (under
vLLM, and only there, an answer can hang on what else is in the batch). Exit code 1 where a response
was made twice or a row is missing, or where rows differ under transformers.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from s3ft.pipeline import read_mixture
from s3ft.records import Target

POLL = 0.02
"""Seconds between looks at what is stored."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=["transformers", "vllm"], default="transformers")
    parser.add_argument("--ray", type=int, metavar="WORKERS", help="over so many workers")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    recipe: dict[str, Any] = {
        "model": {"id": "lab", "dtype": "float32"},
        "data": {"path": "lab", "name": "math", "max_train": options.rows},
        "judge": {"name": "math"},
        "generate": {"engine": options.engine, "max_new_tokens": 160, "batch_size": 8},
        "methods": ["s3ft"],
    }
    if options.engine == "vllm":
        args = {"enforce_eager": True, "kv_cache_memory_bytes": 2**29}
        recipe["generate"] |= {"vllm": {"args": args}}
    if options.ray:
        recipe["ray"] = {"workers": options.ray}
    with tempfile.TemporaryDirectory(prefix="s3ft-faults-") as scratch:
        folder = Path(scratch)
        (folder / "recipe.json").write_text(json.dumps(recipe))
        return compare(folder, options)


def compare(folder: Path, options: argparse.Namespace) -> int:
    """Both runs, what came of them, and the exit code."""
    rng, whole, killed = random.Random(options.seed), folder / "whole", folder / "killed"
    begin = time.monotonic()
    process = start(folder, whole)
    while not stored(whole):
        if process.poll() is not None:
            raise SystemExit(f"faults: the undisturbed run ended with {process.returncode}")
        time.sleep(POLL)
    loading = time.monotonic() - begin
    if process.wait():
        raise SystemExit(f"faults: the undisturbed run ended with {process.returncode}")
    working = time.monotonic() - begin - loading

    deaths = {"loading": 0, "working": 0}
    for number in range(options.kills):
        process, before = start(folder, killed), stored(killed)
        if number % 2:
            while process.poll() is None and stored(killed) == before:
                time.sleep(POLL)
            moment, kind = rng.uniform(0, working / options.kills), "working"
        else:
            moment, kind = rng.uniform(0, loading), "loading"
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
        deaths[kind] += process.wait() == -signal.SIGKILL
        print(f"{number + 1}: {kind}, {stored(killed)} stored", file=sys.stderr, flush=True)
    code = start(folder, killed).wait()

    rows, other = mixture(whole), mixture(killed)
    differ = sum(rows[key] != other.get(key) for key in rows)
    twice = made(killed) - stored(killed)
    print(f"{options.engine}, Ray: {options.ray or 'no'}; {loading:.0f} s + {working:.0f} s")
    print(f"killed while it loaded {deaths['loading']}, while it worked {deaths['working']} times")
    print(f"responses {stored(killed)} (undisturbed: {stored(whole)}), made twice: {twice}")
    print(f"mixture: {len(other)} rows (undisturbed: {len(rows)}), {differ} differ")
    wrong = code or twice or rows.keys() != other.keys()
    return int(bool(wrong or (differ and options.engine == "transformers")))


def start(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "s3ft", "select", str(folder / "recipe.json")]
    with open(folder / "log", "ab") as log:
        return subprocess.Popen([*command, "--out", str(out)], stdout=log, stderr=log)


def stored(out: Path) -> int:
    return ask(out, "SELECT count(*) FROM candidates")


def made(out: Path) -> int:
    """Responses in all that any start has finished."""
    return ask(out, "SELECT sum(rows) FROM spent WHERE stage = 'generate'")


def ask(out: Path, query: str) -> int:
    """A number from a run's file, read beside the process that writes it; 0 while it has none."""
    path = out / "run.sqlite"
    try:
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as database:
            return int(database.execute(query).fetchone()[0] or 0)
    except sqlite3.OperationalError:
        return 0


def mixture(out: Path) -> dict[str, Target]:
    """The mixture's rows by id."""
    return {target.example_id: target for target in read_mixture(out / "mixture" / "s3ft")}


if __name__ == "__main__":
    sys.exit(main())
