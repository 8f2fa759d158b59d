"""The ladder: which rung is taken, what is missing, and that no prompt is lost."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from s3ft.ladder import (
    METHODS,
    PICKS,
    Dropped,
    Mask,
    Method,
    Missing,
    built_in_rungs,
    check_ladder,
    walk,
)
from s3ft.records import (
    Candidate,
    Example,
    FinishReason,
    Label,
    Response,
    Target,
    Verdict,
)

LADDERS = {name: Method(built_in_rungs(ladder)) for name, ladder in METHODS.items()}
EXAMPLE = Example("e1", ({"role": "user", "content": "2 + 2?"},), "#### 4")


def candidate(
    asked: str,
    label: Label | None,
    sample: int = 0,
    finish: FinishReason = "stop",
    text: str = "",
) -> Candidate:
    key = f"{asked}{sample}"
    response = Response(key, text or f"{asked} says 4", (7, sample, 2), finish, -1.5, "test")
    verdict = None if label is None else Verdict(key, label, "4", "because")
    return Candidate(asked, sample, response, verdict)


@pytest.mark.parametrize(
    ("method", "self_label", "paraphrase_label", "source"),
    [
        ("sft", "correct", "correct", "gold"),
        ("rft", "correct", None, "self"),
        ("rft", "incorrect", None, None),
        ("ssr", "correct", None, "self"),
        ("ssr", "incorrect", "correct", "gold"),
        ("ssr", "unknown", None, "gold"),
        ("sdft", "correct", "correct", "paraphrase"),
        ("sdft", "correct", "incorrect", "gold"),
        ("s3ft", "correct", None, "self"),
        ("s3ft", "incorrect", "correct", "paraphrase"),
        ("s3ft", "unknown", "correct", "paraphrase"),
        ("s3ft", "incorrect", "unknown", "gold"),
        ("s3ft", "incorrect", "incorrect", "gold"),
    ],
)
def test_the_first_verified_rung_is_taken(
    method: str, self_label: Label, paraphrase_label: Label | None, source: str | None
) -> None:
    candidates = [candidate("self", self_label)]
    if paraphrase_label is not None:
        candidates.append(candidate("paraphrase", paraphrase_label))
    outcome = walk(EXAMPLE, LADDERS[method], candidates)
    if source is None:
        assert isinstance(outcome, Dropped)
        assert "incorrect" in outcome.reason
    else:
        assert isinstance(outcome, Target)
        assert outcome.source == source
        assert outcome.completion == ("#### 4" if source == "gold" else f"{source} says 4")


def test_what_has_not_been_asked_or_judged_is_missing() -> None:
    ladder = LADDERS["s3ft"]
    assert walk(EXAMPLE, ladder, []) == Missing("self")
    assert walk(EXAMPLE, ladder, [candidate("self", None)]) == Missing("self")
    assert walk(EXAMPLE, ladder, [candidate("self", "incorrect")]) == Missing("paraphrase")


def test_a_response_cut_at_the_limit_is_never_trained_on() -> None:
    outcome = walk(EXAMPLE, LADDERS["ssr"], [candidate("self", "correct", finish="length")])
    assert isinstance(outcome, Target)
    assert outcome.source == "gold"


def test_a_target_keeps_the_ids_of_its_model_and_says_why() -> None:
    outcome = walk(
        EXAMPLE,
        LADDERS["s3ft"],
        [candidate("self", "incorrect"), candidate("paraphrase", "correct")],
        generator="base",
        judge="math",
    )
    assert isinstance(outcome, Target)
    assert outcome.token_ids == (7, 0, 2)
    assert outcome.num_tokens == 3
    assert (outcome.generator, outcome.judge) == ("base", "math")
    assert outcome.reason == "self: incorrect, because; paraphrase: correct, because"
    assert outcome.base_logprob is None, "it was produced with the gold in view"


def test_the_lowest_verified_sample_is_taken_whatever_the_order() -> None:
    candidates = [candidate("self", "incorrect", 0), candidate("self", "correct", 1)]
    candidates += [candidate("self", "correct", 2)]
    for order in (candidates, candidates[::-1]):
        outcome = walk(EXAMPLE, LADDERS["rft"], order, rounds={"self": (3,)})
        assert isinstance(outcome, Target)
        assert outcome.token_ids == (7, 1, 2)
        assert outcome.base_logprob == -1.5


ROUNDS: dict[str, tuple[int, ...]] = {"self": (1, 2, 4), "paraphrase": (1,)}


@pytest.mark.parametrize(
    ("labels", "outcome"),
    [
        ([], ("self", 1)),
        ([None], ("self", 1)),
        (["correct"], "self"),
        (["incorrect"], ("self", 2)),
        (["unknown"], ("self", 2)),
        (["incorrect", "correct"], "self"),
        (["incorrect", "incorrect", "correct"], ("self", 4)),
        (["incorrect", "incorrect", "correct", None], ("self", 4)),
        (["incorrect", "incorrect", "correct", "incorrect"], "self"),
        (["incorrect"] * 4, ("paraphrase", 1)),
    ],
)
def test_a_source_is_asked_in_rounds_until_a_whole_one_has_a_verified_sample(
    labels: list[Label | None], outcome: str | tuple[str, int]
) -> None:
    candidates = [candidate("self", label, sample) for sample, label in enumerate(labels)]
    for order in (candidates, candidates[::-1]):
        found = walk(EXAMPLE, LADDERS["s3ft"], order, rounds=ROUNDS)
        if isinstance(outcome, str):
            assert isinstance(found, Target)
            assert found.source == outcome
        else:
            assert found == Missing(*outcome)


def test_a_cut_sample_does_not_end_the_rounds() -> None:
    cut = candidate("self", "correct", 0, "length")
    assert walk(EXAMPLE, LADDERS["ssr"], [cut], rounds=ROUNDS) == Missing("self", 2)


@pytest.mark.parametrize("method", [name for name, rungs in METHODS.items() if rungs[-1] == "gold"])
def test_rows_out_are_prompts_in_for_ladders_that_end_in_gold(method: str) -> None:
    rng = random.Random(0)
    labels: list[Label] = ["correct", "incorrect", "unknown"]
    finishes: list[FinishReason] = ["stop", "length"]
    for _ in range(500):
        candidates = [
            candidate(asked, rng.choice(labels), sample, rng.choice(finishes))
            for asked in ("self", "paraphrase")
            for sample in range(rng.randint(1, 3))
        ]
        assert isinstance(walk(EXAMPLE, LADDERS[method], candidates), Target)


@pytest.mark.parametrize("ladder", [(), ("self", "self"), ("gold", "self")])
def test_ladders_that_cannot_work_are_refused(ladder: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="ladder"):
        check_ladder(ladder)


def test_the_built_in_ladders_are_sound() -> None:
    for ladder in METHODS.values():
        check_ladder(ladder)


GOLD = (-1.0, -2.0)
"""What the base makes of the gold: -1.5 a token."""


def weighed(label: Label, *logprobs: float, sample: int = 0) -> Candidate:
    return replace(candidate("paraphrase", label, sample), base_logprobs=logprobs or None)


@pytest.mark.parametrize(
    ("logprobs", "source"), [((-1.4, -1.5, -1.5), "paraphrase"), (GOLD, "gold")]
)
def test_what_is_no_likelier_than_the_gold_is_passed_over(
    logprobs: tuple[float, ...], source: str
) -> None:
    method = replace(LADDERS["sdft"], likelier=True)
    outcome = walk(EXAMPLE, method, [weighed("correct", *logprobs)], gold_logprobs=GOLD)
    assert isinstance(outcome, Target)
    assert outcome.source == source
    assert outcome.base_logprob == sum(logprobs)
    assert ("the base finds it no likelier than the gold" in outcome.reason) == (source == "gold")
    plain = walk(EXAMPLE, LADDERS["sdft"], [weighed("correct", *logprobs)], gold_logprobs=GOLD)
    assert isinstance(plain, Target)
    assert plain.source == "paraphrase"


def test_further_samples_are_asked_where_the_first_is_no_likelier_than_the_gold() -> None:
    method = replace(LADDERS["sdft"], likelier=True)
    found = [weighed("correct", -3.0)]
    rounds = {"paraphrase": (1, 2)}
    assert walk(EXAMPLE, method, found, rounds=rounds, gold_logprobs=GOLD) == Missing(
        "paraphrase", 2
    )
    found.append(weighed("correct", -0.5, sample=1))
    outcome = walk(EXAMPLE, method, found, rounds=rounds, gold_logprobs=GOLD)
    assert isinstance(outcome, Target)
    assert outcome.base_logprob == -0.5


def test_own_answers_are_taken_whatever_the_gold_s_likelihood() -> None:
    method = replace(LADDERS["s3ft"], likelier=True)
    outcome = walk(EXAMPLE, method, [candidate("self", "correct")], gold_logprobs=(0.0,))
    assert isinstance(outcome, Target)
    assert outcome.source == "self"


def test_a_verified_answer_waits_until_the_base_has_weighed_it_where_the_method_goes_by_it() -> (
    None
):
    masked = replace(LADDERS["s3ft"], mask=Mask())
    failed = candidate("self", "incorrect")
    assert walk(EXAMPLE, masked, [failed, weighed("correct")]) == Missing("paraphrase")
    outcome = walk(EXAMPLE, masked, [failed, weighed("incorrect")], gold_logprobs=GOLD)
    assert isinstance(outcome, Target)
    assert (outcome.source, outcome.base_logprobs) == ("gold", GOLD)
    assert isinstance(walk(EXAMPLE, LADDERS["s3ft"], [failed, weighed("correct")]), Target)


def test_the_likeliest_of_several_is_so_behind_the_own_prompt() -> None:
    paraphrase, gold = LADDERS["sdft"].rungs
    several = replace(paraphrase, rounds=(3,))
    method = Method((several, gold), PICKS["likeliest"])
    assert method.weighs(several)
    assert not Method((paraphrase, gold), PICKS["likeliest"]).weighs(paraphrase), "no choice"
    found = [weighed("correct", -0.3 * n, sample=n % 3) for n in (2, 4, 3)]  # samples 2, 1, 0
    outcome = walk(EXAMPLE, method, found)
    assert isinstance(outcome, Target)
    assert outcome.base_logprob == pytest.approx(-0.6)


def test_samples_that_another_method_asked_for_do_not_count() -> None:
    found = [candidate("self", "correct", 0), candidate("self", "correct", 1, text="4")]
    rung = replace(LADDERS["rft"].rungs[0], rounds=(1, 2))
    outcome = walk(EXAMPLE, Method((rung,), PICKS["shortest"]), found)
    assert isinstance(outcome, Target)
    assert outcome.completion == "self says 4"
    file = replace(rung, rounds=(1,), from_file=True)
    outcome = walk(EXAMPLE, Method((file,), PICKS["shortest"]), found)
    assert isinstance(outcome, Target)
    assert outcome.completion == "4", "a file's samples are all there at once"
