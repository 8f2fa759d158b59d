"""Targets -> the token ids and the loss mask that the trainer takes, nothing cut."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from ..chat import Chat
from ..errors import InputError
from ..models import load_config, max_positions
from ..recipe import Model, Reasoning
from ..records import Example, Target

if TYPE_CHECKING:
    from datasets import Dataset

IGNORED = -100
"""The label of a position that is not trained, in every trainer."""

UNLIMITED = 10**9
"""Tokenizers without a limit name one far above this."""

SHOWN = 5
"""Ids named in an error."""


def length_limit(model: Model, chat: Chat, max_length: int | None) -> int | None:
    """The most tokens of a row: ``max_length``, else the least that model and tokenizer allow.

    None where neither of them says.
    """
    if max_length is not None:
        return max_length
    limits = [max_positions(load_config(model)), chat.tokenizer.model_max_length]
    return min((limit for limit in limits if limit and limit < UNLIMITED), default=None)


def reasoning_to_train(row: Example | Target, reasoning: Reasoning) -> str:
    """What a row thinks before it answers, as far as it is trained."""
    return row.reasoning if reasoning == "keep" else ""


def completion_ids(target: Target, chat: Chat, reasoning: Reasoning) -> tuple[int, ...]:
    """The ids that are trained of a target, its stop token included.

    Where the model wrote the completion itself, its own token ids are used and not a
    re-tokenisation of its text: the same text can be split in several ways, and the model finds
    only its own likely. Reasoning that is dropped is left out as the template leaves it out.

    Raises:
        InputError: the template refuses the conversation, or has no place for its reasoning.
    """
    thought = reasoning_to_train(target, reasoning)
    if target.token_ids is None:
        return chat.completion_ids(target.prompt, target.completion, thought)
    if thought or not target.reasoning:
        return target.token_ids
    return chat.without_reasoning(target.prompt, target.completion, target.token_ids)


def tokenize(
    targets: Iterable[Target], chat: Chat, max_length: int | None, reasoning: Reasoning = "keep"
) -> Dataset:
    """Tokenise targets for TRL's SFTTrainer, one row each, in their order; see `completion_ids`.

    Args:
        max_length: the most tokens of prompt and completion together; None for no limit.
        reasoning: whether what a target thinks is trained.

    Returns:
        A `datasets.Dataset` with ``input_ids`` (int32: prompt, then completion with its stop token)
        and ``completion_mask`` (int8: 0 on the prompt, 1 on the completion but where its loss mask
        is 0), large lists of equal length in each row, not padded.

    Raises:
        InputError: rows are longer than ``max_length`` or do not end in a stop token, or there
            are no rows. It names the first few by their example's id.
    """
    import pyarrow as pa
    from datasets import Dataset

    # Flat C arrays: a list of Python integers for each row would take ten times the memory.
    ids, mask, offsets = array("i"), array("b"), array("q", [0])
    too_long: list[tuple[str, int]] = []
    unstopped: list[str] = []
    for target in targets:
        prompt = chat.prompt_ids(target.prompt)
        completion = completion_ids(target, chat, reasoning)
        length = len(prompt) + len(completion)
        if max_length is not None and length > max_length:
            too_long.append((target.example_id, length))
        if not completion or completion[-1] not in chat.stop_ids:
            unstopped.append(target.example_id)
        ids.extend(prompt)
        ids.extend(completion)
        mask.extend([0] * len(prompt))
        mask.extend(_trained(target, completion))
        offsets.append(len(ids))
    if len(offsets) == 1:
        raise InputError("training rows", "there are none", "Nothing can be learned from no rows.")
    if too_long:
        longest = max(length for _, length in too_long)
        named = _shorten([f"{name} ({length})" for name, length in too_long])
        raise InputError(
            "training rows",
            f"{len(too_long)} of {len(offsets) - 1} are longer than {max_length} tokens, the "
            f"longest has {longest}: {named}",
            f"Set train.max_length={longest} if the model can take it, or remove these rows.",
        )
    if unstopped:
        raise InputError(
            "training rows",
            f"{len(unstopped)} of {len(offsets) - 1} do not end in the model's stop token, so that "
            f"it would learn not to stop: {_shorten(unstopped)}",
            "Leave out responses that were cut at the token limit.",
        )
    bounds = pa.array(offsets, pa.int64())
    return Dataset(
        pa.table(
            {
                "input_ids": pa.LargeListArray.from_arrays(bounds, pa.array(ids, pa.int32())),
                "completion_mask": pa.LargeListArray.from_arrays(bounds, pa.array(mask, pa.int8())),
            }
        )
    )


def _trained(target: Target, ids: Sequence[int]) -> list[int]:
    """1 for the ids that are trained, 0 for those that the target's mask leaves out.

    Where its reasoning is dropped, that is the mask of what stands behind; what the template has in
    its place is trained.
    """
    if target.loss_mask is None:
        return [1] * len(ids)
    assert target.token_ids is not None, "a mask is of token ids"
    backwards = zip(reversed(target.token_ids), reversed(target.loss_mask), strict=True)
    shared = takewhile(
        lambda pair: pair[0] == pair[1][0], zip(reversed(ids), backwards, strict=False)
    )
    tail = [trained for _, (_, trained) in shared][::-1]
    return [1] * (len(ids) - len(tail)) + tail


def _shorten(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
