"""The chat template with which other trainers train the tokens that s3ft trains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..chat import Chat


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """What a trainer must be told of a model's chat format.

    ``stop`` is the token that ends an answer, ``used`` the text of the template that renders it,
    and ``kwargs`` are what it is given. ``template`` is the text of one to train with, None where
    the model's own does.
    """

    stop: str
    used: str
    kwargs: Mapping[str, Any]
    template: str | None


def chat_facts(chat: Chat) -> ChatFacts:
    """What other trainers are told of a chat format.

    They render a conversation and train all that follows the prompt. A template may write more
    there than any model produces, such as a line feed after the turn's end (ChatML), or end its
    answers with no token of the model; s3ft trains up to the stop token, and that one always. So
    where it matters the template is given inside another, which ends a conversation that the
    assistant ended where s3ft does.
    """
    stop = chat.tokenizer.convert_ids_to_tokens(chat.stop_id)
    after = chat.after_answer
    kept = after[: after.index(stop) + len(stop)] if stop in after else stop
    own = chat.template == chat.tokenizer.chat_template and not chat.merges_system
    text = None if own and kept == after else _ended(chat, after, kept)
    return ChatFacts(stop, chat.template, chat.template_kwargs, text)


def _ended(chat: Chat, after: str, kept: str) -> str:
    """The template with other ends of answers; what is asked for an answer stays as it is."""
    merge = _MERGE if chat.merges_system else ""
    return (
        f"{merge}{{%- macro s3ft_conversation() %}}{chat.template}{{% endmacro -%}}\n"
        "{%- set s3ft_text = s3ft_conversation() -%}\n"
        "{%- if not add_generation_prompt and messages[-1]['role'] == 'assistant' -%}\n"
        f"{{{{- s3ft_text.removesuffix({json.dumps(after)}) + {json.dumps(kept)} -}}}}\n"
        "{%- else -%}\n"
        "{{- s3ft_text -}}\n"
        "{%- endif -%}\n"
    )


_MERGE = """\
{%- if messages[0]['role'] == 'system' -%}
{%- set s3ft_first = messages[0]['content'] + '\\n\\n' + messages[1]['content'] -%}
{%- set messages = [{'role': 'user', 'content': s3ft_first}] + messages[2:] -%}
{%- endif -%}
"""
"""For templates without a place for the system's words: they go before the user's first."""
