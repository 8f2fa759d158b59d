"""How much is said: ``-q`` and ``-v``, before a verb or after it, on every verb."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from .. import progress, quiet

QUIET_HELP = "Results and errors alone: no progress, no notes."
VERBOSE_HELP = "Also what libraries say, and where in the code an error arose."


def reset() -> None:
    """As much as is said without an option."""
    progress.console.quiet = False
    quiet.hear_libraries(False)


def _be_quiet(wanted: bool) -> None:
    if wanted:
        progress.console.quiet = True


def _be_verbose(wanted: bool) -> None:
    if wanted:
        quiet.hear_libraries(True)


def show_origin() -> None:
    """Show where the error that is being handled arose, if that is wanted."""
    if quiet.are_heard():
        traceback.print_exc()


Quiet = Annotated[bool, typer.Option("-q", "--quiet", help=QUIET_HELP, callback=_be_quiet)]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help=VERBOSE_HELP, callback=_be_verbose)]


def with_verbosity(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb's function with both options, which act before it is called."""

    @wraps(verb)
    def called(*, quiet: bool, verbose: bool, **arguments: Any) -> None:
        verb(**arguments)

    own = inspect.signature(verb, eval_str=True)
    both = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in (("quiet", Quiet), ("verbose", Verbose))
    ]
    signature = own.replace(parameters=[*own.parameters.values(), *both])
    called.__signature__ = signature  # type: ignore[attr-defined]
    called.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return called
