"""``s3ft status``: a run's state, also while another process works on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._app import AsJson, app
from ._json import print_json


@app.command()
def status(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's directory.")],
    as_json: AsJson = False,
) -> None:
    """The state of a run at any time: stages, verdicts, errors, what remains. Changes nothing."""
    from ..status import lines
    from ..status import status as read

    state = read(run)
    if as_json:
        print_json(state.to_dict())
        return
    for line in lines(state):
        typer.echo(line)
