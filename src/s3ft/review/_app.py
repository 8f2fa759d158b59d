"""The application: which function answers which address."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from functools import partial
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ..errors import RunError
from ..report import style_sheet
from ..store import ChangedMeanwhile
from . import _audit, _examples, _pairs
from ._desk import Desk, go
from ._security import Gate

Answer = Callable[[Desk, Request], Response]

ASSETS = {"review.css": "text/css", "review.js": "text/javascript"}
"""The files that are served, by name, and no others."""

GET: dict[str, Answer] = {
    "/": lambda desk, request: go("/examples"),
    "/examples": _examples.browse,
    "/examples/{split}/{position}": _examples.example,
    "/audit": _audit.overview,
    "/audit/next": _audit.next_item,
    "/audit/labels.jsonl": _audit.export,
    "/audit/{item}": _audit.show,
    "/pairs": _pairs.overview,
    "/pairs/next": _pairs.next_pair,
    "/pairs/{position}": _pairs.show,
}

POST: dict[str, Answer] = {
    "/examples/train/{position}": _examples.overrule,
    "/audit": _audit.extend,
    "/audit/{item}": _audit.label,
    "/pairs/{position}": _pairs.choose,
}


def make_app(desk: Desk, hosts: Collection[str]) -> ASGIApp:
    """The page on a run.

    Args:
        hosts: what a request's header Host may say: where the page is served.
    """
    routes = [
        Route(path, partial(answer, desk), methods=[method])
        for method, answers in (("GET", GET), ("POST", POST))
        for path, answer in answers.items()
    ]
    return Starlette(
        routes=[*routes, *map(_asset, ASSETS)],
        middleware=[Middleware(Gate, keys=desk.keys, hosts=hosts)],
        exception_handlers={
            HTTPException: partial(_failed, desk),
            ChangedMeanwhile: partial(_changed, desk),
            RunError: partial(_unreadable, desk),
            sqlite3.OperationalError: partial(_unreadable, desk),
        },
    )


def _asset(name: str) -> Route:
    text = files("s3ft.review").joinpath("pages", name).read_text(encoding="utf-8")
    if ASSETS[name] == "text/css":
        text = style_sheet() + text
    return Route(f"/assets/{name}", lambda request: Response(text, media_type=ASSETS[name]))


def _failed(desk: Desk, request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return desk.page("message.html.j2", error.status_code, title="Not here", text=error.detail)


def _changed(desk: Desk, request: Request, error: Exception) -> Response:
    text = "Somebody's word on this answer came first, maybe yours in another tab. Nothing was \
changed: go back, load the page again and see it."
    return desk.page("message.html.j2", 409, title="Changed meanwhile", text=text)


def _unreadable(desk: Desk, request: Request, error: Exception) -> Response:
    cause = error.__cause__ or error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        text = "The run is being written to. Nothing was changed: load the page again in a moment."
        return desk.page("message.html.j2", 503, title="In use", text=text)
    return desk.page("message.html.j2", 500, title="Cannot be read", text=str(error))
