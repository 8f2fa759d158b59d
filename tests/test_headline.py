"""The headline benchmark: its arithmetic, its runs, and that its quick form notices a broken judge.

The judges at the top are named in recipes as ``test_headline:FACTORY``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zlib import crc32

import numpy as np
import pytest
from headline import cli, protocols, rates, results, stages, tables
from headline.beyond import OURS, mixture_conditions
from headline.costs import costs
from headline.curves import Points, accuracies_at, drops_at, envelope, gap
from headline.jobs import Job, execute
from headline.lab_bench import LabBench
from headline.plot import frontier
from headline.runs import Variant, read_more
from headline.scores import drop, labels, mean

from restarts import FORKED
from s3ft import Judge, Verdict
from s3ft.errors import InputError, RunError
from s3ft.judges import per_case
from s3ft.recipe import load
from s3ft.store import Score, Spent, Store

ROOT = Path(__file__).parents[1]


def only_gold() -> Judge:
    """Broken: nothing but the gold's very words is right, so that every target is gold."""
    return per_case(
        lambda case: Verdict(case.key, "correct" if case.response in case.gold else "incorrect")
    )


def at_random() -> Judge:
    """Broken: a coin decides; only the gold's very words always pass."""
    return per_case(
        lambda case: Verdict(
            case.key,
            "correct"
            if case.response in case.gold or crc32(case.response.encode()) % 2
            else "incorrect",
        )
    )


SVG = "{http://www.w3.org/2000/svg}"


def rounded(drawn: Path) -> str:
    """A figure's text, its places to the pixel: processors round the last digits otherwise."""
    return re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.0f}", drawn.read_text("utf-8"))


SEEDS = [0, 1]
SUITE = ("lab_facts", "lab_myths")


@pytest.fixture(scope="module")
def recipes() -> Path:
    return Path(cli.RECIPES)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> LabBench:
    out = tmp_path_factory.mktemp("headline")
    made = LabBench(out=out, recipes=cli.RECIPES, sizes={"train": 4, "dev": 4, "test": 40})
    made.prepare(["math"])
    return made


def measured(bench: LabBench, rate: float, percent: Mapping[str, tuple[float, float]]) -> list[Job]:
    """Runs as if they had been done: accuracy and drop by method, the same for all seeds."""
    jobs = bench.measured("math", rate, "test", list(percent), SEEDS)
    return [done(bench, job, percent) for job in jobs]


def done(bench: LabBench, job: Job, percent: Mapping[str, tuple[float, float]]) -> Job:
    evaluate = job.recipe.evaluate.model_copy(update={"benchmarks": list(SUITE)})
    job = replace(job, recipe=job.recipe.model_copy(update={"evaluate": evaluate}))
    job.path.mkdir(parents=True, exist_ok=True)
    (job.path / "recipe.yaml").write_text(job.recipe.to_yaml(), encoding="utf-8")
    ids = [json.loads(line)["id"] for line in bench.rows("math", "test").open(encoding="utf-8")]
    with Store(job.path / "run.sqlite") as store:
        for method in ["base", *job.recipe.methods]:
            named = job.names.get(method, method)
            accuracy, drop = percent.get(named, (40.0, 0.0))
            for label in labels(method, SEEDS):
                right = round(len(ids) * accuracy / 100)
                found = [
                    Score(label, "target", metric, id_, float(n < right))
                    for n, id_ in enumerate(ids)
                    for metric in ("accuracy", "cut")
                ]
                found += [
                    Score(label, task, "acc", f"{task}:{n:06d}", float(n < 100 - drop))
                    for task in SUITE
                    for n in range(100)
                ]
                store.add_scores(found, Spent("score", label, len(found), 0, 0.0))
    return job


