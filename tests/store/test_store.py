"""The run's file: what goes in comes out, in order, once, and whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from s3ft.records import Example, Response, Verdict
from s3ft.store import Place, Score, Spent, Store

NOTHING = Spent("test", "self", 0, 0, 0.0)


def example(n: int) -> Example:
    return Example(f"e{n}", ({"role": "user", "content": f"{n} é\n?"},), f"a{n}", {"answer": n})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "run.sqlite") as opened:
        opened.add_examples({"train": (example(n) for n in range(5)), "test": [example(9)]})
        yield opened


def answer(store: Store, position: int, key: str, source: str = "self", sample: int = 0) -> None:
    response = Response(key, f"text of {key}", (1, 2, 3), "stop", -0.25, "test")
    store.add_responses([response], [(Place("train", position, source, sample), key)], NOTHING)


def test_examples_come_out_as_they_went_in(store: Store) -> None:
    assert [entry.example for entry in store.entries("train")] == [example(n) for n in range(5)]
    assert (store.count("train"), store.count("test"), store.count("dev")) == (5, 1, 0)


def test_pages_join_up(tmp_path: Path) -> None:
    answered = [0, 1, 999, 1000, 1999, 2000]
    with Store(tmp_path / "long.sqlite") as store:
        store.add_examples({"train": (example(n) for n in range(2003))})
        for position in answered:
            answer(store, position, f"k{position}")
        whole = list(store.entries("train", ["self"]))
        assert [entry.position for entry in whole] == list(range(2003))
        assert [entry.example for entry in whole] == [example(n) for n in range(2003)]
        found = {e.position: [c.response.key for c in e.candidates] for e in whole if e.candidates}
        assert found == {position: [f"k{position}"] for position in answered}
        cuts = [0, 2, 999, 1001, 2003]
        windows = [store.entries("train", ["self"], start=a, stop=b) for a, b in pairwise(cuts)]
        assert [entry for window in windows for entry in window] == whole


def test_a_source_has_whatever_name_its_rung_has(store: Store) -> None:
    names = ["hint", "self", "zwei Sätze", 'it\'s; a "rung"']
    for name in names:
        answer(store, 1, f"{name} 0", name)
    wanted = [*reversed(names), "gold", "never asked"]
    entry = list(store.entries("train", wanted))[1]
    assert [c.source for c in entry.candidates] == wanted[:4]
    assert [e.candidates for e in store.entries("train", ["never asked"])] == [()] * 5
    assert entry.lacking("hint", 2) == [1]
    assert entry.lacking("never asked", 2) == [0, 1]


def test_examples_are_added_all_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Iterator[Example]:
        yield example(0)
        raise ValueError("row 2 is wrong")

    with Store(tmp_path / "run.sqlite") as store:
        with pytest.raises(ValueError, match="row 2"):
            store.add_examples({"train": broken()})
        assert store.count("train") == 0
        assert store.metadata("data") is None


def test_equal_requests_share_a_response(store: Store) -> None:
    response = Response("k", "four", (4, 2), "stop", -1.0, "test")
    places = [(Place("train", n, "self", 0), "k") for n in (0, 1)]
    store.add_responses([response], places, NOTHING)
    texts = [
        [c.response.text for c in entry.candidates] for entry in store.entries("train", ["self"])
    ]
    assert texts == [["four"], ["four"], [], [], []]
    assert store.has_response("k")
    assert not store.has_response("other")


def test_candidates_come_by_source_then_sample_with_their_latest_verdict(store: Store) -> None:
    for source, sample in (("paraphrase", 0), ("self", 1), ("self", 0)):
        answer(store, 2, f"{source}{sample}", source, sample)
    place = Place("train", 2, "self", 1)
    for label in ("unknown", "correct"):
        store.add_verdicts([(place, Verdict("x", label, "4", label))], "math", NOTHING)  # type: ignore[arg-type]
    entry = list(store.entries("train", ["self", "paraphrase"]))[2]
    assert [(c.source, c.sample) for c in entry.candidates] == [
        ("self", 0),
        ("self", 1),
        ("paraphrase", 0),
    ]
    verdicts = [c.verdict and c.verdict.label for c in entry.candidates]
    assert verdicts == [None, "correct", None]
    assert not list(store.entries("train", ["self"]))[2].candidates[0].verdict


def test_attempts_count_only_what_is_still_unknown(store: Store) -> None:
    places = [Place("train", n, "self", 0) for n in range(3)]
    for place in places:
        answer(store, place.position, f"k{place.position}")
    labels = ["correct", "unknown", "unknown"]
    first = [(p, Verdict("x", label)) for p, label in zip(places, labels, strict=True)]  # type: ignore[arg-type]
    store.add_verdicts(first, "math", NOTHING)
    assert store.attempts("train", "self") == {(1, 0): 1, (2, 0): 1}
    store.add_verdicts([(places[1], Verdict("x", "incorrect"))], "math", NOTHING)
    store.add_verdicts([(places[2], Verdict("x", "unknown"))], "math", NOTHING)
    assert store.attempts("train", "self") == {(2, 0): 2}


def test_what_was_added_is_there_after_reopening(store: Store, tmp_path: Path) -> None:
    answer(store, 0, "k0")
    store.set_metadata("model", "abc")
    store.add_scores([Score("base", "target", "accuracy", "e1", 1.0)], NOTHING)
    store.replace_targets(
        "ssr",
        [(0, "e0", "self", "why"), (1, "e1", None, "dropped")],
    )
    store.close()
    with Store(tmp_path / "run.sqlite") as again:
        assert next(again.entries("train", ["self"])).candidates[0].response.logprob == -0.25
        assert again.metadata("model") == "abc"
        assert again.has_scores("base", "target")
        assert list(again.scores()) == [Score("base", "target", "accuracy", "e1", 1.0)]
        assert again.composition("ssr") == {"self": 1, "dropped": 1}


def test_a_failed_batch_leaves_nothing(store: Store) -> None:
    good = Response("good", "x")
    with pytest.raises(sqlite3.Error):
        store.add_responses(
            [good],
            [(Place("train", 0, "self", 0), "good"), (Place("train", 0, "self", 0), "good")],
            NOTHING,
        )
    assert not store.has_response("good")


def test_costs_add_up_over_starts(store: Store) -> None:
    for seconds in (1.0, 2.5):
        store.add_scores([], Spent("generate", "self", 3, 100, seconds))
    assert Spent("generate", "self", 6, 200, 3.5) in store.spent()
