"""Which tokens end an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from transformers import GenerationConfig, PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class StopTokens:
    """The ids that stop an answer, the one that is trained first.

    ``turn_end`` is the text of that one where the template itself writes it, else None: then the
    first id is the tokenizer's end of text, or the generation configuration's.
    """

    ids: tuple[int, ...]
    turn_end: str | None


def find_stop_tokens(
    tokenizer: PreTrainedTokenizerBase, after: str, generation_config: GenerationConfig | None
) -> StopTokens:
    """The turn end is the first special token after an answer, else the end of text.

    Args:
        after: what the template writes after an answer.

    Raises:
        InputError: there is no token that could end an answer.
    """
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    special.discard(tokenizer.unk_token_id)
    written = tokenizer(after, add_special_tokens=False)["input_ids"]
    turn_end = next((id for id in written if id in special), None)
    configured = generation_config.eos_token_id if generation_config is not None else None
    ends = configured if isinstance(configured, list) else [configured]
    ids = [id for id in (turn_end, tokenizer.eos_token_id, *ends) if id is not None]
    if not ids:
        raise InputError(
            "model.id",
            "the template's answers end with no special token, and there is no end of text",
            "Give a template whose answers end with a token of the model, as model.chat_template.",
        )
    text = None if turn_end is None else tokenizer.convert_ids_to_tokens(turn_end)
    return StopTokens(tuple(dict.fromkeys(ids)), text)
