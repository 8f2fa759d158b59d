"""``s3ft init``: a first recipe for somebody's data."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..atomic import atomic_text
from ..calls import said
from ..errors import InputError
from ._app import AsJson, app, judges
from ._json import print_json

if TYPE_CHECKING:
    from ..propose import Proposal, Unmapped
    from ..records import Example

LONGEST = 300
"""Characters of a turn that are shown."""


@app.command()
def init(
    data: Annotated[
        str | None,
        typer.Argument(metavar="[DATA]", help="A file, a folder, a Hub id, or lab."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="What is known: data.completion=answer"),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="ID", help="A Hub id, a folder, or lab.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Default: who fits the golds.", autocompletion=judges),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The recipe to write.")] = Path(
        "recipe.yaml"
    ),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    no_check: Annotated[bool, typer.Option("--no-check", help="Leave the pre-flight out.")] = False,
    as_json: AsJson = False,
) -> None:
    """A first recipe for your data: columns, judge and reasons, proposed; then the pre-flight."""
    from ..propose import SCHEMA_FILE, written
    from ..recipe import schema

    _check_free(out)
    changes = list(changes or [])
    if data is not None and "=" in data and not Path(data).exists():
        changes.insert(0, data)
        data = None
    data = data or _taken(changes, "data", "data.path")
    model = model or _taken(changes, "model", "model.id")
    judge = judge or _taken(changes, "judge", "judge.name")
    ask = _Asking() if sys.stdin.isatty() and not (yes or as_json) else None
    data = data or _wanted(ask, "DATA", "Your data (a file, a folder, a Hub id)")
    model = model or _wanted(ask, "--model", "The model to fine-tune (a Hub id, a folder)")
    proposal = _proposal(ask, data, model, judge, changes, show=not as_json)
    text = written(proposal, out.name)
    atomic_text(out, text)
    described = out.with_name(SCHEMA_FILE)
    if not described.exists():
        atomic_text(described, json.dumps(schema(), indent=1) + "\n")
    if not as_json:
        typer.echo(f"written: {out}, and {described} for editors")
    checks = [] if no_check else _checked(out, show=not as_json)
    if as_json:
        print_json(
            {
                "recipe": str(out),
                "proposed": [one._asdict() for one in proposal.proposed],
                "rows": [_row(example) for example in proposal.examples],
                "checks": checks,
            }
        )


class _Asking:
    """Somebody at a terminal."""

    def ask(self, question: str) -> str:
        return str(typer.prompt(question, err=True)).strip()

    def changes(self) -> list[str]:
        """What is to be otherwise; nothing: the proposal is taken."""
        import shlex

        question = "Change something? KEY=VALUE, such as data.prompt='{title}'; Enter writes it"
        return shlex.split(typer.prompt(question, default="", show_default=False, err=True))

    def mapping(self, error: Unmapped) -> list[str]:
        """What is asked and answered, where the columns' names do not say it."""
        typer.echo(f"{error.problem}.", err=True)
        prompt = self.ask("What is asked (a column, or a template such as '{title}: {body}')")
        completion = self.ask("What is answered")
        return [f"data.prompt={prompt}", f"data.completion={completion}"]


def _check_free(out: Path) -> None:
    if out.exists():
        raise InputError(str(out), "exists already", "Move it, or choose another --out.")
    if not out.absolute().parent.is_dir():
        raise InputError("--out", f"there is no folder {out.absolute().parent}", "Make it first.")


def _taken(changes: list[str], *keys: str) -> str | None:
    """The value of such a change, which is taken out: it may be said either way."""
    for change in changes:
        key, _, value = change.partition("=")
        if key in keys:
            changes.remove(change)
            return value
    return None


def _wanted(ask: _Asking | None, name: str, question: str) -> str:
    if ask is None:
        remedy = "s3ft init DATA --model ID, or on a terminal without them, to be asked."
        raise InputError(f"s3ft init: {name}", "is missing, and there is nobody to ask", remedy)
    return ask.ask(question)


def _proposal(
    ask: _Asking | None, data: str, model: str, judge: str | None, changes: list[str], show: bool
) -> Proposal:
    """The proposal, as it is or as the user wants it."""
    from ..propose import Unmapped, propose

    while True:
        try:
            found = propose(data, model=model, judge=judge, changes=changes)
        except Unmapped as error:
            if ask is None:
                raise
            changes = [*changes, *ask.mapping(error)]
            continue
        if show:
            _show(found)
        more = ask.changes() if ask is not None else []
        if not more:
            return found
        changes = [*changes, *more]


def _show(proposal: Proposal) -> None:
    for one in proposal.proposed:
        if one.key.startswith(("data.", "judge.")):
            why = f"  ({one.why})" if one.why else ""
            typer.echo(f"{one.key}: {json.dumps(one.value, ensure_ascii=False)}{why}")
    typer.echo("")
    for number, example in enumerate(proposal.examples, 1):
        typer.echo(f"row {number}:")
        for turn in example.prompt:
            typer.echo(_shown(turn["role"], said(turn)))
        typer.echo(_shown("gold", example.completion))
        if example.accepted != (example.completion,):
            typer.echo(f"  accepted: {', '.join(example.accepted)}")
    typer.echo("")


def _shown(who: str, text: str) -> str:
    from ..text import clip

    return indent(f"{who}: {clip(text, LONGEST)}", "  ")


def _row(example: Example) -> dict[str, Any]:
    return {
        "id": example.id,
        "prompt": list(example.prompt),
        "completion": example.completion,
        "accepted": list(example.accepted),
    }


def _checked(recipe: Path, show: bool) -> list[str]:
    if find_spec("torch") is None:
        note = f"not checked, since there is no torch to train with; then: s3ft check {recipe}"
        typer.echo(note, err=True)
        return []
    from ..pipeline import check_recipe

    found = check_recipe(recipe)
    for line in found if show else ():
        typer.echo(line)
    return found
