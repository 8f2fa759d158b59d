"""The prompt of a rung: a template that shows the model more than the example's own prompt does."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError
from ..records import Example, Message, content_hash
from ..templates import RenderError, Template
from ._leak import OF_ATTEMPT, OF_GOLD, Patterns, echoes
from ._rungs import Rung

QUESTION, GOLD, ACCEPTED, ATTEMPT = "question", "gold", "accepted", "attempt"
"""The variables of a template, beside any column of the row by its name."""


class RungPrompt:
    """What a rung puts to the model in place of the example's last turn.

    Its template may show ``question`` (the last user turn), ``gold`` (the completion), ``accepted``
    (all accepted answers, a list), ``attempt`` (the model's own failed answer), and any column of
    the row by name.

    Raises:
        InputError: the file cannot be read, is no template, or does not show what the rung is for.
    """

    def __init__(self, rung: Rung) -> None:
        assert rung.prompt is not None
        self._template = Template(rung.prompt, f"{rung.key}.prompt")
        remedy = "Write {{ gold }} where the model is shown the answer to restate."
        self._template.require(*rung.shows, remedy=remedy)
        shown = self._template.variables
        self.shows_attempt = ATTEMPT in shown
        self.shows_more = bool(shown - {QUESTION})
        """Whether it shows what the trained model will not see."""
        self.fingerprint = content_hash(self._template.text)

    @property
    def leaks(self) -> Patterns:
        """What an answer to this prompt must not say."""
        own = OF_GOLD if self.shows_more else ()
        of_attempt = OF_ATTEMPT if self.shows_attempt else ()
        return own + of_attempt + echoes(self._template.literal)

    def messages(
        self, example: Example, accepted: Sequence[str], attempt: str = ""
    ) -> tuple[Message, ...]:
        """The example's chat with its last turn replaced by the template's text.

        What a function returned stays, and the text is a turn after it.

        Raises:
            InputError: the template names a column that the row does not have.
        """
        before, last = example.prompt[:-1], example.prompt[-1]
        if last["role"] == "tool":
            before = example.prompt
            users = (turn for turn in reversed(before) if turn["role"] == "user")
            last = Message(role="user", content=next(users, last)["content"])
        variables = {
            **example.meta,
            QUESTION: last["content"],
            GOLD: example.completion,
            ACCEPTED: list(accepted),
            ATTEMPT: attempt,
        }
        try:
            content = self._template.render(variables)
        except RenderError as error:
            where = f"{self._template.where}: row {example.id}"
            raise InputError(where, str(error), "Name columns that every row has.") from None
        return (*before, {**last, "content": content})
