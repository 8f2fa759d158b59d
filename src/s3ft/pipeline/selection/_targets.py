"""Targets that no ladder gives, and what is left out of those that one does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...ladder import REPLAY, Mask, final_answer
from ...records import Example, Target
from ...train import completion_ids

if TYPE_CHECKING:
    from ...chat import Chat


def replay_target(example: Example) -> Target:
    """A general row as it is trained on."""
    return Target(
        example.id,
        REPLAY,
        "a general row, the same for all methods",
        example.prompt,
        example.completion,
        reasoning=example.reasoning,
    )


def with_mask(target: Target, mask: Mask, chat: Chat) -> Target:
    """A weighed target with the mask of its tokens, and their ids."""
    ids = whole_ids(target, chat)
    assert target.base_logprobs is not None, "selection before the target was weighed"
    assert len(target.base_logprobs) == len(ids), "weighed were other tokens than are trained"
    answer = final_answer(ids, target.answers, chat.text)
    trained = mask.trained(target.base_logprobs, answer)
    return replace(target, token_ids=ids, loss_mask=trained)


def whole_ids(target: Target, chat: Chat) -> tuple[int, ...]:
    """The ids of a target with its reasoning, unless its prompt says that there is none."""
    keeps = target.token_ids is not None or chat.takes_reasoning
    return completion_ids(target, chat, "keep" if keeps else "drop")


def without_borrowed_thoughts(target: Target, chat: Chat | None) -> Target:
    """A target less its reasoning: that was about what the trained model won't see.

    What is left are the model's own ids of the answer, where they are known.
    """
    if not target.reasoning:
        return target
    ids = target.token_ids
    if ids is not None and chat is not None:
        ids = chat.without_reasoning(target.prompt, target.completion, ids)
        return replace(target, reasoning="", token_ids=ids, num_tokens=len(ids))
    return replace(target, reasoning="", token_ids=None, num_tokens=None)
