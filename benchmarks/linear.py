"""What a degenerate model writes: how long each judge takes for it, and how that grows.

    python benchmarks/linear.py [--judges math qa ...] [--size 1000000]

Each form of text is judged at the size, in characters, and at an eighth of it. A cell has the
processor's seconds for the whole, and how many times as long that is as for the part: 8 is linear,
64 quadratic, and less than 8 where a judge stops reading.
"""

from __future__ import annotations

import argparse
import time

from s3ft.judge import registry
from s3ft.judges import Judge
from s3ft.records import Case

FORMS = {
    "blanks": " ",
    "lines": "\n",
    "back-ticks": "`",
    "digits": "7",
    "commas": ",",
    "open brackets": "(",
    "open braces": "{",
    "backslashes": "\\",
    "dollars": "$",
    "stars": "*",
    "one letter": "a",
    "combining marks": "a\u0301\u0323",
    "only combining marks": "\u0301\u0323",
    "boxes": "\\boxed{",
    "closed boxes": "\\boxed{5} ",
    "marks": "the answer is ",
    "answers": "the answer is 5. ",
    "headings": "A:\n",
    "labels": "(A) ",
    "numbers": "1, ",
    "thousands": "1,000,",
    "sentences": "5 is. ",
    "less than": "<|",
    "nots": "not ",
}

GOLDS = {"math": "18", "choice": "B", "match": "Paris", "qa": "Paris"}
"""A gold for each judge that reads text alone; no form says any of them."""

PART = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--judges", nargs="+", choices=GOLDS, default=list(GOLDS))
    parser.add_argument("--size", type=int, default=1_000_000, help="characters")
    options = parser.parse_args()
    judges = {name: registry.make(name, {}) for name in options.judges}
    print(f"{options.size:,} characters, seconds (times a part of 1/{PART})")
    print(f"{'':22}" + "".join(f"{name:>18}" for name in judges))
    for form, unit in FORMS.items():
        text = unit * (options.size // len(unit))
        cells = [cell(judge, GOLDS[name], text) for name, judge in judges.items()]
        print(f"{form:22}" + "".join(f"{shown:>18}" for shown in cells), flush=True)


def cell(judge: Judge, gold: str, text: str) -> str:
    seconds(judge, gold, text[: len(text) // 100])  # what is loaded with the first answer
    part, whole = (seconds(judge, gold, text[:size]) for size in (len(text) // PART, len(text)))
    return f"{whole:.3f} ({whole / part:.1f})"


def seconds(judge: Judge, gold: str, text: str) -> float:
    start = time.process_time()
    next(judge([Case("0", (), f"5 {text}", (gold,))]))
    return time.process_time() - start


if __name__ == "__main__":
    main()