class TestScores:
    def test_models_are_compared_on_the_same_items(self) -> None:
        one = {f"i{n}": 100.0 * (n % 3 == 0) for n in range(60)}
        two = {item: min(100.0, value + 100.0 * (item == "i1")) for item, value in one.items()}
        scores = {"t": {"a": one, "b": two, "base": one}}
        over = mean(scores, "t", ["b"], "x") - mean(scores, "t", ["a"], "x")
        assert over[0] == pytest.approx(100 / 60)
        assert over.min() >= 0, "the same draw of items for both"
        assert not drop(scores, ["t"], ["a"], "x").any()

    def test_what_was_forgotten_is_the_mean_over_tasks_of_base_minus_tuned(self) -> None:
        right, wrong = {"a": 100.0, "b": 100.0}, {"a": 100.0, "b": 0.0}
        scores = {"t": {"base": right, "m": wrong}, "u": {"base": right, "m": right}}
        assert drop(scores, ["t", "u"], ["m"], "x")[0] == 25


class TestCurves:
    def test_the_envelope_leaves_out_what_another_point_beats(self) -> None:
        drops, accuracies = envelope(np.array([0, 5, 2, 9]), np.array([40, 55, 56, 60]))
        assert drops.tolist() == [0, 2, 9]
        assert accuracies.tolist() == [40, 56, 60]

    def test_the_gap_between_frontiers_is_accuracy_at_equal_drop(self) -> None:
        def curve(*points: tuple[float, float]) -> Points:
            drops, accuracies = np.array([(0.0, 40.0), *points]).T
            return np.stack([drops] * 3, axis=1), np.stack([accuracies] * 3, axis=1)

        theirs, ours = curve((10.0, 50.0)), curve((5.0, 60.0))
        over, gaps = gap(ours, theirs)
        # Ours: 40 to 60 at 5, flat to 10; theirs: 40 to 50 at 10.
        assert over == pytest.approx([10.0] * 3, abs=0.2)
        assert gaps[0, -1] == 10
        assert gaps[1, [0, -1]] == pytest.approx([0, 10])
        assert not gap(ours, ours)[0].any()
        assert drops_at(ours, 50) == pytest.approx([2.5] * 3)
        assert drops_at(theirs, 50) == pytest.approx([10] * 3)
        assert np.isinf(drops_at(theirs, 51)).all()
        assert accuracies_at(theirs, 5) == pytest.approx([45] * 3)
        assert accuracies_at(ours, 9) == pytest.approx([60] * 3), "flat beyond the last point"


