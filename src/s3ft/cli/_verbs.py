"""Most verbs of the command line: one function each, nothing else."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from ._app import AsJson, JudgeName, Origin, Out, Overrides, RecipeArg, Replies, RunArg, app
from ._interrupt import interruptible, with_replies
from ._json import print_json
from ._stage import run_stage

__all__ = ["app"]


@app.command()
def run(
    recipe: RecipeArg,
    overrides: Overrides = None,
    out: Out = None,
    origin: Origin = None,
    as_json: AsJson = False,
) -> None:
    """Everything: answers, verdicts, mixture, training, evaluation, report. Resumes."""
    from rich.console import Console

    from ..report import summary_table

    folder = run_stage(recipe, overrides, out, "report", origin)
    results = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    if as_json:
        print_json(results)
        return
    console = Console()
    console.print(summary_table(results))
    console.print(f"Report: {folder / 'report.html'}", soft_wrap=True)


@app.command()
def check(recipe: RecipeArg, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """The pre-flight, before anything is spent: data, chat format, stop token, lengths, golds."""
    from ..pipeline import check_recipe

    found = check_recipe(recipe, overrides or [])
    if as_json:
        print_json({"checks": found})
        return
    for line in found:
        typer.echo(line)


@app.command()
def plan(
    recipe: RecipeArg,
    overrides: Overrides = None,
    probe: Annotated[
        int,
        typer.Option(
            metavar="ROWS", min=0, help="Rows to try it on; 0 asks no model and no endpoint."
        ),
    ] = 32,
    as_json: AsJson = False,
) -> None:
    """What a run would take: counts, tokens, time, money. Tries a few rows; makes no run."""
    from rich.console import Console

    from ..pipeline import plan_recipe
    from ..report import plan_lines, plan_table

    found = plan_recipe(recipe, overrides or [], probe)
    if as_json:
        print_json(found)
        return
    console = Console()
    if console.is_terminal:
        console.print(plan_table(found))
    for line in plan_lines(found, stages=not console.is_terminal):
        typer.echo(line)


@app.command()
def generate(recipe: RecipeArg, overrides: Overrides = None, out: Out = None) -> None:
    """The base model's own answers."""
    run_stage(recipe, overrides, out, "generate")


@app.command()
def judge(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE|IN", help="A recipe, or a file.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE|OUT]...", help="Changes to it, or options and OUT."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--judge", metavar="NAME", help="Judge a file with this judge."),
    ] = None,
    out: Out = None,
    replies: Replies = None,
    as_json: AsJson = False,
) -> None:
    """Judge a run's responses: s3ft judge RECIPE. Or a file: s3ft judge --judge NAME IN OUT.

    A file is JSONL ('-': standard input or output). A row has 'response', and 'gold' or
    'completion'.
    """
    if name is None:
        folder = run_stage(recipe, arguments, out, "judge")
        if as_json:
            from ..status import status

            print_json(status(folder).to_dict())
        return
    from ..judges.files import judge_file
    from ._arguments import split

    options, files = split([recipe, *(arguments or [])])
    if len(files) != 2:
        raise InputError("s3ft judge --judge", f"needs IN and OUT, got {len(files)} files")
    left = "" if files[1] == "-" else f"Nothing was written to {files[1]}."
    with interruptible(with_replies(left, replies), signal.SIGTERM):
        counts = judge_file(name, options, files[0], files[1], replies)
    if counts.canaries:
        typer.echo(counts.canaries, err=True)
    told = json.dumps(counts.to_dict()) if as_json else counts.line()
    typer.echo(told, err=files[1] == "-")
    if counts.malformed:
        raise typer.Exit(1)


@app.command()
def audit(
    arguments: Annotated[
        list[str], typer.Argument(metavar="[KEY=VALUE]... LABELLED", help="Rows with 'correct'.")
    ],
    name: JudgeName,
    disagreements: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows it gets wrong here.")
    ] = None,
    as_json: AsJson = False,
    replies: Replies = None,
) -> None:
    """How far a judge agrees with labels: confusion, precision, recall, kappa."""
    from rich.console import Console

    from ..judges.audit import audit_file, render
    from ._arguments import split

    options, files = split(arguments)
    if len(files) != 1:
        raise InputError("s3ft audit", f"needs one LABELLED file, got {len(files)}")
    with interruptible(with_replies("", replies), signal.SIGTERM):
        result = audit_file(name, options, files[0], disagreements=disagreements, replies=replies)
    if as_json:
        print_json(result.to_dict())
    else:
        Console().print(render(result))


@app.command()
def select(recipe: RecipeArg, overrides: Overrides = None, out: Out = None) -> None:
    """The mixture of every method, with all that it needs before."""
    run_stage(recipe, overrides, out, "select")


@app.command()
def train(recipe: RecipeArg, overrides: Overrides = None, out: Out = None) -> None:
    """The models of every method and seed, with all that they need before."""
    run_stage(recipe, overrides, out, "train")


@app.command()
def evaluate(recipe: RecipeArg, overrides: Overrides = None, out: Out = None) -> None:
    """The scores of the base and of every model, with all that they need before."""
    run_stage(recipe, overrides, out, "evaluate")


@app.command()
def report(
    recipe: RecipeArg, overrides: Overrides = None, out: Out = None, as_json: AsJson = False
) -> None:
    """The report on whatever a run has so far; starts no other stage."""
    from ..pipeline import write_report

    page = write_report(recipe, overrides or [], out)
    if as_json:
        print_json(json.loads(page.with_suffix(".json").read_text(encoding="utf-8")))
    else:
        typer.echo(page)


@app.command()
def review(
    run: RunArg,
    who: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Kept with what you say; default: your login's name."),
    ] = None,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535)] = 0,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of this machine alone; others are refused.")
    ] = "127.0.0.1",
    no_open: Annotated[bool, typer.Option("--no-open", help="Start no browser.")] = False,
) -> None:
    """A local page for people: browse, overrule verdicts, audit the judge blind, compare models."""
    import getpass

    from ..review import review as serve

    def tell(address: str) -> None:
        typer.echo(f"Review of {run}, until Ctrl-C: {address}")

    if who is None:
        try:
            who = getpass.getuser()
        except (KeyError, OSError):  # a user without a name, as in some containers
            raise InputError("--who", "is needed: your login has no name") from None
    serve(run, who=who, host=host, port=port, open_browser=not no_open, tell=tell)


@app.command()
def recipes(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Copy this one here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The recipes that come with s3ft, by name; with a name, a copy of it to change."""
    from ..recipe import about, shipped

    known = shipped()
    if name is None:
        told = {one: about(path) for one, path in known.items()}
        if as_json:
            print_json(told)
            return
        width = max(map(len, known))
        for one, what in told.items():
            typer.echo(f"{one:{width}}  {what}")
        return
    if name not in known:
        raise InputError(
            "s3ft recipes", f"there is no recipe {name!r}", f"Known: {', '.join(known)}."
        )
    copy = Path(f"{name}.yaml")
    if copy.exists():
        raise InputError(str(copy), "exists already", "Move it, or choose another folder.")
    copy.write_bytes(known[name].read_bytes())
    if as_json:
        print_json({"recipe": str(copy)})
    else:
        typer.echo(copy)


@app.command()
def schema() -> None:
    """The JSON Schema of a recipe, for editors."""
    from ..recipe import schema as recipe_schema

    typer.echo(json.dumps(recipe_schema(), indent=2))
