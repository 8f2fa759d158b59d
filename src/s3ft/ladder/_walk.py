"""Walks a ladder: candidates and verdicts in, the target (or what is still missing) out.

Pure: no model, no input or output. Implements the selection of S3FT (arXiv 2502.08130, section 3)
and SSR (arXiv 2409.04787, section 3) for any ladder of `methods`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from statistics import fmean
from types import MappingProxyType

from ..records import Candidate, Example, Target
from ._methods import Method
from ._pick import first
from ._rungs import Rounds, Rung


@dataclass(frozen=True, slots=True)
class Missing:
    """The ladder cannot be walked further before this rung has so many samples, all judged and,
    where the method wants it, weighed."""

    rung: str
    samples: int = 1


@dataclass(frozen=True, slots=True)
class Dropped:
    """No rung gave a verified answer, and the ladder does not end in gold."""

    reason: str


def walk(
    example: Example,
    method: Method,
    candidates: Sequence[Candidate],
    *,
    rounds: Mapping[str, Rounds] = MappingProxyType({}),
    gold_logprobs: Sequence[float] | None = None,
    generator: str | None = None,
    judge: str | None = None,
) -> Target | Missing | Dropped:
    """The first verified rung of a method's ladder for one example.

    A rung is `Missing` until the samples of a round are all there and judged, and one of them is
    verified, or it was the last round. So the outcome does not depend on the order in which the
    samples of a round came in. A rung is passed over when none of its candidates is ``correct``;
    ``unknown`` is passed over too, and named in the reason. A response cut at the token limit is
    never trained on, whatever its verdict.

    Args:
        candidates: all candidates of this example, in any order.
        rounds: of this example, by rung, where they are not those of the rung. Samples of later
            rounds, which another method asked for, do not count.
        gold_logprobs: of the gold's tokens under the base (nats), where it was asked.
        generator, judge: names written into the target where they had a part in it; where a person
            overruled the judge, it is that one's.
    """
    passed: list[str] = []
    golds = tuple(gold_logprobs) if gold_logprobs and method.weighs_gold else None
    for rung in method.rungs:
        if not rung.asks:
            return _gold(example, rung, "; ".join(passed) or "the method trains on gold", golds)
        weighs = method.weighs(rung)
        bound = fmean(golds) if weighs and method.likelier and golds else None
        here = [c for c in candidates if c.source == rung.name]
        steps = (max(1, len(here)),) if rung.from_file else rung.rounds
        judged = [c for c in here if c.verdict is not None and not (weighs and unweighed(c))]
        if not weighs:  # what another method wanted to know changes nothing
            judged = [replace(c, base_logprobs=None) if c.base_logprobs else c for c in judged]
        good = {c.sample for c in judged if accepted(c) and _likelier(c, bound)}
        samples = _samples({c.sample for c in judged}, good, rounds.get(rung.name, steps))
        judged = [c for c in judged if c.sample < samples]
        if len(judged) < samples:
            return Missing(rung.name, samples)
        if verified := [c for c in judged if c.sample in good]:
            best = method.pick(example, verified)
            of = f" (sample {best.sample + 1} of {len(judged)})" if len(judged) > 1 else ""
            reason = "; ".join([*passed, f"{rung.name}: {_why(best)}{of}"])
            return target_of(example, rung, best, reason, generator, judge)
        of = f" (the first of {len(judged)} samples)" if len(judged) > 1 else ""
        passed.append(f"{rung.name}: {_why(first(example, judged), bound)}{of}")
    return Dropped("; ".join(passed))


def _samples(there: Set[int], good: Set[int], rounds: Rounds) -> int:
    """How many samples count: those up to the first round that lacks some, or has a good one."""
    samples = 0
    for samples in rounds:
        wanted = set(range(samples))
        if wanted - there or wanted & good:
            break
    return samples


def _gold(example: Example, rung: Rung, reason: str, logprobs: tuple[float, ...] | None) -> Target:
    return Target(
        example.id,
        rung.name,
        reason,
        example.prompt,
        example.completion,
        base_logprob=None if logprobs is None else sum(logprobs),
        reasoning=example.reasoning,
        base_logprobs=logprobs,
        answers=example.accepted,
    )


def accepted(candidate: Candidate) -> bool:
    """Whether a candidate is verified: judged correct, and ended by the model itself."""
    verdict = candidate.verdict
    return verdict is not None and verdict.label == "correct" and candidate.response.whole


def unweighed(candidate: Candidate) -> bool:
    """Whether a candidate is verified, and the base was not asked how likely it finds it."""
    return accepted(candidate) and candidate.base_logprobs is None


def _likelier(candidate: Candidate, bound: float | None) -> bool:
    """Whether the base finds a candidate likelier a token than the gold, where that counts."""
    return bound is None or fmean(candidate.base_logprobs or (bound,)) > bound


def _why(candidate: Candidate, bound: float | None = None) -> str:
    verdict = candidate.verdict
    assert verdict is not None
    why = f"{verdict.label}, {verdict.reason}" if verdict.reason else verdict.label
    if accepted(candidate) and not _likelier(candidate, bound):
        why += ", but the base finds it no likelier than the gold"
    return why


def target_of(
    example: Example,
    rung: Rung,
    chosen: Candidate,
    reason: str = "",
    generator: str | None = None,
    judge: str | None = None,
) -> Target:
    """A candidate of a rung as what is trained on."""
    response, verdict, weighed = chosen.response, chosen.verdict, chosen.base_logprobs
    own = response.logprob if rung.asks_own_prompt else None
    if verdict is not None and verdict.overruled_by is not None:
        judge = f"person: {verdict.overruled_by}"
    return Target(
        example_id=example.id,
        source=rung.name,
        reason=reason,
        prompt=example.prompt,
        completion=response.text,
        token_ids=response.token_ids,
        generator=rung.of or generator,
        judge=judge,
        # An answer to another prompt, such as one with the gold in view, says nothing of how likely
        # the model finds it as an answer to the prompt that is trained on.
        base_logprob=own if weighed is None else sum(weighed),
        num_tokens=None if response.token_ids is None else len(response.token_ids),
        reasoning=response.reasoning,
        base_logprobs=weighed,
        answers=(*([verdict.answer] if verdict and verdict.answer else []), *example.accepted),
    )