class TestFigures:
    def test_the_rate_is_that_of_the_highest_accuracy_minus_drop(self) -> None:
        tried = [
            {"rate": rate, "accuracy_minus_drop": value}
            for rate, value in [(4e-3, 30.0), (1e-3, 45.0), (2e-3, 45.0)]
        ]
        assert rates.choose(tried) == 1e-3

    def test_a_grid_goes_on_for_as_long_as_its_highest_rate_is_the_best(self) -> None:
        best = {"math": 2.0, "code": 16.0}
        rounds = []

        def trials(grids: rates.Grids) -> rates.Trials:
            rounds.append(list(grids))
            return {
                target: [
                    {"rate": rate, "accuracy_minus_drop": -abs(rate - best[target])}
                    for rate in grid
                ]
                for target, grid in grids.items()
            }

        tried = rates.search(dict.fromkeys(best, (1.0, 2.0, 4.0)), trials)
        assert [trial["rate"] for trial in tried["math"]] == [1, 2, 4]
        assert [trial["rate"] for trial in tried["code"]] == [1, 2, 4, 8, 16, 32]
        assert {target: rates.choose(tried[target]) for target in best} == best
        assert rounds == [["math", "code"], ["code"], ["code"], ["code"]]

    def test_the_equal_protocol_says_what_is_met(self, bench: LabBench) -> None:
        jobs = measured(bench, 1e-3, {"sft": (50.0, 8.0), "s3ft": (60.0, 1.0)})
        found, conditions = protocols.equal({"math": jobs}, ["sft", "s3ft"], SEEDS)
        ours = found["math"]["s3ft"]
        assert ours["accuracy"].value == pytest.approx(60)
        assert ours["over_sft"].value == pytest.approx(10)
        assert ours["over_sft"].low < 10 < ours["over_sft"].high
        assert ours["drop"].value == pytest.approx(1)
        assert ours["drop_of_sft"].value == pytest.approx(1 / 8)
        assert found["math"]["base"]["drop"] is None
        assert len(conditions) == 4
        assert all(condition.met for condition in conditions)

    @pytest.mark.parametrize(
        ("sft", "s3ft", "missed"),
        [
            ((50.0, 8.0), (52.5, 1.0), "SFT's + 3"),
            ((30.0, 8.0), (37.5, 1.0), "above base"),
            ((50.0, 3.0), (60.0, 0.0), "at least 4 points"),
            ((50.0, 8.0), (60.0, 3.0), "a quarter"),
        ],
    )
    def test_a_condition_that_is_missed_is_named(
        self, bench: LabBench, sft: Any, s3ft: Any, missed: str
    ) -> None:
        rate = (sft[0] + 100 * sft[1] + 10 * s3ft[0]) * 1e-6  # a run of its own
        jobs = measured(bench, rate, {"sft": sft, "s3ft": s3ft})
        _, conditions = protocols.equal({"math": jobs}, ["sft", "s3ft"], SEEDS)
        [condition] = [condition for condition in conditions if not condition.met]
        assert missed in condition.what

    def test_the_frontier_compares_at_equal_drop(self, bench: LabBench) -> None:
        jobs = [
            measured(bench, 3e-3, {"sft": (45.0, 2.0), "s3ft": (60.0, 1.0)}),
            measured(bench, 5e-3, {"sft": (60.0, 10.0), "s3ft": (70.0, 4.0)}),
        ]
        found, [condition] = protocols.frontier(
            {"math": jobs}, {"math": 5e-3}, ["sft", "s3ft"], SEEDS[:1]
        )
        assert condition.met
        assert found["math"]["accuracy_compared"] == 60
        drawn = ElementTree.fromstring(frontier(found["math"]))
        names = [text.text for text in drawn.iter(f"{SVG}text")]
        assert names[-3:] == ["sft", "s3ft", "base"]
        marks = {
            colour: [
                (float(use.attrib["x"]), float(use.attrib["y"]))
                for use in drawn.iter(f"{SVG}use")
                if colour in use.attrib.get("style", "")
            ]
            for colour in ("#d55e00", "#0072b2")
        }
        assert [len(some) for some in marks.values()] == [3, 3]  # both rates, and the legend's
        (sft_x, sft_y), (x, y) = (some[1] for some in marks.values())
        assert x < sft_x  # less forgotten
        assert y < sft_y  # more accurate
        methods = found["math"]["methods"]
        assert methods["sft"]["drop_at_accuracy"] == pytest.approx(10)
        assert methods["s3ft"]["drop_at_accuracy"] == pytest.approx(1)
        assert methods["s3ft"]["over_sft"].value > 10
        swapped, [condition] = protocols.frontier(
            {"math": [measured(bench, 7e-3, {"sft": (70.0, 2.0), "s3ft": (50.0, 9.0)})]},
            {"math": 7e-3},
            ["sft", "s3ft"],
            SEEDS,
        )
        assert not condition.met
        assert swapped["math"]["methods"]["s3ft"]["drop_at_accuracy"] is None

    @pytest.mark.parametrize(
        ("plus", "met", "of_s3ft"),
        [
            (((58.0, 1.0), (72.0, 6.0)), True, 0.4),  # half of the drop at 59 %
            (((54.0, 3.0), (75.0, 4.0)), True, 0.85),  # at a drop of 4 more is learned
            (((54.0, 1.0), (60.5, 4.0)), False, 0.9),
            (((45.0, 1.0), (47.5, 2.0)), False, None),
        ],
    )
    def test_what_goes_beyond_s3ft_is_compared_where_s3ft_is_at_its_best(
        self, bench: LabBench, plus: Any, met: bool, of_s3ft: float | None
    ) -> None:
        jobs = [
            measured(bench, plus[1][0] * 1e-6 + at * 1e-4, {"sft": sft, "s3ft": s3ft, OURS: ours})
            for at, (sft, s3ft, ours) in enumerate(
                zip([(45.0, 5.0), (50.0, 9.0)], [(50.0, 2.0), (60.0, 4.0)], plus, strict=True)
            )
        ]
        chosen = {"math": jobs[0][0].rate}
        methods = ["sft", "s3ft", OURS]
        found, [condition, _] = protocols.frontier({"math": jobs}, chosen, methods, SEEDS[:1])
        compared = found["math"]["beyond"]
        assert (compared["accuracy"], compared["drop"]) == (59, 4)
        theirs, ours = (compared["methods"][method] for method in ("s3ft", OURS))
        assert theirs["of_s3ft"].value == 1
        assert theirs["learned_at_drop"].value == pytest.approx(100 / 3), "20 of 60 points"
        assert condition.met is met
        if of_s3ft is None:
            assert ours["of_s3ft"] is None
            assert condition.figure.startswith("– of the drop")
        else:
            assert ours["of_s3ft"].value == pytest.approx(of_s3ft, abs=0.05)
        whole = {"frontier": found, "mixtures": {}, "conditions": [condition]}
        text = tables.markdown(tables.tables(whole))
        assert "Frontier, math: beside S3FT" in text
        assert f"| {OURS} | " in text

    @pytest.mark.parametrize(("drop", "gold", "met"), [(2.0, 12.0, True), (3.0, 16.0, False)])
    def test_what_else_is_asked_of_it(
        self, bench: LabBench, drop: float, gold: float, met: bool
    ) -> None:
        percent = {"sft": (50.0, 8.0), "s3ft": (60.0, 1.0), OURS: (60.0, drop)}
        jobs = measured(bench, drop * 1e-7, percent)
        _, conditions = protocols.equal({"math": jobs}, list(percent), SEEDS)
        assert f"{OURS}'s mean drop" in conditions[-1].what
        assert conditions[-1].met is met
        made = {"s3ft": {"percent": {"gold": 40.0}}, OURS: {"percent": {"gold": gold}}}
        [condition] = mixture_conditions({"code": made})
        assert condition.met is met
        made["s3ft"] = {"percent": {"gold": 8.0}}
        assert not mixture_conditions({"code": made}), "little gold to begin with"

    def test_what_a_mixture_took_is_that_of_all_rungs_and_rounds(
        self, recipes: Path, tmp_path: Path
    ) -> None:
        more, _ = read_more(ROOT / "benchmarks" / "beyond.yaml")
        bench = LabBench(out=tmp_path, recipes=recipes, more=more)
        job = bench.selection("math", ["sft", "s3ft", OURS])
        job.path.mkdir(parents=True)
        with Store(job.path / "run.sqlite") as store:
            for stage, source, tokens, seconds in [
                ("generate", "self", 300, 3.0),
                ("generate", "self", 100, 1.0),
                ("judge", "self", 0, 0.5),
                ("generate", "paraphrase", 200, 2.0),
                ("generate", "base", 999, 9.0),
                ("train", f"{OURS}-round1-seed0", 999, 60.0),
                ("generate", f"{OURS}-round1-self", 50, 0.25),
                ("weigh", "gold", 80, 0.75),
            ]:
                store.add_spent(Spent(stage, source, 1, tokens, seconds))
        found = costs({"math": job})["math"]
        assert found["sft"] == {"tokens": 0, "seconds": 0, "training": 0}
        assert found["s3ft"] == {"tokens": 600, "seconds": 6.5, "training": 0}
        assert found[OURS] == {"tokens": 650, "seconds": 7.5, "training": 60}
        text = tables.markdown([tables._costs({"math": found})])
        assert f"| math | {OURS} | 650 | 1.08 | 8 | 60 |" in text

    def test_variants_are_methods_with_settings_of_their_own(self, bench: LabBench) -> None:
        variants = {
            "slow": Variant("sft", rate=0.25, more={"train.epochs": 12}),
            "replay": Variant("sft", more={"data.replay": {"path": "{data}/general.jsonl"}}),
            "on-policy": Variant("sft", program=["self_distillation.py", "--teacher", "ema"]),
        }
        more = replace(bench, variants=variants)
        percent = {"sft": (50.0, 8.0), "s3ft": (60.0, 1.0), "slow": (55.0, 4.0)}
        percent |= {"replay": (45.0, 2.0), "on-policy": (57.5, 1.0)}
        jobs = measured(more, 3e-5, percent)
        together, slow, replay, policy = jobs
        assert together.recipe.methods == ["sft", "s3ft"]
        assert slow.recipe.train.learning_rate == pytest.approx(3e-5 / 4)
        assert (slow.recipe.train.epochs, slow.rate) == (12, together.rate)
        assert replay.recipe.data.replay is not None
        rows = Path(replay.recipe.data.replay.path)
        assert rows == (bench.out / "data" / "general.jsonl").resolve()
        assert json.loads(rows.open(encoding="utf-8").readline())["completion"]
        # The same mixture can be taken from the selection; other rows are another one.
        assert slow.origin == together.origin
        assert (replay.origin, policy.origin) == (None, None)
        script, *options = policy.program
        assert Path(script).is_file()
        assert options == ["--teacher", "ema"]
        found, _ = protocols.equal({"math": jobs}, list(percent), SEEDS)
        for method, (accuracy, lost) in percent.items():
            assert found["math"][method]["accuracy"].value == pytest.approx(accuracy)
            assert found["math"][method]["drop"].value == pytest.approx(lost)
        assert more.selection("math", ["sft", "slow"]) == bench.selection("math", ["sft"])

    def test_of_a_drop_that_may_be_none_no_share_is_missed(self, bench: LabBench) -> None:
        jobs = measured(bench, 8e-7, {"sft": (50.0, 0.0), "s3ft": (60.0, 1.0), OURS: (60.0, 1.0)})
        found, conditions = protocols.equal({"math": jobs}, ["sft", "s3ft", OURS], SEEDS)
        shares = [condition for condition in conditions if "a quarter of SFT's" in condition.what]
        assert [condition.met for condition in shares] == [None, None]
        assert all("no drop of SFT's can be told" in condition.figure for condition in shares)
        whole = {"equal": found, "mixtures": {}, "conditions": shares}
        text = tables.markdown(tables.tables(results.loads(results.dumps(whole))))
        assert text.count("no drop of SFT's can be told | – |") == 2

    def test_tables_show_every_figure_and_condition(self, bench: LabBench) -> None:
        jobs = measured(bench, 9e-3, {"sft": (50.0, 8.0), "s3ft": (60.0, 1.0)})
        found, conditions = protocols.equal({"math": jobs}, ["sft", "s3ft"], SEEDS)
        percent = {"self": 50.0, "paraphrase": 40.0, "gold": 10.0}
        mixture = {"math": {"s3ft": {"rows": 4, "percent": percent, "right": 100.0}}}
        whole = {"equal": found, "mixtures": mixture, "conditions": conditions}
        text = tables.markdown(tables.tables(whole))
        assert "| s3ft | 60.0 [" in text
        assert "| math | s3ft | 4 | 50.0 / 40.0 / 10.0 | 49.5 / 42.1 / 8.4 | 100.0 |" in text
        assert text.count("| met |") == 4
        assert json.loads(results.dumps(whole))["conditions"][0]["met"] is True


