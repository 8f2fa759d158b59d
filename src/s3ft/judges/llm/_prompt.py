"""What a judging model is shown: a template, filled with a case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...records import Case, Message, content_hash
from ...templates import SHIPPED, RenderError, Template

DEFAULT = SHIPPED / "judge.j2"


class PromptGap(ValueError):
    """The case lacks what the template shows; the message says what."""


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case as it is put to a model, and the mark that its verdict is to bear."""

    messages: tuple[Message, ...]
    mark: str


class JudgePrompt:
    """A Jinja template with these variables, and any column of the row by name:

    ``conversation`` (the turns: role, content), ``question`` (the content of the last), ``gold``,
    ``accepted`` (further golds), ``response``, ``answerable`` (the row's, or none), ``mark`` (what
    the verdict is to bear), ``direct`` (whether only the next word is read). The filter ``json``
    quotes. A template that does not show the conversation takes the place of its last turn.

    Args:
        direct: whether the model's next word is read, or its reply.

    Raises:
        InputError: the file cannot be read, is no template, or does not show gold and response.
    """

    def __init__(self, path: Path, *, direct: bool) -> None:
        self._template = Template(path, "prompt", {"json": _json})
        self._template.require("gold", "response")
        self._whole, self._direct = "conversation" in self._template.variables, direct
        self.fingerprint = content_hash(self._template.text, direct)

    def fill(self, case: Case) -> ShownCase:
        """The case as messages.

        The mark is a hash of the whole case: the same when asked again, and nothing that a response
        could hold.

        Raises:
            PromptGap: there is no gold, no prompt, or a column that the template names.
        """
        answerable = case.meta.get("answerable")
        if not case.gold and answerable is not False:
            raise PromptGap("no gold")
        if not case.prompt:
            raise PromptGap("no prompt")
        gold, *accepted = case.gold or ("The question has no answer.",)
        *before, last = map(Message.copy, case.prompt)
        mark = content_hash(case.prompt, case.gold, case.response)[:8]
        variables: dict[str, Any] = {
            **case.meta,
            "conversation": [dict(turn) for turn in case.prompt],
            "question": last["content"],
            "gold": gold,
            "accepted": accepted,
            "response": case.response,
            "answerable": answerable,
            "mark": mark,
            "direct": self._direct,
        }
        try:
            content = self._template.render(variables)
        except RenderError as error:
            raise PromptGap(f"the prompt: {error}") from None
        # A lone surrogate is no character, and could not be sent.
        turn = Message(role="user", content=content.encode(errors="replace").decode())
        for one in before:  # the functions are the other model's to call
            one.pop("tools", None)
        return ShownCase((turn,) if self._whole else (*before, turn), mark)


def _json(value: Any) -> str:
    """The value as JSON on one line, its own letters kept; text cannot break out of its quotes."""
    return json.dumps(value, ensure_ascii=False, default=str)
