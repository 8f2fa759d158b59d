"""A person's word on a verdict changes exactly that row of the next mixture, and can go again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3ft.pipeline import run_stages, write_report
from s3ft.records import Label
from s3ft.store import ChangedMeanwhile, Place, Store


class Replayed:
    """A run of `ssr` on answers from a file: that of an even number is wrong, of an odd right."""

    def __init__(self, folder: Path) -> None:
        self.out, self.folder = folder / "run", folder
        rows = [
            {"id": f"r{n}", "prompt": f"{n} + 1?", "completion": f"#### {n + 1}"} for n in range(6)
        ]
        answers = [{"id": f"r{n}", "response": f"The answer is {n + n % 2}."} for n in range(6)]
        for name, lines in (("rows", rows), ("answers", answers)):
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (folder / f"{name}.jsonl").write_text(text)

    @property
    def recipe(self) -> dict[str, Any]:
        return {
            "data": {"path": str(self.folder / "rows.jsonl")},
            "judge": {"name": "math"},
            "generate": {
                "engine": "replay",
                "replay": {"path": str(self.folder / "answers.jsonl")},
            },
            "methods": ["ssr", "sft"],
        }

    def select(self, origin: Path | None = None, out: Path | None = None) -> list[bytes]:
        """The rows of the mixture, as they are written."""
        out = run_stages(self.recipe, {}, out or self.out, "select", origin)
        return (out / "mixture" / "ssr" / "train.jsonl").read_bytes().splitlines()

    def overrule(self, position: int, label: Label | None, note: str = "") -> None:
        with Store(self.out / "run.sqlite") as store:
            known = store.overrulings("train", position)
            seen = known[-1].number if known else 0
            store.overrule(Place("train", position, "self", 0), label, "ana", note, seen=seen)


@pytest.fixture
def run(tmp_path: Path) -> Replayed:
    return Replayed(tmp_path)


def changed(before: list[bytes], after: list[bytes]) -> list[int]:
    return [n for n, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]


def test_exactly_that_row_changes_and_back(
    run: Replayed, capfd: pytest.CaptureFixture[str]
) -> None:
    before = run.select()
    run.overrule(3, "incorrect", "it guessed")
    capfd.readouterr()
    after = run.select()
    assert "verdicts overruled by people: 1 self" in capfd.readouterr().err
    assert changed(before, after) == [3]
    row = json.loads(after[3])
    assert row["source"] == "gold"
    assert row["reason"] == "self: incorrect, overruled by ana: it guessed (the judge: correct)"
    assert row["judge"] is None
    assert run.select() == after
    run.overrule(3, None)
    assert run.select() == before


def test_what_a_person_accepts_is_trained_on_and_says_who(run: Replayed) -> None:
    before = run.select()
    run.overrule(2, "correct")
    after = run.select()
    assert changed(before, after) == [2]
    row = json.loads(after[2])
    assert (row["source"], row["judge"]) == ("self", "person: ana")
    assert json.loads(after[1])["judge"] == "math"
    report = write_report(run.recipe, (), run.out).with_name("report.json")
    found = json.loads(report.read_text())
    assert found["overruled"] == {"by_source": {"self": 1}, "since": 0}
    assert "People overruled the judge in training rows: 1 of self." in found["answers"]["trust"]


@pytest.mark.slow
def test_a_report_does_not_count_what_no_mixture_goes_by_yet(run: Replayed) -> None:
    run.select()
    run.overrule(2, "correct")
    found = json.loads(write_report(run.recipe, (), run.out).with_name("report.json").read_text())
    assert found["overruled"] == {"by_source": {}, "since": 1}


@pytest.mark.slow
def test_another_run_takes_it_over(run: Replayed, tmp_path: Path) -> None:
    before = run.select()
    run.overrule(2, "correct")
    assert changed(before, run.select(run.out, tmp_path / "other")) == [2]


def test_a_trained_run_stays_by_its_verdicts(
    run: Replayed, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = run.select()
    (run.out / "models" / "ssr-seed0").mkdir(parents=True)
    run.overrule(2, "correct")
    assert run.select() == before
    assert "overruled since the models were trained: 1" in capfd.readouterr().err
    assert changed(before, run.select(run.out, tmp_path / "other")) == [2]


@pytest.mark.slow
def test_judging_anew_does_not_throw_a_word_away(run: Replayed) -> None:
    before = run.select()
    run.overrule(3, "incorrect")
    with Store(run.out / "run.sqlite") as store:
        store.forget("train", ("walked: ",))
    assert changed(before, run.select()) == [3]


@pytest.mark.slow
def test_a_word_is_on_the_response_it_was_said_of(run: Replayed) -> None:
    run.select()
    run.overrule(3, "incorrect")
    with Store(run.out / "run.sqlite") as store:
        store._db.execute("UPDATE candidates SET key = 'k' WHERE position = 3")
        store._db.execute(
            "INSERT INTO responses SELECT 'k', text, token_ids, finish_reason, logprob,"
            " engine, reasoning FROM responses LIMIT 1"
        )
        assert store.overruled() == {}
        (candidate,) = next(store.entries("train", ["self"], start=3)).candidates
        assert candidate.verdict is not None
        assert candidate.verdict.overruled_by is None


def test_nobody_overwrites_what_they_have_not_seen(run: Replayed) -> None:
    run.select()
    place = Place("train", 3, "self", 0)
    with Store(run.out / "run.sqlite") as one, Store(run.out / "run.sqlite") as other:
        one.overrule(place, "incorrect", "ana", seen=0)
        with pytest.raises(ChangedMeanwhile):
            other.overrule(place, "unknown", "ben", seen=0)
        other.overrule(place, "unknown", "ben", seen=other.newest_overruling())
        assert [word.who for word in one.overrulings("train", 3)] == ["ana", "ben"]
        with pytest.raises(ValueError, match="train split"):
            one.overrule(Place("test", 0, "base", 0), "correct", "ana", seen=0)
        with pytest.raises(ValueError, match="no verdict"):
            one.overrule(Place("train", 3, "paraphrase", 0), "correct", "ana", seen=0)


def test_a_run_that_has_begun_goes_by_what_was_said_before(run: Replayed) -> None:
    run.select()
    with Store(run.out / "run.sqlite") as begun:
        begun.see_overrulings(begun.newest_overruling())
        run.overrule(3, "incorrect")
        (candidate,) = next(begun.entries("train", ["self"], start=3)).candidates
        assert candidate.verdict is not None
        assert candidate.verdict.label == "correct"
        assert begun.overruled() == {}


@pytest.mark.slow
def test_on_a_model_only_that_row_changes_though_more_is_asked(tmp_path: Path) -> None:
    recipe = {
        "model": {"id": "lab"},
        "data": {"path": "lab", "name": "math", "max_train": 12},
        "judge": {"name": "math"},
        "generate": {"max_new_tokens": 120},
        "methods": ["s3ft"],
    }
    out = tmp_path / "run"

    def select() -> list[bytes]:
        run_stages(recipe, {}, out, "select")
        return (out / "mixture" / "s3ft" / "train.jsonl").read_bytes().splitlines()

    before = select()
    own = next(n for n, row in enumerate(before) if json.loads(row)["source"] == "self")
    place = Place("train", own, "self", 0)
    with Store(out / "run.sqlite") as store:
        store.overrule(place, "incorrect", "ana", seen=0)
    after = select()
    assert changed(before, after) == [own]
    row = json.loads(after[own])
    assert row["source"] in ("paraphrase", "gold")
    assert "self: incorrect, overruled by ana (the judge: correct" in row["reason"]
    with Store(out / "run.sqlite") as store:
        store.overrule(place, None, "ana", seen=store.newest_overruling())
    assert select() == before
