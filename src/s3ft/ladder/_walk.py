"""Walks a ladder: candidates and verdicts in, the target (or what is still missing) out.

Pure: no model, no input or output. Implements the selection of S3FT (arXiv 2502.08130, section 3)
and SSR (arXiv 2409.04787, section 3) for any ladder of `methods`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..records import Candidate, Example, Source, Target
from ._methods import Ladder
from ._pick import Pick, first

Rounds = tuple[int, ...]
"""How many samples of a source there are after each round of asking, such as (1, 2, 4, 8)."""

ONCE: Rounds = (1,)


@dataclass(frozen=True, slots=True)
class Missing:
    """The ladder cannot be walked further before this source has so many samples, all judged."""

    source: Source
    samples: int = 1


@dataclass(frozen=True, slots=True)
class Dropped:
    """No source gave a verified answer, and the ladder does not end in gold."""

    reason: str


def walk(
    example: Example,
    ladder: Ladder,
    candidates: Sequence[Candidate],
    *,
    rounds: Mapping[Source, Rounds] = MappingProxyType({}),
    pick: Pick = first,
    generator: str | None = None,
    judge: str | None = None,
) -> Target | Missing | Dropped:
    """The first verified rung of the ladder for one example.

    A source is `Missing` until the samples of a round are all there and judged, and one of them is
    verified, or it was the last round. So the outcome does not depend on the order in which the
    samples of a round came in. A rung is passed over when none of its candidates is ``correct``;
    ``unknown`` is passed over too, and named in the reason. A response cut at the token limit is
    never trained on, whatever its verdict.

    Args:
        candidates: all candidates of this example, in any order.
        rounds: by source; one that is not named has one round of one sample.
        generator, judge: names written into the target where they had a part in it.
    """
    passed: list[str] = []
    for source in ladder:
        if source == "gold":
            reason = "; ".join(passed) or "the method trains on gold"
            return Target(
                example.id,
                "gold",
                reason,
                example.prompt,
                example.completion,
                reasoning=example.reasoning,
            )
        here = [c for c in candidates if c.source == source and c.verdict is not None]
        samples = _lacking(here, rounds.get(source, ONCE))
        if samples:
            return Missing(source, samples)
        verified = [c for c in here if accepted(c)]
        if verified:
            best = pick(example, verified)
            of = f" (sample {best.sample + 1} of {len(here)})" if len(here) > 1 else ""
            reason = "; ".join([*passed, f"{source}: {_why(best)}{of}"])
            return _target(example, source, best, reason, generator, judge)
        of = f" (the first of {len(here)} samples)" if len(here) > 1 else ""
        passed.append(f"{source}: {_why(first(example, here))}{of}")
    return Dropped("; ".join(passed))


def _lacking(judged: Sequence[Candidate], rounds: Rounds) -> int:
    """How many samples there must be before more can be said; 0 where there are enough."""
    verified = {candidate.sample: accepted(candidate) for candidate in judged}
    for samples in rounds:
        asked = range(samples)
        if not all(sample in verified for sample in asked):
            return samples
        if any(verified[sample] for sample in asked):
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
    source: Source,
    chosen: Candidate,
    reason: str,
    generator: str | None,
    judge: str | None,
) -> Target:
    response = chosen.response
    return Target(
        example_id=example.id,
        source=source,
        reason=reason,
        prompt=example.prompt,
        completion=response.text,
        token_ids=response.token_ids,
        generator=generator,
        judge=judge,
        # A paraphrase was produced with the gold in view: its log-probability says nothing of
        # how likely the model finds it as an answer to the prompt that is trained on.
        base_logprob=response.logprob if source == "self" else None,
        num_tokens=None if response.token_ids is None else len(response.token_ids),
        reasoning=response.reasoning,
    )
