"""Serving the page: on this machine alone, until Ctrl-C."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..packages import require

if TYPE_CHECKING:
    import uvicorn


@dataclass(frozen=True)
class Page:
    """A page that is ready to be served.

    ``address`` has the secret. ``once`` does too, and is good for one visit: for the arguments of a
    browser's process, which other users see.
    """

    server: uvicorn.Server
    listening: socket.socket
    address: str
    once: str

    def serve(self) -> None:
        """Answer requests until the server is told to stop."""
        with self.listening:
            self.server.run(sockets=[self.listening])


def review(
    run: Path,
    *,
    who: str,
    host: str = "127.0.0.1",
    port: int = 0,
    open_browser: bool = False,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve the page on a run until Ctrl-C.

    Args:
        open_browser: start the user's browser with it, where there is a screen.
        tell: is given the address, with its secret.

    Raises:
        InputError: as `prepare`.
    """
    page = prepare(run, who=who, host=host, port=port)
    with suppress(KeyboardInterrupt):
        tell(page.address)
        if open_browser and _has_screen():
            import webbrowser

            webbrowser.open(page.once)
        page.serve()


def prepare(run: Path, *, who: str, host: str = "127.0.0.1", port: int = 0) -> Page:
    """Make the page on a run, at an address that listens already.

    Args:
        who: the name that is kept with what is said there.
        host: an address of this machine alone.
        port: 0: any that is free.

    Raises:
        InputError: there is no run, the address is not of this machine alone or is taken, or a
            package is not installed.
    """
    _check(run, who, host)
    require(["review"], "to show a page")
    import uvicorn

    from ._app import make_app
    from ._desk import Desk
    from ._security import TOKEN, Keys

    listening = _listen(host, port)
    port = listening.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    desk = Desk(run, who, Keys(port))
    _ = desk.recipe  # a broken one is told before the page is
    config = uvicorn.Config(
        make_app(desk, {f"{one}:{port}" for one in (name, "localhost")}),
        log_level="warning",
        access_log=False,  # its lines would have the secret
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    start = f"http://{name}:{port}/?{TOKEN}="
    return Page(
        uvicorn.Server(config), listening, start + desk.keys.token, start + desk.keys.ticket
    )


def _check(run: Path, who: str, host: str) -> None:
    if not (run / "recipe.yaml").is_file() or not (run / "run.sqlite").is_file():
        raise InputError(str(run), "there is no run here", "Name a run's directory.")
    if not who.strip() or len(who) > 100 or not who.isprintable():
        raise InputError("--who", "is no name", "Give the name to keep with what you say.")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise InputError(
            f"--host {host}",
            "is not an address of this machine alone, and the page is served on no other",
            "From another machine go through a tunnel, with the same port at both ends: ssh -L"
            " 8765:127.0.0.1:8765 MACHINE, and there s3ft review RUN --port 8765.",
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, since asyncio turns Nagle's algorithm off for TCP by name alone.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen()
    except OSError as error:
        made.close()
        problem = f"cannot be served on: {error.strerror}"
        raise InputError(f"--port {port}", problem, "Choose another, or leave it out.") from None
    return made


def _has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
