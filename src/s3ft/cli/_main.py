"""From the arguments of the process to its exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import typer

from ..errors import S3FTError, disk_is_full
from ..packages import explained
from ._arguments import check_form
from ._interrupt import INTERRUPTED, Interrupted
from ._verbosity import reset, show_origin
from ._verbs import app


def run_command(arguments: list[str]) -> int:
    """Run a command; errors of the request and of the work become one message and a code."""
    reset()
    try:
        _check_form(arguments)
        app(arguments)
    except S3FTError as error:
        show_origin()
        typer.echo(f"s3ft: {error}", err=True)
        return error.exit_code
    except ModuleNotFoundError as error:
        missing = explained(error)
        if missing is None:
            raise
        show_origin()
        typer.echo(f"s3ft: {missing}", err=True)
        return missing.exit_code
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG and not disk_is_full(error):
            raise
        where = f"{error.filename[:60]}...: " if isinstance(error.filename, str) else ""
        typer.echo(f"s3ft: {where}{error.strerror}", err=True)
        return 1 if disk_is_full(error) else 2
    except SystemExit as done:  # how the command line library ends, also where all went well
        code = done.code if isinstance(done.code, int) else 0
        if code == INTERRUPTED or isinstance(done, Interrupted):
            typer.echo(f"s3ft: stopped. {getattr(done, 'hint', '')}".rstrip(), err=True)
        return code
    return 0


def _check_form(arguments: list[str]) -> None:
    """See that the options are the verb's own; without a verb, ``run`` is what was meant."""
    group: Any = typer.main.get_command(app)
    before_verb = {"--help", *(name for option in group.params for name in option.opts)}
    verb, *rest = arguments or [""]
    while verb in ("-q", "--quiet", "-v", "--verbose") and rest:
        verb, *rest = rest
    if verb.startswith("--") and verb not in before_verb:
        verb, rest = "run", [verb, *rest]
    if verb in group.commands:
        params = group.commands[verb].params
        options = {name: not p.is_flag for p in params for name in p.opts if "-" in name}
        check_form(verb, rest, {**options, "--help": False})


def main() -> None:
    """The entry point of ``s3ft``."""
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")  # the libraries' bars; ours are lines there
    code = run_command(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError:  # a full disk, of which was told: Python would tell again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
