"""Runs for the tests of the local page, and how they are served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from s3ft.recipe import load
from s3ft.records import Example, Response, Verdict
from s3ft.review import Page, prepare
from s3ft.store import Place, Spent, Store

if TYPE_CHECKING:
    pass

NOTHING = Spent("generate", "self", 0, 0, 0.0)

RECIPE: dict[str, Any] = {
    "model": {"id": "lab"},
    "data": {"path": "lab", "name": "math", "test": "test", "max_train": 24, "max_test": 12},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 120},
    "methods": ["sft", "s3ft"],
    "train": {"learning_rate": 2e-3, "epochs": 2, "batch_size": 8},
    "evaluate": {"likelihoods": 0, "drift": 0},
}

BAD = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
"""What must stay text wherever it comes from."""


@dataclass
class Served:
    """A run that is being served, and where."""

    run: Path
    page: Page

    @property
    def port(self) -> int:
        port = urlsplit(self.page.address).port
        assert port is not None
        return port

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return urlsplit(self.page.address).query.removeprefix("token=")


@contextmanager
def serving(run: Path, who: str = "ana") -> Iterator[Served]:
    page = prepare(run, who=who)
    thread = threading.Thread(target=page.serve, daemon=True)
    thread.start()
    yield Served(run, page)
    page.server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def fill(path: Path, size: int = 130) -> Path:
    """A run with answers that is not trained: of `ssr`, every fourth own answer is wrong."""
    path.mkdir()
    recipe = load({**RECIPE, "methods": ["sft", "ssr"]})
    (path / "recipe.yaml").write_text(recipe.to_yaml())
    with Store(path / "run.sqlite") as store:
        store.add_examples(
            {
                "train": [
                    Example(
                        f"e{n}",
                        ({"role": "user", "content": f"What is {n} + 1? {BAD}"},),
                        f"It is {n + 1}, of course. {BAD}",
                        {"level": n % 3},
                    )
                    for n in range(size)
                ],
                "test": [Example("t0", ({"role": "user", "content": "1?"},), "1")],
            }
        )
        for source, split, count in (("self", "train", size), ("base", "test", 1)):
            places = [Place(split, n, source, 0) for n in range(count)]
            answers = [
                Response(f"{source}{n}", f"It is {n + 1 + (n % 4 == 0)}, I think. {BAD}", (1, 2))
                for n in range(count)
            ]
            store.add_responses(
                answers, [(place, a.key) for place, a in zip(places, answers, strict=True)], NOTHING
            )
            store.add_verdicts(
                [
                    (place, Verdict("", "correct" if n % 4 else "incorrect", None, f"why {BAD}"))
                    for n, place in enumerate(places)
                ],
                "math",
                NOTHING,
            )
        gold = "the method trains on gold"
        store.replace_targets("sft", [(n, f"e{n}", "gold", gold) for n in range(size)])
        own = [("self", "correct") if n % 4 else ("gold", "incorrect") for n in range(size)]
        store.replace_targets(
            "ssr",
            [
                (n, f"e{n}", source, f"self: {label}, why {BAD}")
                for n, (source, label) in enumerate(own)
            ],
        )
    return path
