"""Which of several verified samples is trained on."""

from __future__ import annotations

from collections import Counter

import pytest

from s3ft.errors import InputError
from s3ft.ladder import PICKS, Method, built_in_rungs, first, likeliest, random, shortest, walk
from s3ft.records import Candidate, Example, Response, Target, Verdict


def example(name: str = "e1") -> Example:
    return Example(name, ({"role": "user", "content": "2 + 2?"},), "#### 4")


def sample(
    number: int, text: str = "4", logprob: float | None = -1.0, tokens: int | None = 2
) -> Candidate:
    ids = None if tokens is None else tuple(range(tokens))
    response = Response(f"k{number}", text, ids, "stop", logprob, "test")
    return Candidate("self", number, response, Verdict(f"k{number}", "correct"))


def test_first_is_the_lowest_number_whatever_the_order() -> None:
    assert first(example(), [sample(2), sample(1), sample(3)]).sample == 1


def test_shortest_counts_characters_and_takes_the_first_of_equals() -> None:
    samples = [sample(3, "four"), sample(2, "4!"), sample(0, "it is 4"), sample(1, "4?")]
    assert shortest(example(), samples).sample == 1


def test_likeliest_is_per_token_so_that_length_is_no_fault() -> None:
    samples = [sample(0, logprob=-2.0, tokens=2), sample(1, logprob=-3.0, tokens=6)]
    assert likeliest(example(), samples).sample == 1
    assert likeliest(example(), [sample(1), sample(0)]).sample == 0


def test_what_has_no_likelihood_comes_last_and_where_nothing_has_one_it_is_said() -> None:
    unknown = [sample(0, logprob=None), sample(1, tokens=None)]
    assert likeliest(example(), [*unknown, sample(2, logprob=-99.0)]).sample == 2
    assert likeliest(example(), unknown[:1]).sample == 0, "there is no choice"
    with pytest.raises(InputError, match="log-probabilities"):
        likeliest(example(), unknown)


def test_random_is_fixed_by_the_example_and_fair_over_examples() -> None:
    samples = [sample(number) for number in range(4)]
    assert random(example(), samples) == random(example(), samples[::-1])
    counts = Counter(random(example(f"e{n}"), samples).sample for n in range(2000))
    assert set(counts) == {0, 1, 2, 3}
    assert max(abs(count - 500) for count in counts.values()) < 100  # five standard deviations


@pytest.mark.parametrize(
    ("name", "chosen"), [("first", 1), ("shortest", 3), ("likeliest", 2), ("random", None)]
)
def test_only_verified_samples_are_picked_from(name: str, chosen: int | None) -> None:
    wrong = sample(0, "4", 0.0)
    candidates = [
        Candidate("self", 0, wrong.response, Verdict("k0", "incorrect")),
        sample(1, "the answer is 4", -1.0),
        sample(2, "it is 4", -0.5),
        sample(3, "is 4", -0.9),
    ]
    method = Method(built_in_rungs(["self"]), PICKS[name])
    outcome = walk(example(), method, candidates, rounds={"self": (4,)})
    assert isinstance(outcome, Target)
    texts = {candidate.response.text for candidate in candidates if candidate.sample == chosen}
    assert outcome.completion in (texts or {"the answer is 4", "it is 4", "is 4"})
