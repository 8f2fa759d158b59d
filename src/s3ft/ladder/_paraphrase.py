"""The paraphrase: the base model restates the gold in its own words (arXiv 2502.08130, section 3).

A paraphrase is a prompt, a generator and a leak filter. The prompt replaces the user's last turn;
the filter refuses text that talks about the reference it was shown, since the trained model will
not see one; then the judge of the run decides as it does on any other response.
"""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateError, meta

from ..errors import InputError
from ..records import Example, Message

_GIVEN = r"(?:reference|provided|given|supplied|original|gold|ground[- ]truth|sample|model)"
_TEXT = r"(?:answer|solution|response|explanation|text|code|reasoning)"
LEAKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the|this|your|that|from|per)\s+{_GIVEN}\s+{_TEXT}\b",
        rf"\b{_GIVEN}\s+{_TEXT}\s*:",
        rf"\breference\s+{_TEXT}\b",
        r"\b(?:as|is|was|were)\s+(?:already\s+)?(?:given|stated|shown|provided|explained)\s+above\b",
        rf"\b{_TEXT}\s+(?:given|provided|shown|stated)\s+(?:above|here)\b",
        rf"\b(?:rewritten|rephrased|paraphrased|restated|reworded)\s+(?:{_TEXT}|version)\b",
        r"\b(?:rewrite|rephrase|paraphrase|restate|reword)\s+(?:the|this|your)\b",
        r"\bin\s+(?:my|your)\s+own\s+words\b",
    )
)
"""Ways of talking about an answer that was shown."""


class Paraphrase:
    """The prompt that shows a model the question and the gold.

    Args:
        path: a Jinja template with ``question`` (the last user turn), ``gold``, and any column of
            the row by name; default: the one in ``s3ft/prompts/paraphrase.j2``.

    Raises:
        InputError: the file cannot be read, is no template, or does not use ``gold``.
    """

    def __init__(self, path: str | None = None) -> None:
        self._where = path or "paraphrase.j2"
        environment = Environment(undefined=StrictUndefined, autoescape=False)
        try:
            text = (
                (resources.files("s3ft") / "prompts" / "paraphrase.j2").read_text(encoding="utf-8")
                if path is None
                else Path(path).read_text(encoding="utf-8")
            )
            names = meta.find_undeclared_variables(environment.parse(text))
            self._template = environment.from_string(text)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"paraphrase.prompt: {path}", f"cannot be read: {error}") from None
        except TemplateError as error:
            raise InputError(f"paraphrase.prompt: {path}", f"is no template: {error}") from None
        if "gold" not in names:
            remedy = "Write {{ gold }} where the model is shown the answer to restate."
            raise InputError(f"paraphrase.prompt: {path}", "does not show the gold", remedy)

    def messages(self, example: Example) -> tuple[Message, ...]:
        """The example's chat with its last turn replaced by the request to restate.

        Raises:
            InputError: the template names a column that the row does not have.
        """
        *before, last = example.prompt
        columns = {**example.meta, "question": last["content"], "gold": example.completion}
        try:
            content = self._template.render(columns)
        except TemplateError as error:
            where = f"paraphrase.prompt: {self._where}: row {example.id}"
            raise InputError(where, str(error), "Name columns that every row has.") from None
        return (*before, Message(role=last["role"], content=content))


def leak(text: str, question: str, gold: str) -> str | None:
    """The first words of ``text`` that speak of a reference, or None.

    Words that stand in the question or in the gold as well are the task's own, and no leak.
    """
    own = f"{question}\n{gold}".casefold()
    for pattern in LEAKS:
        for found in pattern.finditer(text):
            if found.group().casefold() not in own:
                return found.group()
    return None
