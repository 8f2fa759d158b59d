"""The command line's application, and what is typed with its verbs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ._verbosity import Quiet, Verbose, with_verbosity

Verb = TypeVar("Verb", bound=Callable[..., Any])


class App(typer.Typer):
    """The application, each of whose verbs can be told how much to say."""

    def command(  # type: ignore[override]  # of typer's options we use the name alone
        self, name: str | None = None
    ) -> Callable[[Verb], Verb]:
        def add(verb: Verb) -> Verb:
            typer.Typer.command(self, name)(with_verbosity(verb))
            return verb

        return add


app = App(name="s3ft", no_args_is_help=True, pretty_exceptions_enable=False)


def _shipped_recipes(typed: str) -> list[tuple[str, str]]:
    """The shipped recipes that begin so, with what each is; where there is none, files follow."""
    from ..recipe import about, shipped

    found = ((name, path) for name, path in shipped().items() if name.startswith(typed))
    return [(name, about(path)) for name, path in found]


def judges(typed: str) -> list[str]:
    from ..judges import registry

    return [name for name in registry.names() if name.startswith(typed)]


RecipeArg = Annotated[
    str,
    typer.Argument(
        metavar="RECIPE",
        help="A YAML file, or the name of a shipped one.",
        autocompletion=_shipped_recipes,
    ),
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
    str,
    typer.Option(
        "--judge",
        metavar="NAME",
        help="A judge, or package.module:factory.",
        autocompletion=judges,
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON, alone on standard output.")
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
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fine-tune a language model on your data without making it forget."""
