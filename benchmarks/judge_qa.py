"""The qa judge on real data: python benchmarks/judge_qa.py [DATA]

Prints, false-accept rate first, how qa and plain containment agree with 15,098 human judgements of
answers to Natural Questions (EVOUNA): on two halves of the questions and on all. The first rules of
qa were chosen on half A, later ones with both in view: no half is held out. Containment is that of
an accepted answer, both normalised as SQuAD does it, or in lower case only. Then how many of SQuAD
2.0's own answers qa accepts as their gold. DATA is the folder with judged/ and squad2/ (default:
../shared/data).
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from s3ft.judges import judge_rows, registry, squad_normalise
from s3ft.judges.audit import Confusion
from s3ft.records import Case
from s3ft.stats import Estimate

Rows = list[dict[str, Any]]
HALVES: dict[str, Callable[[str], bool]] = {
    "A": lambda key: zlib.crc32(key.encode()) % 2 == 0,
    "B": lambda key: zlib.crc32(key.encode()) % 2 == 1,
    "all": lambda key: True,
}


def main() -> None:
    repository = Path(__file__).resolve().parent.parent
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else repository.parent / "shared" / "data"

    with (data / "judged" / "evouna_nq.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    start = time.process_time()
    judged = [verdict.label == "correct" for verdict in verdicts(rows)]
    seconds = time.process_time() - start
    judges = {
        "qa": judged,
        "containment": [contains(row, squad_normalise) for row in rows],
        "lower case only": [contains(row, str.lower) for row in rows],
    }
    print("EVOUNA             false-accept rate      accuracy               recall")
    for half, chosen in HALVES.items():
        part = [index for index, row in enumerate(rows) if chosen(row["id"])]
        print(f"half {half}, {len(part):,} judgements")
        for name, accepted in judges.items():
            report(name, [rows[i]["correct"] for i in part], [accepted[i] for i in part])
    print(f"{len(rows) / seconds:,.0f} verdicts/s on one core\n")

    (path,) = (data / "squad2").glob("*.json")
    cases = squad_cases(json.loads(path.read_text(encoding="utf-8")))
    judge = registry.make("qa", {})
    right = sum(verdict.label == "correct" for verdict in judge(cases))
    print(f"SQuAD 2.0 answers accepted as their own gold: {right:,} of {len(cases):,}")


def verdicts(rows: Rows) -> Any:
    return judge_rows(rows, registry.make("qa", {}))


def contains(row: dict[str, Any], form: Callable[[str], str]) -> bool:
    return any(form(gold) in form(row["response"]) for gold in row["gold"])


def report(name: str, truths: list[bool], accepted: list[bool]) -> None:
    table = Confusion()
    for truth, yes in zip(truths, accepted, strict=True):
        table.counts[truth]["correct" if yes else "incorrect"] += 1
    figures = (table.false_accept_rate, table.accuracy, table.recall)
    cells = "   ".join(cell(figure) for figure in figures)
    print(f"  {name:17s}{cells}   {table.counts[False]['correct']} false accepts")


def cell(figure: Estimate | None) -> str:
    return f"{figure.value:.4f} [{figure.low:.3f}-{figure.high:.3f}]" if figure else "-"


def squad_cases(squad: dict[str, Any]) -> list[Case]:
    """Each annotator's answer as the response, with all of them as golds."""
    return [
        Case(
            f"{question['id']}:{i}",
            ({"role": "user", "content": question["question"]},),
            text,
            texts,
        )
        for article in squad["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
        if (texts := tuple(dict.fromkeys(answer["text"] for answer in question["answers"])))
        for i, text in enumerate(texts)
    ]


if __name__ == "__main__":
    main()
