"""One template on one tokenizer: conversations to text, and where reasoning goes in it."""

from __future__ import annotations

import datetime
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..reasoning import closing
from ..records import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PLAIN_TEMPLATE = Path(__file__).parents[1] / "prompts" / "plain_chat.j2"

SENTINEL = "Zq7x"  # nothing that a template trims, parses or writes itself
THOUGHT = "Vk3w"
PROBE: tuple[Message, ...] = (Message(role="user", content="Hi"),)
_KNOWN_KEYS = ("reasoning_content", "thinking", "reasoning")
"""Where templates look for the reasoning of a turn."""


class Renderer:
    """Renders conversations as text.

    Args:
        template, kwargs: as `Chat` takes them.
        date: what a template is told that asks for the date.

    Raises:
        InputError: the template is broken.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        template: str | None,
        kwargs: Mapping[str, Any],
        date: datetime.date,
    ) -> None:
        self.tokenizer = tokenizer
        self.kwargs = dict(kwargs)
        if template is None and tokenizer.chat_template:
            template = tokenizer.get_chat_template()
        if template is None:
            warnings.warn(
                "the model has no chat template: the plain one is used ('User: ...', "
                "'Assistant: ...'); name another as model.chat_template",
                stacklevel=3,
            )
            template = PLAIN_TEMPLATE.read_text(encoding="utf-8")
            adds_bos = tokenizer.bos_token_id in tokenizer("x")["input_ids"][:1]
            self.kwargs.setdefault("bos_token", tokenizer.bos_token if adds_bos else "")
        self.template = _dated(template, date)
        self._reasoning_keys: tuple[str, ...] = ()
        self._inline = self.merges_system = False
        self.merges_system = not self._renders_system()
        self._find_reasoning_keys()

    @property
    def has_reasoning_key(self) -> bool:
        """Whether the template reads reasoning under a key of its own."""
        return bool(self._reasoning_keys)

    def text(
        self,
        messages: Sequence[Message],
        answer: str | None = None,
        reasoning: str = "",
        calls: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """The conversation, up to where the model is to answer, or with its answer.

        Reasoning for which the template has no place is left out.

        Args:
            calls: of functions, in the answer.

        Raises:
            InputError: the template refuses the conversation, or does not show the functions that
                may be called.
        """
        from jinja2 import TemplateError

        turns = [self._turn(turn) for turn in messages]
        tools = next((turn["tools"] for turn in messages if turn.get("tools")), None)
        if self.merges_system:
            turns = _system_into_user(turns)
        if answer is not None:
            turns.append(self._answer(answer, reasoning))
            if calls:
                turns[-1]["tool_calls"] = list(calls)
        try:
            text: str = self.tokenizer.apply_chat_template(
                turns,
                tools=tools,
                tokenize=False,
                add_generation_prompt=answer is None,
                chat_template=self.template,
                **self.kwargs,
            )
        except (TemplateError, TypeError, ValueError) as error:
            raise InputError(
                "chat template",
                f"it refuses the conversation: {error}",
                "Change the messages, or model.chat_template and its model.chat_template_kwargs.",
            ) from error
        names = [tool["function"]["name"] for tool in tools or ()]
        if missing := [name for name in names if name not in text]:
            raise InputError(
                "chat template",
                f"it does not show the functions that may be called: {', '.join(missing[:3])}",
                "Choose a model that calls functions, give such a template as model.chat_template, "
                "or train on the text alone: data.ignore=[tools].",
            )
        return text

    def _turn(self, turn: Message) -> dict[str, Any]:
        plain: dict[str, Any] = {
            key: value for key, value in turn.items() if key not in ("tools", "reasoning_content")
        }
        if reasoning := turn.get("reasoning_content"):
            plain |= dict.fromkeys(self._reasoning_keys, reasoning)
        return plain

    def _answer(self, answer: str, reasoning: str) -> dict[str, Any]:
        if reasoning and self._inline:
            return {"role": "assistant", "content": f"{reasoning_block(reasoning)}\n\n{answer}"}
        turn = Message(role="assistant", content=answer)
        return self._turn({**turn, "reasoning_content": reasoning} if reasoning else turn)

    def _find_reasoning_keys(self) -> None:
        """The key under which the template reads reasoning, or whether it does so in the text."""
        for keys, inline in (*(((key,), False) for key in _KNOWN_KEYS), ((), True)):
            self._reasoning_keys, self._inline = keys, inline
            try:
                if THOUGHT in self.text(PROBE, SENTINEL, THOUGHT):
                    return
            except InputError:  # gpt-oss refuses marks within the text
                continue
        self._reasoning_keys, self._inline = (), False

    def _renders_system(self) -> bool:
        messages = (Message(role="system", content=SENTINEL), *PROBE)
        try:
            return all(SENTINEL in self.text(messages, answer) for answer in (None, "Yes"))
        except InputError:
            return False


def _dated(template: str, date: datetime.date) -> str:
    """The template with one date in place of the clock's (``strftime_now`` of transformers)."""
    formats = re.findall(r"""strftime_now\(\s*(["'])(.*?)\1""", template)
    if not formats:
        return template
    noon = datetime.datetime.combine(date, datetime.time(12))
    known = json.dumps({text: noon.strftime(text) for _, text in formats})
    return (
        f"{{%- macro strftime_now(format) -%}}{{{{ {known}[format] }}}}{{%- endmacro -%}}{template}"
    )


def reasoning_block(reasoning: str, opened: str = "", before: str = "") -> str:
    """Reasoning within its marks.

    Args:
        opened: the mark that the prompt has opened already; then it is only closed.
        before: the prompt, of which the end tells whether a line begins there.
    """
    mark = opened or "<think>"
    lead = "" if opened and before.endswith("\n") else "\n"
    return f"{'' if opened else mark}{lead}{reasoning.strip()}\n{closing(mark)}"


def _system_into_user(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    match turns:
        case [{"role": "system"} as system, {"role": "user"} as user, *rest]:
            content = f"{system['content']}\n\n{user['content']}"
            return [{"role": "user", "content": content}, *rest]
    return turns
