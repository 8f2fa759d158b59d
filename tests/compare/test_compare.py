"""What a comparison tells, and what it refuses."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from s3ft.cli._main import run_command
from s3ft.compare import Contender, Task, compare, lines, read_contenders, read_run, table
from s3ft.errors import InputError
from s3ft.recipe import load
from s3ft.records import Example, Response, Verdict
from s3ft.store import Answer, Item, Place, Score, Spent, Store

NOTHING = Spent("score", "base", 0, 0, 0.0)


def task(*values: float, **changes: object) -> Task:
    items = {f"i{n:03}": value for n, value in enumerate(values)}
    prompts = {item: f"prompt of {item}" for item in items}
    return replace(Task("acc", items, prompts), **changes)  # type: ignore[arg-type]


def contender(name: str, *models: Mapping[str, Task]) -> Contender:
    return Contender(name, name, {str(seed): tasks for seed, tasks in enumerate(models)})


def right(number: int, of: int = 100) -> list[float]:
    return [100.0] * number + [0.0] * (of - number)


class TestFigures:
    def test_scores_differences_and_drops(self) -> None:
        base = contender("base", {"a": task(*right(80)), "b": task(*right(60))})
        sft = contender("sft", {"a": task(*right(60)), "b": task(*right(60))})
        ours = contender("s3ft", {"a": task(*right(75)), "b": task(*right(60))})
        found = compare([base, sft, ours])
        assert found.references == ["base", "sft"]
        assert {k: round(e.value) for k, e in found.scores.items()} == {
            ("a", "base"): 80,
            ("a", "sft"): 60,
            ("a", "s3ft"): 75,
            ("b", "base"): 60,
            ("b", "sft"): 60,
            ("b", "s3ft"): 60,
        }
        told = {(o.task, o.contender, o.reference): o.paired for o in found.against}
        assert ("a", "base", "sft") not in told, "that would say the same twice"
        assert told["a", "sft", "base"].difference.value == pytest.approx(-20)
        assert (told["a", "sft", "base"].gained, told["a", "sft", "base"].lost) == (0, 20)
        assert told["a", "s3ft", "sft"].told == "higher"
        assert told["b", "s3ft", "base"].told == "not told"
        drops = {(d.contender, d.reference): d for d in found.drops}
        assert drops["sft", "base"].drop.value == pytest.approx(10)
        assert drops["sft", "base"].fraction is None
        fraction = drops["s3ft", "base"].fraction
        assert fraction is not None
        assert fraction.value == pytest.approx(0.25)
        assert fraction.low < 0.25 < fraction.high
        assert drops["s3ft", "sft"].drop.value == pytest.approx(-7.5)

    def test_p_values_are_corrected_together(self) -> None:
        names = [f"t{n}" for n in range(10)]
        base = contender("base", {name: task(*right(50)) for name in names})
        other = {name: task(*right(50)) for name in names} | {"t0": task(*right(43))}
        found = compare([base, contender("sft", other)])
        [first] = [one for one in found.against if one.task == "t0"]
        assert first.paired.p == pytest.approx(2 / 2**7)
        assert first.p_holm == pytest.approx(10 * 2 / 2**7)

    def test_a_fraction_of_nothing_is_not_told(self) -> None:
        same = {"a": task(*right(60)), "b": task(*right(60))}
        found = compare([contender(name, same) for name in ("base", "sft", "s3ft")])
        assert all(drop.fraction is None for drop in found.drops)

    def test_seeds_widen_the_interval(self) -> None:
        base = contender("base", {"a": task(*right(50))})
        alike = contender("one", *[{"a": task(*right(50))}] * 3)
        apart = contender("two", *[{"a": task(*right(n))} for n in (30, 50, 70)])
        found = compare([base, alike, apart])
        spread = {o.contender: o.paired.smallest for o in found.against}
        assert spread["two"] > spread["one"] + 10

    def test_the_words_tell_what_cannot_be_told(self) -> None:
        base = contender("base", {"a": task(*right(50)), "b": task(*right(50))})
        sft = contender("sft", {"a": task(*right(20)), "b": task(*right(48))})
        text = "\n".join(lines(compare([base, sft])))
        assert "sft against base: lower in a; no difference can be told in b" in text
        assert "with 100 items of b one of less than about" in text
        assert "in b so few items differ that no test could tell at 5%" in text
        assert "mean drop against base 16.0 [" in text

    def test_what_would_not_show_is_no_less_than_the_test_could_tell(self) -> None:
        base = contender("base", {"a": task(*right(30, of=30))})
        same = contender("sft", {"a": task(*right(30, of=30))})
        text = "\n".join(lines(compare([base, same])))
        assert "with 30 items of a one of less than about 20.0 points" in text  # 6 items of 30

    def test_so_few_items_show_nothing(self) -> None:
        base, sft = (
            contender(name, {"a": task(*right(n, 4))}) for name, n in (("base", 2), ("sft", 1))
        )
        text = "\n".join(lines(compare([base, sft])))
        assert "with 4 items of a none would show" in text

    def test_the_json_is_json(self) -> None:
        base = contender("base", {"a": task(*right(50)), "b": task(*right(50))})
        sft = contender("sft", {"a": task(*right(44)), "b": task(*right(50))})
        ours = contender("s3ft", {"a": task(*right(30)), "b": task(*right(50))})
        found = json.loads(json.dumps(compare([base, sft, ours]).to_dict(), allow_nan=False))
        assert found["format"] == 1
        first = found["tasks"][0]
        assert (first["task"], first["items"], first["metric"]) == ("a", 100, "acc")
        assert first["scores"]["sft"]["value"] == pytest.approx(44)
        assert first["against"][0]["lost"] == 6

    def test_a_reference_of_ones_own(self) -> None:
        sides = [contender(n, {"a": task(*right(k))}) for n, k in (("x", 50), ("y", 60))]
        assert {o.reference for o in compare(sides, ["y"]).against} == {"y"}
        with pytest.raises(InputError, match="'z' is not compared"):
            compare(sides, ["z"])


class TestRefused:
    def refuse(self, one: Task, other: Task) -> str:
        with pytest.raises(InputError) as caught:
            compare([contender("x", {"a": one}), contender("y", {"a": other})])
        assert caught.value.exit_code == 2
        return str(caught.value)

    def test_other_items(self) -> None:
        text = self.refuse(task(0, 1, 2), task(0, 1))
        assert "a: x and y: have other items (3 and 2): 1 of the first (i002 ...)" in text

    def test_other_prompts(self) -> None:
        other = task(0, 1, prompts={"i000": "prompt of i000", "i001": "prompt of I001"})
        text = self.refuse(task(0, 1), other)
        assert "other prompts, as in i001: 'prompt of i001' and 'prompt of I001'" in text

    def test_other_golds(self) -> None:
        text = self.refuse(task(0, golds={"i000": "4"}), task(0, golds={"i000": "5"}))
        assert "other golds, as in i000: '4' and '5'" in text

    def test_other_settings_are_named(self) -> None:
        settings = [{"few-shot examples": n, "x": n} for n in ("0", "5")]
        del settings[1]["x"]  # of what only one tells, nothing is said
        text = self.refuse(task(0, settings=settings[0]), task(0, settings=settings[1]))
        assert "were asked otherwise: few-shot examples 0 and 5" in text

    def test_other_metrics(self) -> None:
        assert "other metrics, acc and f1" in self.refuse(task(0), task(0, metric="f1"))

    def test_the_second_seed_is_looked_at_too(self) -> None:
        sides = [
            contender("x", {"a": task(0, 1)}),
            contender("y", {"a": task(0, 1)}, {"a": task(0)}),
        ]
        with pytest.raises(InputError, match="other items"):
            compare(sides)

    def test_what_only_some_have_is_left_out_aloud(self) -> None:
        both = {"a": task(0, 1)}
        found = compare([contender("x", both), contender("y", {**both, "b": task(1)})])
        assert list(found.tasks) == ["a"]
        assert found.notes == ["b is left out: only y has it"]
        with pytest.raises(InputError, match="no task was measured for all: x: a; y: b"):
            compare([contender("x", both), contender("y", {"b": task(1)})])


def make_run(path: Path, methods: Sequence[str] = ("sft", "s3ft"), shots: int = 0) -> Path:
    """A run with a target and a benchmark, measured for the base and two seeds of each method."""
    changes = {"methods": list(methods), "seeds": [0, 1], "evaluate.num_fewshot": shots}
    recipe = load("lab-math", {**changes, "evaluate.benchmarks": ["lab_facts"]})
    path.mkdir(parents=True)
    (path / "recipe.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
    examples = [
        Example(f"e{n}", ({"role": "user", "content": f"How much is {n}?"},), str(n))
        for n in range(10)
    ]
    models = ["base", *(f"{m}-seed{s}" for m in methods for s in (0, 1))]
    with Store(path / "run.sqlite") as store:
        store.add_examples({"train": [], "test": examples})
        for number, model in enumerate(models):
            responses = [Response(f"{model}{n}", f"It is {n}.") for n in range(10)]
            places = [Place("test", n, model, 0) for n in range(10)]
            rows = list(zip(places, [r.key for r in responses], strict=True))
            store.add_responses(responses, rows, Spent("a", model, 1, 0, 0))
            verdicts = [(place, Verdict(key, "correct")) for place, key in rows]
            store.add_verdicts(verdicts, "math", Spent("j", model, 1, 0, 0))
            scores = [
                Score(model, "target", metric, f"e{n}", float(n < number + 2))
                for n in range(10)
                for metric in ("accuracy", "cut")
            ]
            scores += [
                Score(model, "lab_facts", "acc", f"lab_facts:{n}", float(n % 2)) for n in range(8)
            ]
            items = [
                Item("lab_facts", f"lab_facts:{n}", f"Fact {n}:", (" yes", " no"), " yes")
                for n in range(8)
            ]
            answers = [Answer(model, "lab_facts", f"lab_facts:{n}", " no", 1) for n in range(8)]
            store.add_scores(scores, NOTHING, items, answers)
    return path


class TestRuns:
    def test_a_runs_methods_with_their_seeds(self, tmp_path: Path) -> None:
        base, sft, ours = read_run(make_run(tmp_path / "a"))
        assert [one.name for one in (base, sft, ours)] == ["base", "sft", "s3ft"]
        assert (list(base.models), list(sft.models)) == ([""], ["0", "1"])
        assert sft.tasks() == ["target", "lab_facts"]
        target = sft.models["1"]["target"]
        assert target.values == {f"e{n}": 100.0 * (n < 4) for n in range(10)}
        assert target.prompts["e3"] == "How much is 3?"
        assert target.answers["e3"] == "It is 3."
        assert target.golds["e3"] == "3"
        facts = ours.models["0"]["lab_facts"]
        assert facts.prompts["lab_facts:2"] == "Fact 2:\n- yes\n- no"
        assert facts.answers["lab_facts:2"] == " no"

    def test_methods_of_two_runs(self, tmp_path: Path) -> None:
        a, b = make_run(tmp_path / "a"), make_run(tmp_path / "b", ["sft"])
        names = [one.name for one in read_contenders([f"{a}:sft", f"{b}:sft", f"{b}:base"])]
        assert names == ["a:sft", "b:sft", "base"]

    def test_runs_that_were_asked_otherwise(self, tmp_path: Path) -> None:
        a, b = make_run(tmp_path / "a"), make_run(tmp_path / "b", shots=5)
        with pytest.raises(InputError, match=r"lab_facts: .*few-shot examples 0 and 5"):
            compare(read_contenders([str(a), str(b)]))

    def test_a_run_without_kept_prompts(self, tmp_path: Path) -> None:
        """One of an earlier version is compared by its items."""
        runs = [make_run(tmp_path / name) for name in "ab"]
        with Store(runs[0] / "run.sqlite") as store:
            store._db.execute("DELETE FROM items")
        assert compare(read_contenders(list(map(str, runs)))).tasks["lab_facts"] == (8, "acc")

    def test_a_run_of_an_earlier_version_stays_as_it_is(self, tmp_path: Path) -> None:
        """Its own version may go on with it: no table is added, none is marked as newer."""
        run = make_run(tmp_path / "a")
        with sqlite3.connect(run / "run.sqlite") as db:
            db.execute("DROP TABLE choices")
            db.execute("PRAGMA user_version = 2")
        db.close()
        before = (run / "run.sqlite").read_bytes()
        assert "lab_facts" in compare(read_contenders([str(run)])).tasks
        assert (run / "run.sqlite").read_bytes() == before

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (["nowhere", "RUN"], "nowhere: there is no such run or folder"),
            (["RUN:sfd", "RUN"], "nothing of 'sfd' was measured in this run"),
            (["RUN:base"], "there is one side only"),
            (["RUN", "."], "is no run, and has no samples_"),
        ],
    )
    def test_what_is_nothing_to_compare(
        self, names: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = make_run(tmp_path / "RUN")
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")
        with pytest.raises(InputError, match=message):
            read_contenders([name.replace("RUN", str(run)) for name in names])


class TestCommand:
    def test_tables_and_words(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_command(["compare", str(make_run(tmp_path / "a"))]) == 0
        said = capsys.readouterr().out
        assert "against base" in said
        assert "against sft" in said
        assert "target (10)" in said
        assert "no difference can be told in" in said

    def test_json(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run = make_run(tmp_path / "a")
        assert run_command(["compare", f"{run}:sft", f"{run}:s3ft", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert [one["name"] for one in found["contenders"]] == ["sft", "s3ft"]
        assert found["contenders"][0]["models"] == 2

    def test_a_mismatch_is_one_line_and_code_2(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        runs = [str(make_run(tmp_path / "a")), str(make_run(tmp_path / "b", shots=5))]
        assert run_command(["compare", *runs]) == 2
        assert "few-shot examples 0 and 5" in capsys.readouterr().err

    def test_names_are_not_markup(self) -> None:
        side = contender("[red]x", {"[b]a": task(*right(5, 10))})
        made = table(compare([side, contender("y", {"[b]a": task(*right(9, 10))})]), "[red]x")
        assert "[b]a" in str(made.columns[0]._cells[0])