class TestRendering:
    """What the documentation shows is made of the figures beside it, and can be made again."""

    FOLDER = ROOT / "docs" / "headline"

    @pytest.mark.parametrize("name", ["lora", "full", "world1"])
    def test_the_documents_are_made_of_their_figures(
        self, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        written = [tmp_path / f"{name}.{kind}" for kind in ("json", "md")]
        options = ["--json", str(written[0]), "--markdown", str(written[1])]
        source = self.FOLDER / f"{name}.json"
        figures = ["--figures", str(tmp_path / "figures")]
        monkeypatch.setattr(sys, "argv", ["headline", "--render", str(source), *options, *figures])
        assert cli.main() == 0
        for path in written:
            assert path.read_bytes() == (self.FOLDER / path.name).read_bytes()
        drawn = sorted((tmp_path / "figures").iterdir())
        assert len(drawn) == {"lora": 3, "full": 3, "world1": 0}[name]
        kept = self.FOLDER / "full" if name == "full" else self.FOLDER
        for path in drawn:
            assert rounded(path) == rounded(kept / path.name)

    def test_it_starts_as_a_folder_and_as_a_module(self, tmp_path: Path) -> None:
        folder = ROOT / "benchmarks"
        for command, where in ((str(folder / "headline"), tmp_path), ("-mheadline", folder)):
            started = [sys.executable, command, "--help"]
            done = subprocess.run(started, cwd=where, capture_output=True, text=True, check=True)
            assert "--render" in done.stdout


class TestRuns:
    def test_dev_and_test_share_no_row_and_no_item(self, bench: LabBench) -> None:
        prompts = [
            {str(json.loads(line)["prompt"]) for line in bench.rows("math", split).open()}
            for split in ("train", "dev", "test")
        ]
        assert not set.intersection(*prompts)
        world = json.loads((bench.out / "data" / "world.json").read_text())
        assert world["suite dev"] != world["suite test"]

    def test_another_number_of_rows_is_another_benchmark(
        self, bench: LabBench, recipes: Path
    ) -> None:
        other = LabBench(out=bench.out, recipes=recipes, sizes={"train": 5})
        with pytest.raises(InputError, match="another world, base or number of rows"):
            other.prepare(["math"])

    def test_a_judge_of_the_selection_leaves_the_target_its_own(self, recipes: Path) -> None:
        bench = LabBench(out=Path("x"), recipes=recipes, judge="test_headline:only_gold")
        recipe = bench.selection("math", ["sft"]).recipe
        assert recipe.judge.name == "test_headline:only_gold"
        assert recipe.evaluate.target is not None
        assert recipe.evaluate.target.judge is not None
        assert recipe.evaluate.target.judge.name == "math"

    def test_every_part_of_what_goes_beyond_s3ft_is_a_method_of_every_recipe(
        self, recipes: Path
    ) -> None:
        more, variants = read_more(ROOT / "benchmarks" / "beyond.yaml")
        names = ["sft", "s3ft", "s3ft-plus", *more["ladders"]]
        for target in cli.TARGETS:
            bench = LabBench(out=Path("x"), recipes=recipes, more=more | {"train.epochs": 1})
            recipe = bench.selection(target, names).recipe
            assert recipe.train.epochs == 1
            plus, *parts = (recipe.method(name) for name in names[2:])
            assert plus not in parts
            assert len(set(parts)) == len(parts)
        assert not set(variants) & set(names)

    def test_all_weights_are_trained_where_asked(self, recipes: Path) -> None:
        bench = LabBench(out=Path("x"), recipes=recipes, tuning="full")
        [job] = bench.measured("math", 1e-4, "test", ["sft"], [0])
        assert job.recipe.train.lora is None
        assert job.path == Path("x/math/full/0.0001/test")
        lora = LabBench(out=Path("x"), recipes=recipes)
        assert bench.selection("math", ["sft"]) == lora.selection("math", ["sft"]), "one for both"

    def test_what_is_done_is_known_and_more_of_it_is_not(self, bench: LabBench) -> None:
        [job] = measured(bench, 2e-2, {"sft": (50.0, 8.0), "s3ft": (60.0, 1.0)})
        assert job.done() == 5, "measured, and no models there"
        for label in [f"{m}-seed{s}" for m in ("sft", "s3ft") for s in SEEDS]:
            (job.path / "models" / label).mkdir(parents=True)
        assert job.done() == job.units == 9
        update = {"seeds": [0]}
        fewer = Job(job.path, job.recipe.model_copy(update=update), "run", "math", 2e-2)
        assert fewer.done() == fewer.units == 5
        update = {"seeds": [0, 1, 2]}
        more = Job(job.path, job.recipe.model_copy(update=update), "run", "math", 2e-2)
        assert more.done() == 0

    def test_a_run_that_fails_is_told_with_the_end_of_its_output(
        self, recipes: Path, tmp_path: Path
    ) -> None:
        bench = LabBench(tmp_path, recipes, judge="no_such:judge", sizes={"train": 2})
        bench.prepare(["math"])
        job = bench.selection("math", ["sft"])
        with pytest.raises(RunError, match="cannot be imported"):
            execute("selection", [job], workers=1)


@pytest.mark.slow
def test_the_stages_from_end_to_end_and_again(
    recipes: Path, speck: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headline.jobs.subprocess", FORKED)
    changes = {"generate.max_new_tokens": 8, "allow": ["length"]}
    recipe = load(recipes / "lab-math.yaml", changes)
    (tmp_path / "lab-math.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    sizes = {"train": 8, "dev": 2, "test": 4}
    bench = LabBench(tmp_path / "out", tmp_path, model=str(speck), sizes=sizes, limit=2)
    arguments = Namespace(
        targets=["math"],
        methods=["sft", "s3ft"],
        seeds=[0, 1],
        frontier_seeds=[0],
        rates=[1e-3, 2e-3],
        stage=["lr", "equal", "frontier"],
        full=False,
        quick=False,
        model=str(speck),
        world=0,
        workers=2,
    )
    found = stages.compare(bench, arguments)
    assert [tried["rate"] for tried in found["rates"]["math"]["tried"]] == [1e-3, 2e-3]
    chosen = found["rates"]["math"]["chosen"]
    assert set(found["equal"]["math"]) == {"base", "sft", "s3ft"}
    assert len(found["frontier"]["math"]["methods"]["s3ft"]["points"]) == 2
    assert len(found["conditions"]) == 5
    assert found["costs"]["math"]["s3ft"]["tokens"] > found["costs"]["math"]["sft"]["tokens"] == 0
    for rate in arguments.rates:
        run = bench.out / "math" / "lora" / f"{rate:g}" / "test"
        seeds = [0, 1] if rate == chosen else [0]
        assert load(run / "recipe.yaml").seeds == seeds
        same = [
            (place / "mixture/s3ft/train.jsonl").read_bytes()
            for place in (run, bench.out / "math/selection")
        ]
        assert same[0] == same[1], "the selection is made once"
    before = {path: path.stat().st_mtime_ns for path in bench.out.rglob("*.log")}
    assert results.dumps(stages.compare(bench, arguments)) == results.dumps(found)
    assert {path: path.stat().st_mtime_ns for path in before} == before, "nothing is done again"


def quick(monkeypatch: pytest.MonkeyPatch, recipes: Path, out: Path, *options: str) -> Any:
    """Exit code and conditions of the quick form."""
    command = ["headline", "--quick", "--recipes", str(recipes), "--out", str(out / "runs")]
    monkeypatch.setattr(sys, "argv", [*command, "--json", str(out / "found.json"), *options])
    # Its runs import the broken judges from here, and with them the benchmark.
    paths = (Path(__file__).parent, ROOT / "benchmarks")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, paths)))
    code = cli.main()
    found = json.loads((out / "found.json").read_text(encoding="utf-8"))
    return code, {condition["what"]: condition["met"] for condition in found["conditions"]}


