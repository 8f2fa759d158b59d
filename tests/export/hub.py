"""A small server that speaks the Hub's protocol as far as an upload goes, on real sockets."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SMALL = 1000
"""Bytes of the largest file that goes into a commit itself, and not before it as LFS."""


@dataclass
class Repository:
    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0


@dataclass
class Hub:
    """What it holds, by kind and name, and who may write: ``refuse`` is a status for commits."""

    url: str = ""
    refuse: int = 0
    repositories: dict[tuple[str, str], Repository] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    puts: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@contextmanager
def serve() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._note()
            _, _, kinds, *name = self.path.split("?")[0].split("/")
            found = hub.repositories.get((kinds[:-1], "/".join(name[:2])))
            if found is None:
                self._say({"error": "Repository not found"}, 404, "RepoNotFound")
                return
            about = {"id": "/".join(name[:2]), "private": found.private, "sha": "0" * 40}
            self._say({**about, "siblings": [], "tags": [], "downloads": 0, "likes": 0})

        def do_PUT(self) -> None:
            oid = self.path.rpartition("/")[2]
            hub.stored[oid] = self._body()
            hub.puts[oid] += 1
            self._say({})

        def do_POST(self) -> None:
            self._note()
            body, path = self._body(), self.path.split("?")[0]
            if path == "/api/validate-yaml":
                self._say({"errors": [], "warnings": []})
            elif path == "/api/repos/create":
                self._create(json.loads(body))
            elif "/preupload/" in path:
                files = json.loads(body)["files"]
                modes = {f["path"]: "regular" if f["size"] < SMALL else "lfs" for f in files}
                told = [{"path": p, "uploadMode": m, "shouldIgnore": False}
                        for p, m in modes.items()]  # fmt: skip
                self._say({"files": told})
            elif path.endswith("/info/lfs/objects/batch"):
                self._say(
                    {
                        "transfer": "basic",
                        "objects": list(map(self._wanted, json.loads(body)["objects"])),
                    }
                )
            elif "/commit/" in path:
                self._commit(path, body)
            else:
                self._say({"error": f"what is {path}?"}, 400)

        def _create(self, wanted: dict[str, Any]) -> None:
            name = f"{wanted['organization'] or 'me'}/{wanted['name']}"
            private = wanted.get("visibility") == "private" or wanted.get("private") is True
            hub.repositories[wanted.get("type") or "model", name] = Repository(private)
            kinds = "datasets/" if wanted.get("type") == "dataset" else ""
            self._say({"url": f"{hub.url}/{kinds}{name}", "name": name})

        def _wanted(self, one: dict[str, Any]) -> dict[str, Any]:
            if one["oid"] in hub.stored:
                return {"oid": one["oid"], "size": one["size"]}
            href = f"{hub.url}/lfs/{one['oid']}"
            return {"oid": one["oid"], "size": one["size"], "actions": {"upload": {"href": href}}}

        def _commit(self, path: str, body: bytes) -> None:
            if hub.refuse:
                self._say({"error": "no"}, hub.refuse)
                return
            _, _, kinds, owner, name, *_ = path.split("/")
            repository = hub.repositories[kinds[:-1], f"{owner}/{name}"]
            for line in map(json.loads, body.decode().splitlines()):
                value = line["value"]
                if line["key"] == "file":
                    repository.files[value["path"]] = base64.b64decode(value["content"])
                elif line["key"] == "lfsFile":
                    repository.files[value["path"]] = hub.stored[value["oid"]]
            repository.commits += 1
            shown = "" if kinds == "models" else f"{kinds}/"
            address = f"{hub.url}/{shown}{owner}/{name}/commit/{'1' * 40}"
            self._say({"commitUrl": address, "commitOid": "1" * 40, "success": True})

        def _note(self) -> None:
            hub.asked.append(f"{self.command} {self.path}")
            hub.tokens.add(self.headers.get("Authorization", ""))

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _say(self, what: Any, status: int = 200, code: str = "") -> None:
            text = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            if code:
                self.send_header("X-Error-Code", code)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
