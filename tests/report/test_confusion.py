"""Questions with and without an answer, by what was answered."""

from __future__ import annotations

from pathlib import Path

from s3ft.judges.qa import qa
from s3ft.recipe import load
from s3ft.records import Case, Example, Response
from s3ft.report._confusion import confusion
from s3ft.store import Place, Spent, Store

ROWS = [
    ("Who wrote it?", "Ada Lovelace", True, ["Ada Lovelace", "Charles Babbage"]),
    ("Who read it?", "Mary Shelley", True, ["The text does not say.", "Mary Shelley"]),
    ("Who sold it?", "unanswerable", False, ["The text does not say.", "John Murray"]),
]
"""Question, gold, whether it has an answer, and what base and sft say."""


def store_of(folder: Path) -> Store:
    store = Store(folder / "run.sqlite")
    examples = [
        Example(f"q{n}", ({"role": "user", "content": q},), gold, {"answerable": has})
        for n, (q, gold, has, _) in enumerate(ROWS)
    ]
    store.add_examples({"train": examples, "test": examples})
    judge = qa()
    for number, model in enumerate(("base", "sft-seed0")):
        responses = [Response(f"{model}{n}", row[3][number]) for n, row in enumerate(ROWS)]
        places = [Place("test", n, model, 0) for n in range(len(ROWS))]
        keys = [response.key for response in responses]
        store.add_responses(
            responses, zip(places, keys, strict=True), Spent("score", model, 3, 0, 0.0)
        )
        cases = [Case.of(r.key, e, r) for r, e in zip(responses, examples, strict=True)]
        verdicts = {verdict.key: verdict for verdict in judge(cases)}
        pairs = [(place, verdicts[key]) for place, key in zip(places, keys, strict=True)]
        store.add_verdicts(pairs, "qa", Spent("judge", model, 3, 0, 0.0))
    return store


def recipe(judge: str, **changes: object) -> object:
    return load({"model": {"id": "lab"}, "data": {"path": "x.jsonl"}, "judge": judge, **changes})


def test_right_wrong_and_abstained_of_both_kinds(tmp_path: Path) -> None:
    models = {"base": ["base"], "sft": ["sft-seed0", "sft-seed1"]}
    with store_of(tmp_path) as store:
        found = confusion(store, recipe("qa"), models)
    assert found["base"]["answerable"] == {"answered right": 1, "answered wrong": 0, "abstained": 1}
    assert found["base"]["unanswerable"] == {
        "answered right": 0,
        "answered wrong": 0,
        "abstained": 1,
    }
    assert found["sft"]["answerable"] == {"answered right": 1, "answered wrong": 1, "abstained": 0}
    assert found["sft"]["unanswerable"] == {
        "answered right": 0,
        "answered wrong": 1,
        "abstained": 0,
    }


def test_other_judges_know_of_no_such_questions(tmp_path: Path) -> None:
    with store_of(tmp_path) as store:
        assert confusion(store, recipe("math"), {"base": ["base"]}) == {}
        measured = {"evaluate": {"target": {"judge": "math"}}}
        assert confusion(store, recipe("qa", **measured), {"base": ["base"]}) == {}
        assert confusion(store, recipe("qa"), {"base": ["nobody"]}) == {}
