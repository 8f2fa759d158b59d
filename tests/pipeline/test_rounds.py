"""A second round: what the base cannot answer is asked of a model that learned from what it can."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import s3ft
from s3ft import lab
from s3ft.errors import InputError
from s3ft.generate import TransformersEngine
from s3ft.models import load_chat, load_model
from s3ft.pipeline import _rounds, plan_recipe, read_mixture, run_stages, write_report
from s3ft.pipeline.selection import _loop
from s3ft.recipe import Model, load
from s3ft.records import Target
from s3ft.status import status
from s3ft.store import Store

pytestmark = pytest.mark.slow

PLUS = "plus"
OF = f"{PLUS}-round1"
ASKED = [f"{OF}-self", f"{OF}-paraphrase"]
RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "code", "max_train": 32},
    "judge": {"name": "code"},
    "generate": {"max_new_tokens": 160},
    "ladders": {
        PLUS: {
            "rungs": ["self", "paraphrase", "gold"],
            "rounds": 2,
            "mask": {"sources": ["gold"]},
        }
    },
    "methods": ["s3ft", PLUS],
    "train": {
        "learning_rate": 2e-3,
        "epochs": 3,
        "batch_size": 16,
        "args": {"per_device_train_batch_size": 16},
    },
    "evaluate": {"target": None, "likelihoods": 0, "drift": 0},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_stages(RECIPE, (), tmp_path_factory.mktemp("rounds") / "run", "select")


def targets(out: Path, method: str) -> list[Target]:
    return list(read_mixture(out / "mixture" / method))


def test_golds_become_answers_of_the_tuned_model_and_the_rest_stays(out: Path) -> None:
    once, twice = targets(out, "s3ft"), targets(out, PLUS)
    counts = Counter(target.source for target in twice)
    assert sum(counts[name] for name in ASKED) >= 2
    assert counts["gold"] > 0, "or nothing is shown of what fails twice"
    assert any(0 in target.loss_mask for target in twice if target.loss_mask)
    for one, two in zip(once, twice, strict=True):
        if one.source != "gold":
            assert two == one
        elif two.source == "gold":
            assert [f"{name}: incorrect" in two.reason for name in ASKED] == [True, True]
            assert two.loss_mask is not None, "of which tokens may be left out"
        else:
            assert two.source in ASKED
            assert (two.generator, two.judge) == (OF, "code")
            assert two.completion != one.completion


def test_its_model_learned_of_verified_answers_and_saw_no_gold(out: Path) -> None:
    learned = targets(out, OF)
    verified = [t for t in targets(out, "s3ft") if t.source != "gold"]
    assert learned == verified
    assert {t.source for t in learned} == {"self", "paraphrase"}
    training = json.loads((out / "models" / f"{OF}-seed0" / "training.json").read_text())
    assert training["rows"] == len(learned)
    assert training["steps"] == 6, "as many as of a method that drops nothing"


def test_the_answers_are_those_of_the_tuned_model(out: Path) -> None:
    import torch

    chat = load_chat(Model(id="lab"))
    tuned = load_model(Model(id=str(out / "models" / f"{OF}-seed0"), dtype="float32"))
    found = [t for t in targets(out, PLUS) if t.source == ASKED[0]]
    for target in found[:3]:
        prompt = torch.tensor([chat.prompt_ids(target.prompt)])
        with torch.inference_mode():
            ids = tuned.generate(prompt, do_sample=False, max_new_tokens=160, pad_token_id=0)
        assert tuple(ids[0, prompt.shape[1] :].tolist()) == target.token_ids
        assert target.base_logprob is None, "how likely the base finds it was not asked"


def test_from_python_it_is_trained_as_told(tmp_path: Path) -> None:
    keys = ("model", "judge", "generate")
    mixture = s3ft.select(
        lab.rows("code", "train", size=12),
        method=RECIPE["ladders"][PLUS],
        train=RECIPE["train"] | {"learning_rate": 5e-4, "epochs": 1},
        out=tmp_path,
        **{key: RECIPE[key] for key in keys},
    )
    assert "loss_mask" in mixture.column_names
    recipe = load(tmp_path / "run" / "recipe.yaml")
    assert (recipe.train.learning_rate, recipe.train.epochs) == (5e-4, 1)
    trained = tmp_path / "run" / "models" / "ladder-round1-seed0" / "training.json"
    assert json.loads(trained.read_text())["steps"] == 1, "12 rows of 16"


def test_what_the_first_round_solved_is_not_asked_again(out: Path) -> None:
    with Store(out / "run.sqlite") as store:
        for entry in store.entries("train", ["self", "paraphrase", *ASKED]):
            labels = {c.source: c.verdict and c.verdict.label for c in entry.candidates}
            solved = "correct" in (labels["self"], labels.get("paraphrase"))
            assert (ASKED[0] in labels) == (not solved)


def test_status_report_and_card_tell_of_it(out: Path) -> None:
    found = status(out)
    assert found.models[f"{OF}-seed0"] == {"trained": True}
    [train] = [stage for stage in found.stages if stage.stage == "train"]
    assert (train.done, train.total) == (1, 3)
    assert set(ASKED) <= set(found.solved)
    write_report(out / "recipe.yaml", (), out)
    report = json.loads((out / "report.json").read_text())
    mixture = report["mixture"][PLUS]
    assert mixture["ladder"] == ["self", "paraphrase", *ASKED, "gold"]
    assert mixture["counts"][ASKED[0]] == found.solved[ASKED[0]]
    assert set(report["mixture"]) == {"s3ft", PLUS}
    assert "a model trained on what was verified before" in (out / "report.html").read_text()
    card = (out / "mixture" / PLUS / "README.md").read_text()
    assert f"`{ASKED[0]}`: the same as self, of a model trained on what was verified before" in card


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stops at the next of: the training, its asking, its judging; what is left to stop at."""
    left = ["train", "ask", "judge"]
    train, ask, judge = _rounds.train_one, _loop.ask, _loop.judge

    def stop(at: str, rung: str = "") -> None:
        if left[:1] == [at] and (not rung or rung == ASKED[0]):
            left.pop(0)
            raise KeyboardInterrupt

    def training(*arguments: Any) -> None:
        stop("train")
        train(*arguments)

    def asking(run: Any, pending: Any) -> None:
        stop("ask", pending.rung.name)
        ask(run, pending)

    def judging(run: Any, rung: Any) -> None:
        stop("judge", rung.name if any(map(rung.name.__eq__, ASKED)) else "-")
        judge(run, rung)

    monkeypatch.setattr(_rounds, "train_one", training)
    monkeypatch.setattr(_loop, "ask", asking)
    monkeypatch.setattr(_loop, "judge", judging)
    return left


