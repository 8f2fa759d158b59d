"""Nobody but its user reads the page or changes anything by it."""

from __future__ import annotations

import http.client
import logging
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewed import Served, fill, serving
from s3ft.cli import run_command
from s3ft.errors import InputError
from s3ft.review import prepare
from s3ft.store import Store

HEADERS = {
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}


def ask(
    served: Served,
    path: str,
    method: str = "GET",
    form: dict[str, str] | None = None,
    **headers: str,
) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, of exactly this path."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.putrequest(method, path, skip_host="host" in headers)
    body = urllib.parse.urlencode(form or {}).encode()
    for name, value in {**headers, "content-length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    text = answer.read().decode()
    connection.close()
    return answer.status, found, text


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all: what is refused leaves nothing behind."""
    with serving(fill(tmp_path_factory.mktemp("review") / "small", 8)) as served:
        yield served


@pytest.fixture(scope="module")
def cookie(small: Served) -> str:
    status, headers, _ = ask(small, f"/examples?token={small.token}&label=correct")
    assert status == 303
    assert headers["location"] == "/examples?label=correct"
    assert "httponly" in headers["set-cookie"].lower()
    assert "samesite=strict" in headers["set-cookie"].lower()
    assert small.token not in headers["set-cookie"]
    return headers["set-cookie"].split(";")[0]


def overruling(small: Served, cookie: str) -> dict[str, str]:
    """What the form on an example's page sends."""
    _, _, page = ask(small, "/examples/train/3", cookie=cookie)
    token = page.split('name="token" value="')[1].split('"')[0]
    return {"token": token, "source": "self", "sample": "0", "seen": "0", "label": "unknown"}


def words(small: Served) -> int:
    with Store(small.run / "run.sqlite") as store:
        return len(store.overrulings("train", 3))


def test_without_the_secret_nothing_is_told(small: Served, cookie: str) -> None:
    for path in ("/", "/examples", "/assets/review.css", "/audit", "/nothing"):
        status, headers, text = ask(small, path)
        assert status == 403
        assert "What is" not in text
        assert HEADERS.items() <= headers.items()
    name = cookie.partition("=")[0]
    assert ask(small, "/examples", cookie=f"{name}=x")[0] == 403
    assert ask(small, f"/examples?token={small.token[:-1]}")[0] == 403
    assert ask(small, "/examples?token=%ff%00%ed%a0%80")[0] == 403
    assert ask(small, "/examples?token=wrong", cookie=cookie)[0] == 403
    assert ask(small, "/examples", cookie=cookie)[0] == 200


def test_the_policy_lets_nothing_in(small: Served, cookie: str) -> None:
    _, headers, _ = ask(small, "/examples", cookie=cookie)
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert HEADERS.items() <= headers.items()
    assert "server" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}", ""])
def test_another_host_is_refused(small: Served, cookie: str, host: str) -> None:
    host = host.format(port=small.port)
    assert ask(small, "/examples", cookie=cookie, host=host)[0] in (400, 403)
    assert ask(small, f"/?token={small.token}", host=host)[0] in (400, 403)


def test_its_own_host_has_two_names(small: Served, cookie: str) -> None:
    assert ask(small, "/examples", cookie=cookie, host=f"localhost:{small.port}")[0] == 200


def test_what_comes_from_elsewhere_changes_nothing(small: Served, cookie: str) -> None:
    form, path = overruling(small, cookie), "/examples/train/3"
    for origin in (
        "http://evil.example",
        "null",
        f"https://127.0.0.1:{small.port}",
        "http://127.0.0.1:1",
    ):
        assert ask(small, path, "POST", form, cookie=cookie, origin=origin)[0] == 403
    assert ask(small, path, "POST", form, cookie=cookie)[0] == 403
    assert ask(small, path, "POST", form, origin=small.origin)[0] == 403
    for token in ("", "x", small.token):
        wrong = {**form, "token": token}
        assert ask(small, path, "POST", wrong, cookie=cookie, origin=small.origin)[0] == 403
    large = {**form, "note": "x" * 100_000}
    assert ask(small, path, "POST", large, cookie=cookie, origin=small.origin)[0] == 413
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        assert ask(small, path, method, form, cookie=cookie, origin=small.origin)[0] == 405
    assert words(small) == 0
    assert ask(small, path, "POST", form, cookie=cookie, origin=small.origin)[0] == 303
    assert words(small) == 1
    with Store(small.run / "run.sqlite") as store:
        store._db.execute("DELETE FROM overrulings")


