"""A server that speaks OpenAI's chat protocol, on real sockets, and fails where it is told to.

What it answers is a function of the request's body. It counts, for each prompt, how often it was
asked and how often it gave a whole answer.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]
Answer = Callable[[Body], Any]
"""Text to answer with; or a whole completion; or status, body and perhaps headers of an error."""

FAULTS = (
    "429",
    "429 with Retry-After",
    "500",
    "503 in HTML",
    "time-out",
    "cut body",
    "cut stream",
    "closed at once",
    "malformed JSON",
    "JSON of another kind",
    "an error with status 200",
)


class Endpoint:
    """What the server was asked and what it gave; ``url`` is its address up to ``/v1``."""

    def __init__(self, answer: Answer, share: float, slow: float, seed: int) -> None:
        self.answer, self.share, self.slow = answer, share, slow
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.times: list[float] = []
        self.url = ""
        self._rng = random.Random(seed)
        self._lock = threading.Lock()

    def fault(self, body: Body, headers: dict[str, str]) -> str | None:
        """Note a request; how it is to fail, if it is."""
        with self._lock:
            self.times.append(time.monotonic())
            self.bodies.append(body)
            self.headers.append(headers)
            self.asked[prompt_of(body)] += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            if self._rng.random() >= self.share:
                return None
            fault = FAULTS[sum(self.faults.values()) % len(FAULTS)]
            self.faults[fault] += 1
            return fault

    def ended(self, body: Body, *, answered: bool) -> None:
        with self._lock:
            self.at_once -= 1
            self.answered[prompt_of(body)] += answered


def prompt_of(body: Body) -> str:
    """The last turn of what is asked."""
    return str(body["messages"][-1]["content"])


def completion(text: str, **more: Any) -> Body:
    """A chat completion as OpenAI sends it; ``more`` goes into the choice."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop", **more}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage}


@contextmanager
def serve(
    answer: Answer, *, share: float = 0.0, slow: float = 3.0, seed: int = 0
) -> Iterator[Endpoint]:
    """Run the server on a free port.

    Args:
        share: how many of the requests fail, each in the next of `FAULTS`.
        slow: seconds before a request that is to time out is answered.
    """
    endpoint = Endpoint(answer, share, slow, seed)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = endpoint.fault(body, {k.lower(): v for k, v in self.headers.items()})
            answered = False
            try:
                if fault is None:
                    result = endpoint.answer(body)
                    status, given, *headers = result if isinstance(result, tuple) else (200, result)
                    whole = completion(given) if isinstance(given, str) else given
                    self.send(status, whole, *headers)
                    answered = status == 200
                else:
                    self.fail(fault)
            except OSError:
                pass  # the client went away
            finally:
                endpoint.ended(body, answered=answered)

        def send(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def fail(self, fault: str) -> None:
            whole = json.dumps(completion("never whole")).encode()
            if fault == "429":
                self.send(429, {"error": {"message": "slow down"}})
            elif fault == "429 with Retry-After":
                self.send(429, {"error": {"message": "slow down"}}, {"Retry-After": "0.2"})
            elif fault == "500":
                self.send(500, {"error": {"message": "out of luck"}})
            elif fault == "503 in HTML":
                self.send(503, b"<html>no</html>", {"Content-Type": "text/html"})
            elif fault == "time-out":
                time.sleep(endpoint.slow)
                self.close_connection = True
            elif fault == "cut body":
                self.send(200, whole[: len(whole) // 2])
            elif fault == "cut stream":
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(whole)))
                self.end_headers()
                self.wfile.write(whole[:20])
                self.hang_up()
            elif fault == "closed at once":
                self.hang_up()
            elif fault == "malformed JSON":
                self.send(200, b'{"choices": [{"message": {"content": "never')
            elif fault == "JSON of another kind":
                self.send(200, {"choices": [{"message": None}]})
            else:
                self.send(200, {"error": {"message": "upstream", "code": 502}})

        def hang_up(self) -> None:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