@pytest.mark.slow
@pytest.mark.longest
def test_the_quick_form_sees_the_effect(
    monkeypatch: pytest.MonkeyPatch, recipes: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr("headline.jobs.subprocess", FORKED)
    code, met = quick(monkeypatch, recipes, tmp_path)
    assert code == 0, met


@pytest.mark.slow
@pytest.mark.parametrize(
    ("judge", "missed"),
    [
        ("only_gold", ["S3FT's accuracy is above SFT's", "S3FT's mean drop is below SFT's"]),
        ("at_random", ["S3FT's targets are right in the eyes of the target's judge"]),
    ],
)
def test_the_quick_form_fails_where_selection_is_broken(
    monkeypatch: pytest.MonkeyPatch, recipes: Path, tmp_path: Path, judge: str, missed: list[str]
) -> None:
    # Few rows are enough: only gold makes S3FT's mixture SFT's own, whatever their number, and with
    # it the model; a coin lets a wrong target pass soon.
    monkeypatch.setattr(cli, "QUICK_SIZES", {"train": 16, "dev": 1, "test": 4})
    monkeypatch.setattr(cli, "QUICK_LIMIT", 2)
    monkeypatch.setattr("headline.jobs.subprocess", FORKED)
    code, met = quick(monkeypatch, recipes, tmp_path, "--judge", f"test_headline:{judge}")
    assert code == 1
    assert not any(met[what] for what in missed)
