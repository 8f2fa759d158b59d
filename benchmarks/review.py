"""How long the local page for people takes, on a run with many examples.

    python benchmarks/review.py [--examples 100000] [--repeats 5]

Fills a run through the package's own store: prompts of some 500 characters, two rungs, three
methods, a test split with two models. Serves the page as `s3ft review` does and prints for each
address the median and the worst of the times to its last byte, in milliseconds. Texts that stand in
one row, or in none, are looked for in steps: each is a page, and how many there are is told.
"""

from __future__ import annotations

import argparse
import http.client
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from s3ft.recipe import load
from s3ft.records import Example, Label, Response, Verdict
from s3ft.review import prepare
from s3ft.store import Place, Spent, Store

WORDS = [
    "the",
    "quick",
    "fox",
    "has",
    "seen",
    "a",
    "lazy",
    "dog",
    "by",
    "old",
    "river",
    "and",
    "did",
    "not",
]
BATCH = 5000
SPENT = Spent("benchmark", "self", 0, 0, 0.0)


def prompt(n: int) -> str:
    words = " ".join(WORDS[(n * 7 + k * (1 + n % 13)) % len(WORDS)] for k in range(110))
    return f"Question {n}: {words}?"


def fill(path: Path, examples: int) -> None:
    methods = ["sft", "ssr", "s3ft"]
    recipe = {
        "model": {"id": "lab"},
        "data": {"path": "lab", "name": "math", "test": "test"},
        "judge": {"name": "math"},
        "methods": methods,
    }
    (path / "recipe.yaml").write_text(load(recipe).to_yaml())
    sizes = {"train": examples, "test": max(1, examples // 10)}
    with Store(path / "run.sqlite") as store:
        store.add_examples(
            {
                split: (
                    Example(f"{split}{n}", ({"role": "user", "content": prompt(n)},), f"It is {n}.")
                    for n in range(size)
                )
                for split, size in sizes.items()
            }
        )
        for split, source, every in (
            ("train", "self", 1),
            ("train", "paraphrase", 3),
            ("test", "base", 1),
            ("test", "s3ft-seed0", 1),
        ):
            answer(store, split, source, range(0, sizes[split], every))
        for method in methods:
            store.replace_targets(method, targets(method, examples))


def answer(store: Store, split: str, source: str, positions: range) -> None:
    for first in range(0, len(positions), BATCH):
        places = [Place(split, n, source, 0) for n in positions[first : first + BATCH]]
        answers = [
            Response(f"{split}-{source}-{p.position}", f"I think it is {p.position}. " * 8, (1, 2))
            for p in places
        ]
        store.add_responses(
            answers, [(p, a.key) for p, a in zip(places, answers, strict=True)], SPENT
        )
        store.add_verdicts(
            [(place, Verdict("", verdict(place.position), None, "why")) for place in places],
            "math",
            SPENT,
        )


def verdict(n: int) -> Label:
    return "unknown" if n % 9973 == 0 else "incorrect" if n % 3 == 0 else "correct"


def targets(method: str, examples: int) -> Iterator[tuple[int, str, str | None, str]]:
    for n in range(examples):
        source = "gold" if method == "sft" or n % 3 == 0 else "self"
        yield n, f"train{n}", None if n % 49_999 == 7 else source, "why"


class Visitor:
    """Asks for pages as a browser with its cookie does."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self._origin, self._cookie = f"{parts.scheme}://{parts.netloc}", ""
        _, headers, _ = self.ask(f"/?{parts.query}")
        self._cookie = headers["set-cookie"].partition(";")[0]

    def ask(self, path: str, form: str | None = None) -> tuple[float, dict[str, str], str]:
        """Seconds, headers and the page."""
        headers = {"Cookie": self._cookie, "Origin": self._origin}
        start = time.perf_counter()
        self._connection.request("GET" if form is None else "POST", path, form, headers)
        answered = self._connection.getresponse()
        text = answered.read().decode()
        seconds = time.perf_counter() - start
        assert answered.status in (200, 303), f"{path}: {answered.status}"
        return seconds, {k.lower(): v for k, v in answered.getheaders()}, text


def pages(examples: int) -> dict[str, str]:
    middle = examples // 2
    return {
        "first page": "/examples",
        "a page in the middle": f"/examples?start={middle}",
        "last page": f"/examples?before={examples}",
        "target: gold of s3ft": "/examples?target=gold&method=s3ft",
        "target: dropped, 3 rows": "/examples?target=dropped&method=s3ft",
        "verdict: self incorrect": "/examples?label=incorrect&source=self",
        "verdict: unknown, last page": f"/examples?label=unknown&before={examples}",
        "verdict: overruled, none": "/examples?label=overruled",
        "text in every row": "/examples?text=lazy",
        "text in one row, the last": f"/examples?text=Question+{examples - 1}:",
        "text in no row": "/examples?text=nowhere+to+be+found",
        "all filters, no row": "/examples?target=self&method=ssr&label=correct&text=nowhere",
        "an example": f"/examples/train/{middle}",
        "an example, filtered": f"/examples/train/{middle}?label=unknown",
        "test split": "/examples?split=test",
        "blind audit": "/audit",
        "an answer to label": "/audit/1",
        "blind A/B": "/pairs?one=base&other=s3ft-seed0",
    }


def steps(visitor: Visitor, path: str) -> list[float]:
    """The seconds of a page, and of those by which an unfinished search goes on."""
    found, then = [], path
    while then:
        seconds, _, text = visitor.ask(then)
        found.append(seconds)
        on = re.search(r'<a href="([^"]*)"[^>]*>Search on</a>', text)
        then = unescape(on[1]) if on else ""
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="s3ft-review-") as scratch:
        path = Path(scratch)
        fill(path, arguments.examples)
        size = (path / "run.sqlite").stat().st_size / 1e6
        print(f"{arguments.examples:,} examples, {size:,.0f} MB")
        page = prepare(path, who="benchmark")
        thread = threading.Thread(target=page.serve, daemon=True)
        thread.start()
        visitor = Visitor(page.address)
        _, _, text = visitor.ask("/audit")
        token = re.findall(r'name="token" value="([^"]+)"', text)[0]
        seconds, _, _ = visitor.ask("/audit", f"token={token}&size=100")
        print(f"{'':32}{'median':>8}{'worst':>8}  ms")
        for name, address in pages(arguments.examples).items():
            times = [steps(visitor, address) for _ in range(arguments.repeats)]
            every = [1000 * one for times_of_one in times for one in times_of_one]
            number = max(map(len, times))
            note = f"  in {number} steps" if number > 1 else ""
            print(f"{name:32}{median(every):8.0f}{max(every):8.0f}{note}")
        print(f"{'100 answers drawn for the audit':32}{1000 * seconds:8.0f}")
        page.server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
