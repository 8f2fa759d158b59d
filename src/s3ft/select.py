"""Walks a ladder: candidates and verdicts in, the target (or what is still missing) out.

Pure: no model, no input or output. Implements the selection of S3FT (arXiv 2502.08130, section 3)
and SSR (arXiv 2409.04787, section 3) for any ladder of `methods`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .methods import Ladder
from .records import Candidate, Example, Source, Target

Pick = Callable[[Sequence[Candidate]], Candidate]
"""Which of several verified samples of one source is trained on."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The ladder cannot be walked further before this source has been asked and judged."""

    source: Source


@dataclass(frozen=True, slots=True)
class Dropped:
    """No source gave a verified answer, and the ladder does not end in gold."""

    reason: str


def first(verified: Sequence[Candidate]) -> Candidate:
    """The verified sample with the lowest number."""
    return min(verified, key=lambda candidate: candidate.sample)


def walk(
    example: Example,
    ladder: Ladder,
    candidates: Sequence[Candidate],
    *,
    pick: Pick = first,
    generator: str | None = None,
    judge: str | None = None,
) -> Target | Missing | Dropped:
    """The first verified rung of the ladder for one example.

    A source without any judged candidate is `Missing`. A rung is passed over when none of its
    candidates is ``correct``; ``unknown`` is passed over too, and named in the reason. A response
    cut at the token limit is never trained on, whatever its verdict.

    Args:
        candidates: all candidates of this example, in any order.
        generator, judge: names written into the target where they had a part in it.
    """
    passed: list[str] = []
    for source in ladder:
        if source == "gold":
            reason = "; ".join(passed) or "the method trains on gold"
            return Target(example.id, "gold", reason, example.prompt, example.completion)
        here = [c for c in candidates if c.asked == source and c.verdict is not None]
        if not here:
            return Missing(source)
        verified = [c for c in here if _accepted(c)]
        if verified:
            best = pick(verified)
            reason = "; ".join([*passed, f"{source}: {_why(best)}"])
            return _target(example, source, best, reason, generator, judge)
        passed.append(f"{source}: {_why(first(here))}")
    return Dropped("; ".join(passed))


def _accepted(candidate: Candidate) -> bool:
    assert candidate.verdict is not None
    cut = candidate.response.finish_reason == "length"
    return candidate.verdict.label == "correct" and not cut


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
    )
