"""The real model's benchmark: its arithmetic, its rows and its tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import real
from headline.jobs import Job
from real_model import bench as real_bench
from real_model.analyses import confusion, drift, likelihoods
from real_model.tables import tables

from restarts import FORKED
from s3ft.recipe import load
from s3ft.records import Example, Response, Verdict, VerdictCode
from s3ft.stats import Estimate
from s3ft.store import Place, Score, Spent, Store


def test_abstentions_are_told_from_wrong_answers(tmp_path: Path) -> None:
    outcomes = {  # label, code, whether the question has an answer, how it ended
        "right": ("correct", VerdictCode.EQUAL, True, "stop"),
        "cut": ("correct", VerdictCode.EQUAL, True, "length"),
        "silent": ("incorrect", VerdictCode.ABSTAINS, True, "stop"),
        "honest": ("correct", VerdictCode.EQUAL, False, "stop"),
        "bold": ("incorrect", VerdictCode.DIFFERS, False, "stop"),
    }
    examples = [
        Example(name, ({"role": "user", "content": name},), "x", {"part": "test", "answerable": a})
        for name, (_, _, a, _) in outcomes.items()
    ]
    with Store(tmp_path / "run.sqlite") as store:
        store.add_examples({"test": examples})
        for n, (name, (label, code, _, end)) in enumerate(outcomes.items()):
            place = Place("test", n, "base", 0)
            response = Response(name, name, finish_reason=end)  # type: ignore[arg-type]
            store.add_responses([response], [(place, name)], Spent("a", "base", 1, 0, 0))
            verdict = Verdict(name, label, code=code)  # type: ignore[arg-type]
            store.add_verdicts([(place, verdict)], "qa", Spent("j", "base", 1, 0, 0))
    job = Job(tmp_path, load("lab-reading"), "run", "squad", 1.0)
    found = confusion({"base": job})["test"]["base"]
    third = pytest.approx(100 / 3)
    assert found["answerable"] == {"right": third, "wrong": third, "abstained": third}
    assert found["unanswerable"] == {"abstained": 50, "answered": 50}


def test_what_runs_measured_beside_scores_is_read_by_model_and_kind(tmp_path: Path) -> None:
    job = Job(tmp_path, load("lab-reading"), "run", "squad", 0.004)
    measured = [
        ("base", "target", "accuracy", "a", 1.0),
        ("base", "likelihood", "self", "a", -0.5),
        ("base", "likelihood", "self", "b", -1.0),
        ("base", "likelihood", "gold", "a", -3.0),
        ("sft-seed0", "drift", "task", "a", 0.2),
        ("sft-seed0", "drift", "task", "b", 0.4),
        ("sft-seed0", "drift", "general", "c", 0.1),
    ]
    with Store(tmp_path / "run.sqlite") as store:
        store.add_scores([Score(*one) for one in measured], Spent("score", "base", 7, 0, 0))
    assert likelihoods(job) == {"self": [-0.5, -1.0], "gold": [-3.0]}
    assert drift([job]) == {
        "0.004": {"sft-seed0": {"task": pytest.approx(0.3), "general": pytest.approx(0.1)}}
    }


def test_train_dev_and_test_are_other_articles_and_other_items(
    shared_data: Path, tmp_path: Path
) -> None:
    sizes = {"train": 60, "dev": 30, "test": 40, "clapnq": 6, "musique": 6}
    made = real_bench.RealBench(
        out=tmp_path,
        recipes=Path(real_bench.__file__).parents[2] / "src/s3ft/recipes",
        model="lab",
        sizes=sizes,
        data=shared_data,
    )
    made.prepare([real_bench.TARGET])
    found = {
        split: [json.loads(line) for line in made.rows(real_bench.TARGET, split).open()]
        for split in ("train", "dev", "test")
    }
    titles = {
        split: {row["title"] for row in some if row["part"] == split}
        for split, some in found.items()
    }
    assert not titles["train"] & titles["dev"]
    assert not (titles["train"] | titles["dev"]) & titles["test"]
    assert len(found["train"]) == 60
    assert [row["part"] for row in found["test"]].count("musique") == 6
    silent = sum(not row["answerable"] for row in found["train"])
    assert silent == pytest.approx(20, abs=1)
    for file, _ in real_bench.SUITE.values():
        test, dev = ((made.suite(split) / file).read_text() for split in ("test", "dev"))
        assert not set(_items(file, test)) & set(_items(file, dev)), file


def _items(file: str, text: str) -> list[str]:
    return list(map(str, json.loads(text))) if file.endswith(".json") else text.splitlines()


def test_the_tables_show_what_there_is_so_far() -> None:
    figure = Estimate(1.25, 0.5, 2.0)
    found = {
        "rates": {
            "chosen": 1e-3,
            "tried": [{"rate": 1e-3, "accuracy": 30, "drop": 1, "accuracy_minus_drop": 29}],
        },
        "benchmarks": {"ifeval": {"base": figure, "sft": figure}},
        "likelihood": {"self": [-0.1, -0.2], "gold": [-5.0, -0.1]},
        "drift": {"0.001": {"sft-seed0": {"task": 0.5, "general": 0.1}}},
    }
    rates, benchmarks, drift, likelihood = tables(found)
    assert rates.rows == [["0.001 *", "30.0", "1.0", "29.0"]]
    assert benchmarks.rows == [["ifeval", "1.2 [0.5, 2.0]", "+1.2 [+0.5, +2.0]"]]
    assert drift.rows == [["0.001", "sft-seed0", "0.500", "0.100"]]
    assert [row[2] for row in likelihood.rows] == ["0", "50"]
    assert sum(map(int, likelihood.rows[1][2:])) == 100


@pytest.mark.slow
def test_the_stages_from_end_to_end(
    speck: Path, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headline.jobs.subprocess", FORKED)
    monkeypatch.setattr(real_bench, "SUITE", {"arc_easy": real_bench.SUITE["arc_easy"]})
    sizes = ["train=8", "dev=2", "test=3", "clapnq=1", "musique=1", "suite=2"]
    written = tmp_path / "found.json"
    command = ["real", "--model", str(speck), "--data", str(shared_data), "--out", str(tmp_path)]
    options = ["--sizes", *sizes, "--rates", "1e-3", "--seeds", "0", "--workers", "2"]
    options += ["--json", str(written)]
    more = tmp_path / "more.yaml"
    more.write_text(
        "allow: [length]\n"  # all that an untrained model does
        "generate.max_new_tokens: 4\n"
        "ladders: {s3ft-mask: {rungs: [self, gold], mask: {}}}\n"
    )
    methods = ["--methods", "ssr", "s3ft-mask", "--more", str(more)]
    monkeypatch.setattr(sys, "argv", [*command, *options, *methods, "--stage", "rates", "analyses"])
    monkeypatch.setattr(real, "LAST", {"lora": 1e-3})
    assert real.main() == 0
    found = json.loads(written.read_text())
    assert list(found["confusion"]["test"]) == ["base", "sft", "s3ft"], "the others are to come"
    assert found["likelihood"]["gold"]
    monkeypatch.setattr(sys, "argv", sys.argv[:-3])
    assert real.main() == 0
    found = json.loads(written.read_text())
    assert set(found["equal"]) == {"squad", "squad clapnq", "squad musique"}
    for part in found["equal"].values():
        assert list(part) == ["base", "sft", "ssr", "s3ft", "s3ft-mask"]
    assert found["drift"].keys() == {"0.001"}
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--develop"])
    assert real.main() == 0
    found = json.loads(written.read_text())
    assert list(found["equal"]) == ["squad dev"]
    assert list(found["equal"]["squad dev"]) == ["base", "sft", "s3ft", "ssr", "s3ft-mask"]
    assert found["mixtures"]["s3ft-mask"]["percent"]["gold"] == 100
