"""The verbs that take what a run made elsewhere: other trainers' formats, and the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from ..text import bytes_text
from ._app import AsJson, RunArg, app
from ._json import print_json

__all__ = ["export", "push"]


@app.command()
def export(
    run: RunArg,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="Whose mixture: s3ft.")],
    format: Annotated[
        str, typer.Option(metavar="NAME", help="trl, messages, sharegpt, alpaca, openai or ids.")
    ] = "trl",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Default: RUN/export/METHOD-FORMAT."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A mixture for other trainers, with a configuration for TRL, Axolotl or LLaMA-Factory."""
    from ..pipeline import export_mixture

    written = export_mixture(run, method, format, out)
    if as_json:
        told = {"folder": str(written.folder), "rows": written.rows}
        print_json({**told, "configurations": written.configurations})
        return
    beside = f", {', '.join(written.configurations)}" if written.configurations else ""
    typer.echo(f"{written.folder}: {written.rows:,} rows{beside}")


@app.command()
def push(
    run: RunArg,
    method: Annotated[
        str | None, typer.Argument(metavar="[METHOD]", help="Of which: s3ft, or s3ft-seed1.")
    ] = None,
    repo: Annotated[
        str, typer.Option(metavar="NAME", help="On the Hub: NAMESPACE/NAME.", show_default=False)
    ] = "",
    only: Annotated[
        str | None, typer.Option(metavar="WHAT", help="The mixture or the model; default: both.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Let everybody see it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Upload; without it, only tell what.")] = False,
    as_json: AsJson = False,
) -> None:
    """Upload a mixture and a model to the Hub, with cards. Tells first; uploads with --yes."""
    from ..export import check_name, hub_client
    from ..export import push as upload
    from ..pipeline import uploads_of

    if not repo:
        raise InputError("s3ft push", "--repo is needed", "Name it: --repo NAMESPACE/NAME.")
    check_name(repo)
    if yes:
        hub_client()
    uploads = uploads_of(run, method, repo, only)
    if as_json:
        addresses = upload(uploads, repo, public=public) if yes else [None] * len(uploads)
        told = [
            {"kind": one.kind, "private": not public, "files": one.sizes(), "commit": address}
            for one, address in zip(uploads, addresses, strict=True)
        ]
        print_json({"repo": repo, "uploads": told})
        return
    for one in uploads:
        sizes = one.sizes()
        kept = "public" if public else "private"
        typer.echo(f"{one.kind} {repo} ({kept}), {bytes_text(sum(sizes.values()))}:")
        for name, size in sizes.items():
            typer.echo(f"  {bytes_text(size):>9}  {name}")
    if not yes:
        typer.echo("Nothing was uploaded. The same command with --yes uploads it.")
        return
    for address in upload(uploads, repo, public=public):
        typer.echo(address)
