"""The math judge on real data: python benchmarks/judge_gsm8k.py [DATA]

Prints how many of 5,276 labelled model solutions to GSM8K's test it agrees with, how many of the
8,792 gold answers of train and test it accepts as their own gold, with verdicts per second of
processor time; then its agreement on test cases of math-verify, beside math-verify alone. DATA is
the folder with gsm8k/ and judged/ (default: ../shared/data).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from s3ft.judges import registry, to_case
from s3ft.records import Case


def rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def verdicts_of(cases: list[Case]) -> tuple[list[bool], float]:
    """Whether each case is accepted, and the seconds of processor time in this process."""
    judge = registry.make("math", {})
    start = time.process_time()
    accepted = [verdict.label == "correct" for verdict in judge(cases)]
    return accepted, time.process_time() - start


def main() -> None:
    repository = Path(__file__).resolve().parent.parent
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else repository.parent / "shared" / "data"

    rows = rows_of(data / "judged" / "gsm8k_model_solutions.jsonl")
    accepted, seconds = verdicts_of([to_case(str(i), row) for i, row in enumerate(rows)])
    agreed = sum(a == row["correct"] for a, row in zip(accepted, rows, strict=True))
    print(f"labels agreed with   {agreed:,} of {len(rows):,}   {len(rows) / seconds:,.0f}/s")

    golds = [
        row["answer"]
        for split in ("train", "test")
        for row in rows_of(data / "gsm8k" / f"{split}.jsonl")
    ]
    accepted, seconds = verdicts_of([Case(str(i), (), g, (g,)) for i, g in enumerate(golds)])
    print(
        f"golds accepted       {sum(accepted):,} of {len(golds):,}   {len(golds) / seconds:,.0f}/s"
    )

    pairs = rows_of(data / "judged" / "math_equivalence.jsonl")
    accepted, _ = verdicts_of([to_case(str(i), row) for i, row in enumerate(pairs)])
    report("math_equivalence: ours", accepted, pairs)
    report("math-verify alone", [math_verify_alone(row) for row in pairs], pairs)


def math_verify_alone(row: dict[str, Any]) -> bool:
    from math_verify import parse, verify

    return bool(verify(parse(row["gold"]), parse(row["response"])))


def report(name: str, accepted: list[bool], rows: list[dict[str, Any]]) -> None:
    agreed = sum(a == row["correct"] for a, row in zip(accepted, rows, strict=True))
    false = sum(a and not row["correct"] for a, row in zip(accepted, rows, strict=True))
    print(f"{name:24s} {agreed} of {len(rows)} agreed, {false} false accepts")


if __name__ == "__main__":
    main()
