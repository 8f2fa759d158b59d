"""Who may see the page: one browser that was told the address, and nobody else.

The page is on this machine alone, but so are other people, and every web page that is open in the
browser can send requests here. So each request must name the page's own host (or a name that an
attacker controls could be pointed here), bring the cookie that the secret in the printed address
was exchanged for, and where it changes something come from the page itself and bring a value that
only its forms have.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "token"
"""The key of the secret in the address, and of that in forms."""

LARGEST = 64 * 1024
"""Bytes of a form: a note is short."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer, by which a form's Origin would be null.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Keys:
    """The secrets of one start. They are kept in memory alone.

    ``token`` is in the printed address. ``ticket`` is one for the address that a browser is started
    with, which other users see among the processes: it is good once. ``session`` is in the cookie,
    ``form`` in the page's forms.
    """

    def __init__(self, port: int) -> None:
        self.cookie = f"s3ft-review-{port}"  # a cookie is for all ports of a host
        self.token, self.session, self.form = (secrets.token_urlsafe(32) for _ in range(3))
        self.ticket = secrets.token_urlsafe(32)

    def admits(self, token: str) -> bool:
        """Whether a secret in an address is right."""
        if _same(token, self.ticket):
            self.ticket = secrets.token_urlsafe(32)
            return True
        return _same(token, self.token)


class Gate:
    """Lets requests through to an application that are the user's own, and refuses all others.

    What a form holds is in the scope's ``form``.

    Args:
        hosts: what the header Host may say, with the port.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: Collection[str]) -> None:
        self._app, self._keys, self._hosts = app, keys, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        if scope["type"] != "http":
            return
        answer = await self._refuse(scope, receive)
        await (answer or self._app)(scope, receive, send_guarded)

    async def _refuse(self, scope: Scope, receive: Receive) -> Response | None:
        """The answer to a request that does not get through."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return _no(f"This page is at {sorted(self._hosts)[0]} alone.")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return _no("GET and POST alone are answered.", 405)
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        if tokens := [value for name, value in query if name == TOKEN]:
            if not self._keys.admits(tokens[0]):
                return _no("The token in the address is not right: open the printed address.")
            rest = urlencode([(name, value) for name, value in query if name != TOKEN])
            # A path that begins with // would be another host.
            path = "/" + scope["path"].lstrip("/")
            to = RedirectResponse(f"{path}?{rest}" if rest else path, status_code=303)
            to.set_cookie(self._keys.cookie, self._keys.session, httponly=True, samesite="strict")
            return to
        if not _same(_cookie(headers, self._keys.cookie), self._keys.session):
            return _no("Open the address that s3ft review printed, with its token.")
        if scope["method"] == "POST":
            if headers.get("origin") not in {f"http://{host}" for host in self._hosts}:
                return _no("The request does not come from this page.")
            body = await _body(receive)
            if body is None:
                return _no("The form is too large.", 413)
            form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            if not _same(form.get(TOKEN, ""), self._keys.form):
                return _no("The form is of an earlier start: go back and load the page again.")
            scope["form"] = form
        return None


async def _body(receive: Receive) -> bytes | None:
    """The body of a request; None where it is too large."""
    body, more = b"", True
    while more and len(body) <= LARGEST:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body if len(body) <= LARGEST else None


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def _no(why: str, status: int = 403) -> Response:
    return PlainTextResponse(f"{why}\n", status)