@pytest.mark.parametrize(
    "path",
    [
        "/../run.sqlite",
        "/assets/../run.sqlite",
        "/assets/../../_app.py",
        "/assets/%2e%2e/%2e%2e/_app.py",
        "/assets/..%2f..%2frun.sqlite",
        "/assets//etc/passwd",
        "/run.sqlite",
        "/recipe.yaml",
        "//evil.example/%2e%2e",
    ],
)
def test_no_file_is_read_through_it(small: Served, cookie: str, path: str) -> None:
    status, headers, text = ask(small, path, cookie=cookie)
    assert status == 404
    assert "location" not in headers
    assert "SQLite" not in text
    assert "root:" not in text


def test_a_token_never_leads_to_another_host(small: Served) -> None:
    _, headers, _ = ask(small, f"//evil.example/?token={small.token}")
    assert headers["location"] == "/evil.example/"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/examples/train/3", {"label": "wrong"}),
        ("/examples/train/3", {"sample": "-1"}),
        ("/examples/train/3", {"sample": "9" * 40}),
        ("/examples/train/3", {"source": "'; DROP TABLE overrulings; --"}),
        ("/examples/train/999", {}),
        ("/examples/train/x", {}),
        ("/audit/7", {"label": "correct"}),
        ("/pairs/0?one=base&other=base", {"choice": "left"}),
        ("/pairs/0?one=base&other=x", {"choice": "left"}),
    ],
)
def test_what_no_form_sends_is_refused(
    small: Served, cookie: str, path: str, form: dict[str, str]
) -> None:
    form = {**overruling(small, cookie), **form}
    status, _, _ = ask(small, path, "POST", form, cookie=cookie, origin=small.origin)
    assert status in (400, 404)
    assert words(small) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/examples?start=x",
        "/examples?start=99999999999999999999",
        "/examples?split=dev",
        "/examples/train/500",
        "/examples/dev/0",
        "/audit/1",
        "/pairs/0?one=base&other=x",
    ],
)
def test_addresses_of_nothing_get_a_message(small: Served, cookie: str, path: str) -> None:
    status, _, text = ask(small, path, cookie=cookie)
    assert status in (400, 404)
    assert "<h1>Not here</h1>" in text


def test_the_browser_s_own_address_is_good_once(small: Served) -> None:
    once = small.page.once.partition(str(small.port))[2]
    assert ask(small, once)[0] == 303
    assert ask(small, once)[0] == 403
    assert ask(small, f"/?token={small.token}")[0] == 303


def test_nothing_is_logged(
    small: Served, cookie: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(small, f"/?token={small.token}")
        ask(small, "/examples?token=x")
    out, err = capfd.readouterr()
    assert small.token not in caplog.text + out + err
    for file in small.run.rglob("*"):
        assert small.token.encode() not in (file.read_bytes() if file.is_file() else b"")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_a_bind_beyond_this_machine_is_refused(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = fill(tmp_path / "run", 1)
    assert run_command(["review", str(run), "--host", host, "--no-open"]) == 2
    assert "ssh -L" in capsys.readouterr().err


def test_no_run_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["review", str(tmp_path)]) == 2
    assert f"{tmp_path}: there is no run here" in capsys.readouterr().err


def test_who_speaks_must_be_known(
    small: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    assert run_command(["review", str(small.run)]) == 2
    assert "--who: is needed" in capsys.readouterr().err
    assert run_command(["review", str(small.run), "--who", "a\nb"]) == 2


def test_a_port_that_is_taken_is_told(small: Served) -> None:
    with pytest.raises(InputError, match=f"--port {small.port}: cannot be served on"):
        prepare(small.run, who="ana", port=small.port)


def test_without_its_packages_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(InputError, match=r"pip install 's3ft\[review\]'"):
        prepare(fill(tmp_path / "run", 1), who="ana")


@pytest.mark.slow
def test_ctrl_c_ends_it_well(tmp_path: Path) -> None:
    run = fill(tmp_path / "run", 1)
    command = [sys.executable, "-m", "s3ft", "review", str(run), "--no-open", "--who", "ana"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told.startswith(f"Review of {run}, until Ctrl-C: http://127.0.0.1:")
        with pytest.raises(urllib.error.HTTPError, match="403"):  # it keeps no cookie
            urllib.request.urlopen(told.split()[-1])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == err == ""
