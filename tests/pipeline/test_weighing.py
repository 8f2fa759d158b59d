"""How likely the base finds what may be trained on: measured, gone by, and masked after."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from math import log
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

import s3ft
from s3ft.chat import Chat
from s3ft.errors import InputError
from s3ft.export import mixture_rows
from s3ft.models import load_chat, load_model
from s3ft.pipeline import run_stages
from s3ft.pipeline.selection import _weigh, read_mixture
from s3ft.recipe import Model, load, schema
from s3ft.records import Target
from s3ft.store import Store
from s3ft.train import tokenize

MODEL = Model(id="lab", dtype="float32")
MASKED = {"rungs": ["self", "paraphrase", "gold"], "mask": {"perplexity": 2.5}}
# All of the samples are drawn at once, so that there is a choice.
LIKELIER = {"rungs": ["again", "gold"], "likelier_than_gold": True, "pick": "likeliest"}
RECIPE: dict[str, Any] = {
    "model": {"id": "lab", "dtype": "float32"},
    "data": {"path": "lab", "name": "math", "max_train": 16},
    "judge": {"name": "math"},
    "generate": {"max_new_tokens": 160, "adaptive": False},
    "rungs": {"again": {"prompt": "rewrite.j2", "n": 3, "temperature": 1.0}},
    "ladders": {"masked": MASKED, "likelier": LIKELIER},
    "methods": ["masked", "likelier", "s3ft"],
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_stages(RECIPE, (), tmp_path_factory.mktemp("weighing") / "run", "select")


@pytest.fixture(scope="module")
def chat() -> Chat:
    return load_chat(MODEL)


def logprobs(prompt: tuple[int, ...], answer: tuple[int, ...]) -> list[float]:
    """Of one row alone, by transformers' own forward."""
    import torch

    model = load_model(MODEL)
    with torch.inference_mode():
        logits = model(torch.tensor([[*prompt, *answer]])).logits[0].log_softmax(-1)
    return [float(logits[len(prompt) - 1 + n, token]) for n, token in enumerate(answer)]


def masked(out: Path) -> list[Target]:
    return list(read_mixture(out / "mixture" / "masked"))


def test_what_is_weighed_is_what_the_base_makes_of_it_behind_the_own_prompt(
    out: Path, chat: Chat
) -> None:
    checked = 0
    with Store(out / "run.sqlite") as store:
        for entry in store.entries("train", ["paraphrase"]):
            prompt = chat.prompt_ids(entry.example.prompt)
            assert entry.gold_logprobs is not None, "a mask of gold, and a bound by it"
            if entry.position % 8 == 0:
                gold = chat.completion_ids(entry.example.prompt, entry.example.completion)
                assert entry.gold_logprobs == pytest.approx(logprobs(prompt, gold), abs=1e-3)
            for one in entry.candidates:
                right = one.verdict is not None and one.verdict.label == "correct"
                assert (one.base_logprobs is not None) == (right and one.response.whole)
                if one.base_logprobs is not None and checked < 3:
                    assert one.response.token_ids is not None
                    own = logprobs(prompt, one.response.token_ids)
                    assert one.base_logprobs == pytest.approx(own, abs=1e-3)
                    assert one.response.logprob is not None
                    assert one.response.logprob > sum(own), "the gold in view makes it likely"
                    checked += 1
    assert checked == 3
    with Store(out / "run.sqlite") as store:
        spent = [spent for spent in store.spent() if spent.stage == "weigh"]
    assert {one.source for one in spent} == {"gold", "paraphrase", "again"}
    assert all(one.rows and one.tokens and one.seconds > 0.001 for one in spent)


def test_every_target_of_a_method_that_weighs_tells_its_likelihood(out: Path) -> None:
    for method in ("masked", "likelier"):
        targets = list(read_mixture(out / "mixture" / method))
        assert all(target.base_logprob is not None for target in targets)
    plain = list(read_mixture(out / "mixture" / "s3ft"))
    assert {target.source for target in plain if target.base_logprob is not None} == {"self"}
    assert [t.completion for t in plain] == [t.completion for t in masked(out)]


def test_the_mask_leaves_out_what_is_unlikely_and_never_answer_or_end(
    out: Path, chat: Chat
) -> None:
    left_out = 0
    with Store(out / "run.sqlite") as store:
        entries = {e.example.id: e for e in store.entries("train", ["paraphrase"])}
    for target in masked(out):
        entry = entries[target.example_id]
        if target.source == "self":
            assert target.loss_mask is None
            continue
        given = entry.gold_logprobs
        if target.source == "paraphrase":
            given = next(c.base_logprobs for c in entry.candidates if c.base_logprobs)
        assert given is not None
        assert target.token_ids is not None
        assert target.loss_mask is not None
        assert len(given) == len(target.token_ids) == len(target.loss_mask)
        assert target.base_logprob == pytest.approx(sum(given))
        unlikely = [logprob < -log(2.5) for logprob in given]
        left_out += len(target.loss_mask) - sum(target.loss_mask)
        for trained, token, rare in zip(target.loss_mask, target.token_ids, unlikely, strict=True):
            assert trained or rare, f"{token} is likely, and left out"
        assert target.loss_mask[-1] == 1
        answer = target.completion.split("\n")[-1].split()[-1].rstrip(".")
        kept = [t for t, m in zip(target.token_ids, target.loss_mask, strict=True) if m]
        assert answer in chat.text(kept).splitlines()[-1]
    assert left_out > 20


