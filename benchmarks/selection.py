"""Selection and export of large mixtures: time and memory, in one run.

    python benchmarks/selection.py [--sizes 10000 100000 1000000]

Fills a run's file with synthetic examples, responses (with token ids) and verdicts, then walks the
ladder of s3ft over all of them and writes the mixture (SQLite, Parquet and JSONL). Each size runs
in a process of its own, whose peak memory is printed. About half of the own answers are verified,
and two thirds of the paraphrases of the others.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from s3ft.ladder import METHODS, Method, built_in_rungs
from s3ft.pipeline.selection import write_mixture
from s3ft.records import Example, Response, Verdict
from s3ft.store import Place, Spent, Store

NOTHING = Spent("benchmark", "self", 0, 0, 0.0)
SENTENCE = "Ann had {} apples and gave {} of them to her brother before lunch. "


def examples(size: int) -> Iterator[Example]:
    for n in range(size):
        question = SENTENCE.format(n, n % 7) * 3 + "How many are left?"
        yield Example(
            f"e{n}", ({"role": "user", "content": question},), f"#### {n - n % 7}", {"answer": n}
        )


def candidates(size: int) -> Iterator[tuple[Place, Response, Verdict]]:
    rng = random.Random(0)
    for n in range(size):
        right = rng.random() < 0.5
        sources = [("self", right)] + ([] if right else [("paraphrase", rng.random() < 0.67)])
        for source, correct in sources:
            key = f"{source}-{n:032d}"
            text = f"First there were {n} apples. " * 3 + f"The answer is {n}."
            ids = tuple(rng.randrange(32000) for _ in range(60))
            label = "correct" if correct else "incorrect"
            yield (
                Place("train", n, source, 0),
                Response(key, text, ids, "stop", -12.5, "synthetic"),
                Verdict(key, label, str(n), f"{n} = {n}"),  # type: ignore[arg-type]
            )


def fill(store: Store, size: int) -> None:
    store.add_examples({"train": examples(size)})
    made = candidates(size)
    while batch := list(islice(made, 10_000)):
        places = [(place, response.key) for place, response, _ in batch]
        store.add_responses([response for _, response, _ in batch], places, NOTHING)
        store.add_verdicts([(place, verdict) for place, _, verdict in batch], "synthetic", NOTHING)


def measure(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "run.sqlite") as store:
        start = time.perf_counter()
        fill(store, size)
        filled = time.perf_counter()
        folder = Path(scratch) / "mixture" / "s3ft"
        counts = write_mixture(
            store,
            "s3ft",
            Method(built_in_rungs(METHODS["s3ft"])),
            folder,
            generator="base",
            judge="synthetic",
            chat=None,
        )
        done = time.perf_counter()
        assert sum(counts.values()) == size, "rows out = prompts in"
        megabytes = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "rows": size,
            "fill_s": filled - start,
            "select_s": done - filled,
            "rows_per_s": size / (done - filled),
            "peak_mib": peak,
            "mixture_mb": megabytes,
            "counts": counts,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    print(f"{'rows':>10} {'select + export':>16} {'rows/s':>9} {'peak memory':>12} {'written':>10}")
    for size in arguments.sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        print(
            f"{size:>10,} {found['select_s']:>14.1f} s {found['rows_per_s']:>9,.0f}"
            f" {found['peak_mib']:>8.0f} MiB {found['mixture_mb']:>7.0f} MB  {found['counts']}",
            flush=True,
        )


if __name__ == "__main__":
    main()
