"""``s3ft compare``: models side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..atomic import atomic_text
from ..errors import InputError
from ._app import AsJson, app
from ._json import print_json


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
    as_json: AsJson = False,
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
        print_json(found.to_dict())
        return
    console = Console()
    if not console.is_terminal:  # a file has room
        console.width = max(console.width, comparison.WIDTH)
    for reference in found.references:
        console.print(comparison.table(found, reference))
    for line in comparison.lines(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