def test_stopped_anywhere_in_between_it_goes_on_to_the_same(
    out: Path, tmp_path: Path, stopped: list[str]
) -> None:
    again = tmp_path / "again"
    while stopped:
        with pytest.raises(KeyboardInterrupt):
            run_stages(RECIPE, (), again, "select")
    run_stages(RECIPE, (), again, "select")
    for method in ("s3ft", OF, PLUS):
        one, other = (run / "mixture" / method / "train.jsonl" for run in (out, again))
        assert one.read_bytes() == other.read_bytes(), method


def test_another_run_asks_its_own_model_unless_it_takes_the_selection(
    out: Path, tmp_path: Path, asked: list[int]
) -> None:
    changes = {"train.learning_rate": 1e-3}
    taken = run_stages(RECIPE, changes, tmp_path / "taken", "select", out, selected=True)
    assert asked == []
    assert not (taken / "models").exists()
    assert targets(taken, PLUS) == targets(out, PLUS)
    own = run_stages(RECIPE, changes, tmp_path / "own", "select", out)
    assert asked, "what this run's own model of the first round says"
    assert (own / "models" / f"{OF}-seed0").is_dir()
    assert targets(own, OF) == targets(out, OF), "the base's answers were taken over"
    with Store(own / "run.sqlite") as store:
        trained = [spent for spent in store.spent() if spent.stage == "train"]
    assert [spent.source for spent in trained] == [f"{OF}-seed0"]


def test_where_nothing_was_verified_there_is_nothing_to_learn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TransformersEngine, "generate", _nonsense(TransformersEngine.generate))
    with pytest.raises(InputError, match=f"method {PLUS}: not one answer of its first round was"):
        run_stages(RECIPE | {"methods": [PLUS]}, {"data.max_train": 4}, tmp_path / "run")


def _nonsense(generate: Any) -> Any:
    from dataclasses import replace

    def answers(self: Any, requests: Any) -> Iterator[Any]:
        for batch in generate(self, requests):
            yield [replace(response, text="def f(x):\n    return 0") for response in batch]

    return answers


def test_without_a_model_or_room_to_train_it_stops_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    said = tmp_path / "said.jsonl"
    said.write_text('{"id": "x", "response": "y"}\n')
    recipe = RECIPE | {
        "generate": {"engine": "replay", "replay": {"path": str(said)}},
        "ladders": {"twice": {"rungs": ["self", "gold"], "rounds": 2}},
        "methods": ["twice"],
    }
    del recipe["model"]
    with pytest.raises(InputError, match="model: is required: method 'twice' asks a tuned one"):
        run_stages(recipe, (), tmp_path / "run", "select")
    with pytest.raises(InputError, match=r"train.max_length: 32 of 32 rows are longer than 16"):
        run_stages(RECIPE, {"train.max_length": 16}, tmp_path / "run", "select")
    assert not (tmp_path / "run").exists()


