"""Walks a ladder: candidates and verdicts in, the target (or what is still missing) out.

Pure: no model, no input or output. Implements the selection of S3FT (arXiv 2502.08130, section 3)
and SSR (arXiv 2409.04787, section 3) for any ladder of `methods`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..records import Candidate, Example, Target
from ._pick import Pick, first
from ._rungs import Rounds, Rung


@dataclass(frozen=True, slots=True)
class Missing:
    """The ladder cannot be walked further before this rung has so many samples, all judged."""

    rung: str
    samples: int = 1


@dataclass(frozen=True, slots=True)
class Dropped:
    """No rung gave a verified answer, and the ladder does not end in gold."""

    reason: str


def walk(
    example: Example,
    ladder: Sequence[Rung],
    candidates: Sequence[Candidate],
    *,
    rounds: Mapping[str, Rounds] = MappingProxyType({}),
    pick: Pick = first,
    generator: str | None = None,
    judge: str | None = None,
) -> Target | Missing | Dropped:
    """The first verified rung of the ladder for one example.

    A rung is `Missing` until the samples of a round are all there and judged, and one of them is
    verified, or it was the last round. So the outcome does not depend on the order in which the
    samples of a round came in. A rung is passed over when none of its candidates is ``correct``;
    ``unknown`` is passed over too, and named in the reason. A response cut at the token limit is
    never trained on, whatever its verdict.

    Args:
        candidates: all candidates of this example, in any order.
        rounds: of this example, by rung, where they are not those of the rung.
        generator, judge: names written into the target where they had a part in it; where a person
            overruled the judge, it is that one's.
    """
    passed: list[str] = []
    for rung in ladder:
        if not rung.asks:
            reason = "; ".join(passed) or "the method trains on gold"
            return Target(
                example.id,
                rung.name,
                reason,
                example.prompt,
                example.completion,
                reasoning=example.reasoning,
            )
        judged = [c for c in candidates if c.source == rung.name and c.verdict is not None]
        samples = _lacking(judged, rounds.get(rung.name, rung.rounds))
        if samples:
            return Missing(rung.name, samples)
        verified = [c for c in judged if accepted(c)]
        if verified:
            best = pick(example, verified)
            of = f" (sample {best.sample + 1} of {len(judged)})" if len(judged) > 1 else ""
            reason = "; ".join([*passed, f"{rung.name}: {_why(best)}{of}"])
            return _target(example, rung, best, reason, generator, judge)
        of = f" (the first of {len(judged)} samples)" if len(judged) > 1 else ""
        passed.append(f"{rung.name}: {_why(first(example, judged))}{of}")
    return Dropped("; ".join(passed))


def _lacking(judged: Sequence[Candidate], rounds: Rounds) -> int:
    """How many samples there must be before more can be said; 0 where there are enough."""
    verified = {candidate.sample: accepted(candidate) for candidate in judged}
    for samples in rounds:
        wanted = range(samples)
        if not all(sample in verified for sample in wanted):
            return samples
        if any(verified[sample] for sample in wanted):
            break
    return 0


def accepted(candidate: Candidate) -> bool:
    """Whether a candidate is verified: judged correct, and ended by the model itself."""
    verdict = candidate.verdict
    return verdict is not None and verdict.label == "correct" and candidate.response.whole


def _why(candidate: Candidate) -> str:
    verdict = candidate.verdict
    assert verdict is not None
    return f"{verdict.label}, {verdict.reason}" if verdict.reason else verdict.label


def _target(
    example: Example,
    rung: Rung,
    chosen: Candidate,
    reason: str,
    generator: str | None,
    judge: str | None,
) -> Target:
    response, verdict = chosen.response, chosen.verdict
    if verdict is not None and verdict.overruled_by is not None:
        judge = f"person: {verdict.overruled_by}"
    return Target(
        example_id=example.id,
        source=rung.name,
        reason=reason,
        prompt=example.prompt,
        completion=response.text,
        token_ids=response.token_ids,
        generator=generator,
        judge=judge,
        # An answer to another prompt, such as one with the gold in view, says nothing of how likely
        # the model finds it as an answer to the prompt that is trained on.
        base_logprob=response.logprob if rung.asks_own_prompt else None,
        num_tokens=None if response.token_ids is None else len(response.token_ids),
        reasoning=response.reasoning,
    )
