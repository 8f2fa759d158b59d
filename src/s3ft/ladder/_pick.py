"""Which of several verified samples of one source is trained on. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from types import MappingProxyType

from ..errors import InputError
from ..records import Candidate, Example, Response, content_hash

Pick = Callable[[Example, Sequence[Candidate]], Candidate]
"""Takes one of the verified samples of an example, of which there is at least one, in any order."""


def first(example: Example, verified: Sequence[Candidate]) -> Candidate:
    """The sample with the lowest number."""
    return min(verified, key=lambda candidate: candidate.sample)


def shortest(example: Example, verified: Sequence[Candidate]) -> Candidate:
    """The sample with the fewest characters; of equally short ones the first."""
    return min(verified, key=lambda c: (len(c.response.text), c.sample))


def random(example: Example, verified: Sequence[Candidate]) -> Candidate:
    """Any sample, each as likely; the same one whenever the same example has the same samples."""
    return min(verified, key=lambda candidate: content_hash(example.id, candidate.sample))


def likeliest(example: Example, verified: Sequence[Candidate]) -> Candidate:
    """The sample that the base finds likeliest per token; of equally likely ones the first.

    A sample whose likelihood is not known comes after all others.

    Raises:
        InputError: there are several, and not one has a likelihood.
    """
    known = [c for c in verified if base_likelihood(c) is not None]
    if not known and len(verified) > 1:
        raise no_likelihood(verified[0].response.engine)
    return min(known or verified, key=lambda c: (-(base_likelihood(c) or 0.0), c.sample))


def base_likelihood(candidate: Candidate) -> float | None:
    """The mean log-probability (nats) of a candidate's tokens under the base, stop token included.

    As an answer to the example's own prompt where that was asked for, else to the one that it was
    shown. None where neither is known.
    """
    if candidate.base_logprobs:
        return fmean(candidate.base_logprobs)
    return likelihood(candidate.response)


def likelihood(response: Response) -> float | None:
    """The mean log-probability of a response's tokens (nats), its stop token included.

    It is that under the model that produced it, given the prompt that it was shown. None where the
    engine gave no log-probability, or no token ids to count.
    """
    if response.logprob is None or not response.token_ids:
        return None
    return response.logprob / len(response.token_ids)


def no_likelihood(engine: str) -> InputError:
    """What to say where `likeliest` was asked for and cannot be told."""
    return InputError(
        "generate.pick",
        f"'likeliest' needs log-probabilities and token ids, which engine {engine!r} does not give",
        "Choose 'first', 'shortest' or 'random', or an engine that gives them.",
    )


PICKS: Mapping[str, Pick] = MappingProxyType(
    {"first": first, "shortest": shortest, "random": random, "likeliest": likeliest}
)
"""By the names that a recipe takes."""