def test_the_mask_is_what_is_trained(out: Path, chat: Chat) -> None:
    targets = masked(out)
    for target, row in zip(targets, tokenize(targets, chat, None), strict=True):
        prompt = len(chat.prompt_ids(target.prompt))
        whole = [1] * (len(row["input_ids"]) - prompt)
        assert row["completion_mask"] == [0] * prompt + list(target.loss_mask or whole)


def test_an_answer_no_likelier_than_the_gold_is_passed_over_and_of_several_the_likeliest_taken(
    out: Path,
) -> None:
    chosen = {target.example_id: target for target in read_mixture(out / "mixture" / "likelier")}
    several = 0
    with Store(out / "run.sqlite") as store:
        for entry in store.entries("train", ["again"]):
            assert entry.gold_logprobs is not None
            target, bound = chosen[entry.example.id], fmean(entry.gold_logprobs)
            weighed = [
                (fmean(c.base_logprobs), c.response.text)
                for c in entry.candidates
                if c.base_logprobs
            ]
            likelier = [pair for pair in weighed if pair[0] > bound]
            if target.source == "again":
                assert target.completion == max(likelier)[1]
                several += len(likelier) > 1
            elif target.source == "gold":
                assert not likelier
    assert several


@pytest.mark.slow
def test_a_run_stopped_while_weighing_comes_to_the_same_bytes(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, calls = _weigh.logprobs_of, 0

    def dies(*given: Any) -> Iterator[list[float]]:
        nonlocal calls
        calls += 1
        if calls % 2 == 0:
            raise KeyboardInterrupt
        return plain(*given)

    monkeypatch.setattr(_weigh, "logprobs_of", dies)
    starts = 0
    while True:
        starts += 1
        try:
            run_stages(RECIPE, (), tmp_path / "run", "select")
            break
        except KeyboardInterrupt:
            assert starts < 20
    assert starts > 2
    for method in RECIPE["methods"]:
        name = f"mixture/{method}/train.jsonl"
        assert (tmp_path / "run" / name).read_bytes() == (out / name).read_bytes()
    tables = []
    for path in (out, tmp_path / "run"):
        with sqlite3.connect(path / "run.sqlite") as db:
            tables.append(db.execute("SELECT * FROM likelihoods ORDER BY 1, 2, 3").fetchall())
    assert tables[0] == tables[1]


@pytest.mark.slow
def test_without_weights_nothing_is_begun(tmp_path: Path) -> None:
    rows = [{"id": "a", "prompt": "1 + 1?", "completion": "#### 2"}]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answers = tmp_path / "answers.jsonl"
    answers.write_text(json.dumps({"id": "a", "response": "3"}) + "\n")
    told = {
        "data": {"path": str(file)},
        "judge": {"name": "math"},
        "generate": {"engine": "replay", "replay": {"path": str(answers)}},
        "ladders": {"masked": {"rungs": ["self", "gold"], "mask": {}}},
        "methods": ["masked"],
    }
    with pytest.raises(InputError, match="model: is required: method 'masked' asks it how likely"):
        run_stages(told, (), tmp_path / "run", "select")
    assert not (tmp_path / "run").exists()


def test_the_mixture_alone_has_its_mask(chat: Chat) -> None:
    rows = [{"id": "a", "prompt": "1 + 1?", "completion": "There is one, and one more.\n#### 2"}]
    method = {"rungs": ["gold"], "mask": {"perplexity": 1.5}}
    [row] = s3ft.select(rows, model=MODEL.model_dump(), judge="math", method=method)
    ids, mask = row["token_ids"], row["loss_mask"]
    assert ids == list(chat.completion_ids(row["prompt"], rows[0]["completion"]))
    assert len(mask) == len(ids)
    assert 0 < sum(mask) < len(mask)


def test_an_export_of_texts_has_no_place_for_a_mask(out: Path) -> None:
    with pytest.raises(InputError, match="has a loss mask"):
        list(mixture_rows(out / "mixture" / "masked"))


def test_the_ladder_of_a_recipe_is_a_list_or_says_more() -> None:
    recipe = load(RECIPE, {"ladders.plain": ["self", "gold"]})
    again = load(recipe.model_dump(mode="json"))
    assert again == recipe
    assert recipe.model_dump(mode="json")["ladders"]["plain"] == ["self", "gold"]
    assert schema()["$defs"]["LadderConfig"]["type"] == ["object", "array"], "for editors"
    method = recipe.method("masked")
    assert method.mask is not None
    assert method.mask.perplexity == 2.5
    assert recipe.method("likelier").pick is s3ft.ladder.PICKS["likeliest"]


@pytest.mark.parametrize(
    ("ladder", "message"),
    [
        ({"rungs": ["gold"], "mask": {"perplexity": 1}}, "greater than 1"),
        ({"rungs": ["gold"], "mask": {"sources": ["self"]}}, "'self' is no rung of it"),
        ({"rungs": ["gold"], "pick": "best"}, "first"),
        ({"mask": {}}, "rungs"),
        ("gold", "a list of rungs, or a mapping"),
    ],
)
def test_a_ladder_that_cannot_be_is_refused(ladder: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load({**RECIPE, "ladders": {**RECIPE["ladders"], "bad": ladder}})
