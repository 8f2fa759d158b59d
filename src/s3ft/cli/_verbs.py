"""The verbs of the command line: one function each, nothing else."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Annotated

import typer

from ..atomic import atomic_text
from ..errors import InputError
from ._app import JudgeName, Origin, Out, Overrides, RecipeArg, Replies, RunArg, app
from ._interrupt import interruptible, with_replies
from ._stage import run_stage

__all__ = ["app"]


@app.command()
def run(
    recipe: RecipeArg, overrides: Overrides = None, out: Out = None, origin: Origin = None
) -> None:
    """Everything: answers, verdicts, mixture, training, evaluation, report. Resumes."""
    from rich.console import Console

    from ..report import summary_table

    folder = run_stage(recipe, overrides, out, "report", origin)
    results = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    console = Console()
    console.print(summary_table(results))
    console.print(f"Report: {folder / 'report.html'}", soft_wrap=True)


@app.command()
def check(recipe: RecipeArg, overrides: Overrides = None) -> None:
    """The pre-flight, before anything is spent: data, chat format, stop token, lengths, golds."""
    from ..pipeline import check_recipe

    for line in check_recipe(recipe, overrides or []):
        typer.echo(line)


@app.command()
def plan(
    recipe: RecipeArg,
    overrides: Overrides = None,
    probe: Annotated[
        int, typer.Option(metavar="ROWS", min=0, help="Rows to try it on; 0 only counts.")
    ] = 32,
) -> None:
    """What a run would take: counts, tokens, time, money. Starts nothing, writes nothing."""
    from rich.console import Console

    from ..pipeline import plan_recipe
    from ..report import plan_lines, plan_table

    found = plan_recipe(recipe, overrides or [], probe)
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
) -> None:
    """Judge a run's responses: s3ft judge RECIPE. Or a file: s3ft judge --judge NAME IN OUT.

    A file is JSONL ('-': standard input or output). A row has 'response', and 'gold' or
    'completion'.
    """
    if name is None:
        run_stage(recipe, arguments, out, "judge")
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
    typer.echo(counts.line(), err=files[1] == "-")
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
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
        typer.echo(json.dumps(result.to_dict(), indent=2))
    else:
        Console().print(render(result))


@app.command()
def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="A B...",
            help="Runs, RUN:METHOD, or outputs of lm_eval --log_samples.",
            show_default=False,
        ),
    ],
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Compare with this one; default: the first, and sft."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of lm_eval's outputs: acc, exact_match,strict-match."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with figures and lost items.")
    ] = None,
) -> None:
    """Paired statistics on what models did, item by item: runs, methods, lm_eval's logs."""
    from rich.console import Console

    from .. import compare as comparison

    if html is not None and not html.absolute().parent.is_dir():
        raise InputError("--html", f"there is no folder {html.absolute().parent}", "Make it first.")
    found = comparison.compare(comparison.read_contenders(names, metric), against or [])
    if html is not None:
        from ..report import comparison_page

        atomic_text(html, comparison_page(found), errors="replace")
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
        return
    console = Console()
    if not console.is_terminal:  # a file has room
        console.width = max(console.width, comparison.WIDTH)
    for reference in found.references:
        console.print(comparison.table(found, reference))
    for line in comparison.lines(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


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
def report(recipe: RecipeArg, overrides: Overrides = None, out: Out = None) -> None:
    """The report on whatever a run has so far; starts no other stage."""
    from ..pipeline import write_report

    typer.echo(write_report(recipe, overrides or [], out))


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
) -> None:
    """The recipes that come with s3ft, by name; with a name, a copy of it to change."""
    from ..recipe import shipped

    known = shipped()
    if name is None:
        width = max(map(len, known))
        for shipped_name, path in known.items():
            first = path.read_text(encoding="utf-8").splitlines()[0]
            typer.echo(f"{shipped_name:{width}}  {first.lstrip('# ').rstrip(':')}")
        return
    if name not in known:
        raise InputError(
            "s3ft recipes", f"there is no recipe {name!r}", f"Known: {', '.join(known)}."
        )
    copy = Path(f"{name}.yaml")
    if copy.exists():
        raise InputError(str(copy), "exists already", "Move it, or choose another folder.")
    copy.write_bytes(known[name].read_bytes())
    typer.echo(copy)


@app.command()
def schema() -> None:
    """The JSON Schema of a recipe, for editors."""
    from ..recipe import schema as recipe_schema

    typer.echo(json.dumps(recipe_schema(), indent=2))
