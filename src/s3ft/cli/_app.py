"""The command line's application, and what is typed with its verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="s3ft",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

RecipeArg = Annotated[
    str, typer.Argument(metavar="RECIPE", help="A YAML file, or the name of a shipped one.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]...", help="Changes to it: train.learning_rate=1e-4"),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The run directory; default: runs/<recipe's name>."),
]
Origin = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="RUN",
        help="Begin with another run's answers, verdicts and scores of the base.",
    ),
]
RunArg = Annotated[Path, typer.Argument(metavar="RUN", help="A run's directory.")]
Replies = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep a model's replies here; the same command goes on."),
]
JudgeName = Annotated[
    str, typer.Option("--judge", metavar="NAME", help="A judge, or package.module:factory.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"s3ft {version('s3ft')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Fine-tune a language model on your data without making it forget."""
