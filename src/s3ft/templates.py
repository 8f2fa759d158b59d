"""Prompt templates: Jinja files of the user's, or those that come with the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .errors import InputError

SHIPPED = Path(__file__).parent / "prompts"
"""Templates that are found by their name where there is no such file."""


class RenderError(ValueError):
    """A template cannot be filled: a variable is missing, or an expression fails."""


class Template:
    """A Jinja template, read once.

    ``text`` is the template itself, ``variables`` the names that it shows, ``literal`` its own
    words, in pieces between what it shows.

    Args:
        path: a file, or the name of a shipped one.
        where: how an error names the place that asked for it, such as ``paraphrase.prompt``.
        filters: further Jinja filters.

    Raises:
        InputError: the file cannot be read, or is no template.
    """

    def __init__(
        self,
        path: str | Path,
        where: str,
        filters: Mapping[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        # Here, since the command line would take longer to say what its verbs are.
        from jinja2 import Environment, StrictUndefined, TemplateError, meta, nodes

        self.where = f"{where}: {path}"
        file = Path(path).expanduser()
        shipped = SHIPPED / file.name
        if not file.exists() and str(path) == file.name and shipped.exists():
            file = shipped
        environment = Environment(undefined=StrictUndefined, autoescape=False)
        environment.filters.update(filters or {})
        try:
            self.text = file.read_text(encoding="utf-8")
            parsed = environment.parse(self.text)
            self.variables = frozenset(meta.find_undeclared_variables(parsed))
            self.literal = tuple(piece.data for piece in parsed.find_all(nodes.TemplateData))
            self._template = environment.from_string(self.text)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(self.where, f"cannot be read: {error}") from None
        except TemplateError as error:
            raise InputError(self.where, f"is no template: {error}") from None

    def require(self, *names: str, remedy: str = "") -> None:
        """See that the template shows all of these variables.

        Raises:
            InputError: it leaves one out.
        """
        for name in names:
            if name not in self.variables:
                problem = f"does not show the {name}"
                raise InputError(self.where, problem, remedy or f"Write {{{{ {name} }}}}.")

    def render(self, variables: Mapping[str, Any]) -> str:
        """The template filled.

        Raises:
            RenderError: a variable is missing, or an expression fails.
        """
        from jinja2 import TemplateError

        try:
            return self._template.render(variables)
        except TemplateError as error:
            raise RenderError(str(error)) from None