def test_a_launcher_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3ft.pipeline import Run, open_run

    with open_run(load(RECIPE), tmp_path / "run") as run:
        assert isinstance(run, Run)
        monkeypatch.setitem(os.environ, "WORLD_SIZE", "2")
        with pytest.raises(InputError, match=f"the launcher: cannot be used to train {OF}"):
            _rounds.train_first_round(run, OF)


def test_a_file_answers_the_first_round_and_the_model_the_second(tmp_path: Path) -> None:
    rows = lab.rows("code", "train", size=12)
    said = tmp_path / "said.jsonl"
    lines = [{"id": row["id"], "response": row["completion"]} for row in rows[:9]]
    said.write_text("".join(json.dumps(line) + "\n" for line in lines))
    recipe = RECIPE | {
        "generate": {"engine": "replay", "replay": {"path": str(said)}, "max_new_tokens": 160},
        "ladders": {"twice": {"rungs": ["self", "gold"], "rounds": 2}},
        "methods": ["twice"],
        "allow": ["unmatched"],
    }
    out = run_stages(recipe, {"data.max_train": 12}, tmp_path / "run", "select")
    assert [t.source for t in targets(out, "twice")][:9] == ["self"] * 9
    with Store(out / "run.sqlite") as store:
        second = [
            candidate
            for entry in store.entries("train", ["twice-round1-self"])
            for candidate in entry.candidates
        ]
    assert len(second) == 3
    assert {candidate.response.engine for candidate in second} == {"transformers"}


def test_what_fails_again_for_one_cause_is_gold_and_stops_nothing(tmp_path: Path) -> None:
    rows = lab.rows("code", "train", size=20)
    said = tmp_path / "said.jsonl"
    lines = [
        {"id": row["id"], "response": row["completion"] if n < 10 else "It is not known."}
        for n, row in enumerate(rows)
    ]
    said.write_text("".join(json.dumps(line) + "\n" for line in lines))
    recipe = RECIPE | {
        "generate": {"engine": "replay", "replay": {"path": str(said)}, "max_new_tokens": 4},
        "ladders": {"twice": {"rungs": ["self", "gold"], "rounds": 2}},
        "methods": ["twice"],
    }
    out = run_stages(recipe, {"data.max_train": 20, "train.epochs": 1}, tmp_path / "run", "select")
    found = targets(out, "twice")
    assert [target.source for target in found] == ["self"] * 10 + ["gold"] * 10
    assert all("cut at the token limit" in target.reason for target in found[10:])


def test_a_plan_tells_what_the_second_round_and_weighing_cost() -> None:
    plan = plan_recipe(RECIPE, {"methods": [PLUS]}, probe=12)
    stages = {stage["stage"]: stage for stage in plan["stages"]}
    assert stages["train"]["count"] == 2 * 6
    weighed = stages["weigh"]
    assert (weighed["unit"], weighed["count"]) == ("rows", 32), "the gold of every row"
    assert weighed["seconds"] > 0
    for name in ASKED:
        assert 0 < stages[name]["count"] < stages["self"]["count"]
        assert stages[name]["most"] == 32
        assert stages[name]["seconds"] > 0
    assert set(plan["mixture"][PLUS]) == {"self", "paraphrase", "gold"}
    assert any("second round" in note for note in plan["notes"])
    counted = plan_recipe(RECIPE, {"methods": [PLUS]}, probe=0)
    stages = {stage["stage"]: stage for stage in counted["stages"]}
    assert (stages[ASKED[0]]["count"], stages[ASKED[0]]["most"]) == (None, 32)


def test_s3ft_plus_masks_golds_and_nothing_else() -> None:
    method = load(RECIPE | {"methods": ["s3ft-plus"]}).method("s3ft-plus")
    again = ["s3ft-plus-round1-self", "s3ft-plus-round1-paraphrase"]
    assert [rung.name for rung in method.rungs] == ["self", "paraphrase", *again, "gold"]
    assert [method.masks(rung) for rung in method.rungs] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ladders": {"twice": {"rungs": ["self"], "rounds": 3}}}, "rounds: .*2"),
        ({"ladders": {"a-round1": ["self"]}}, "a method's first round has"),
        ({"rungs": {"a-round1-b": {"prompt": "hint.j2"}}}, "use otherwise"),
        ({"ladders": {"twice": {"rungs": ["gold"], "rounds": 2}}}, "rounds: there is nothing"),
    ],
)
def test_names_and_numbers_that_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(RECIPE | {"methods": ["sft"]} | change)
