"""The engine for OpenAI's protocol, against a server on real sockets that fails in every way."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest

from endpoint import FAULTS, Body, completion, prompt_of, serve
from s3ft.errors import InputError, RunError
from s3ft.generate import OpenAIEngine, Unanswered
from s3ft.recipe import Endpoint
from s3ft.records import Message, Request, Response, Sampling

pytestmark = pytest.mark.usefixtures("quick_retries")


def requests(count: int, **sampling: Any) -> list[Request]:
    return [
        Request(
            f"key {n}", (Message(role="user", content=f"question {n}"),), (), Sampling(**sampling)
        )
        for n in range(count)
    ]


def engine(url: str, **options: Any) -> OpenAIEngine:
    known = {"model": "m", "concurrency": 16, "timeout": 20.0}
    return OpenAIEngine(Endpoint(url=url, **{**known, **options}))


def ask(engine: OpenAIEngine, wanted: list[Request]) -> dict[str, Response]:
    answers = [response for batch in engine.generate(wanted) for response in batch]
    assert len({answer.key for answer in answers}) == len(answers)
    return {answer.key: answer for answer in answers}


def take(got: list[Response], engine: OpenAIEngine, wanted: list[Request]) -> None:
    """Ask, and keep what is answered before an error."""
    for batch in engine.generate(wanted):
        got += batch


def echo(body: Body) -> str:
    return f"answer to {prompt_of(body)}"


def test_every_request_is_answered_once() -> None:
    wanted = requests(100, max_new_tokens=7)

    def in_company(body: Body) -> str:
        while len(server.bodies) > 1 and server.most_at_once < 2:  # the first is asked alone
            time.sleep(0.001)
        return echo(body)

    with serve(in_company) as server:
        answers = ask(engine(server.url), wanted)
    assert {key: answer.text for key, answer in answers.items()} == {
        request.key: f"answer to {request.messages[0]['content']}" for request in wanted
    }
    first = answers["key 0"]
    assert (first.token_ids, first.finish_reason, first.engine) == (None, "stop", "openai")
    assert set(server.asked.values()) == {1}
    assert 1 < server.most_at_once <= 16
    [body] = [body for body in server.bodies if prompt_of(body) == "question 0"]
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "question 0"}],
        "temperature": 0.0,
        "max_tokens": 7,
    }


def test_requests_are_taken_as_there_is_room() -> None:
    taken = 0

    def endless() -> Iterator[Request]:
        nonlocal taken
        for request in requests(10_000):
            taken += 1
            yield request

    with serve(echo) as server:
        batches = engine(server.url, concurrency=4).generate(endless())
        got = sum(len(next(batches)) for _ in range(5))
        batches.close()  # type: ignore[attr-defined]
    assert taken <= got + 8 + 8


def test_a_server_with_faults_loses_nothing_and_is_asked_nothing_twice() -> None:
    wanted = requests(150)
    with serve(echo, share=0.3, slow=2.5) as server:
        answers = ask(engine(server.url, timeout=2.0, retries=12), wanted)
    assert {answer.text for answer in answers.values()} == {
        f"answer to question {n}" for n in range(150)
    }
    assert set(server.answered.values()) == {1}, "an answered request was asked again"
    assert sum(server.asked.values()) == 150 + sum(server.faults.values())
    assert set(server.faults) == set(FAULTS)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(form: str) -> None:
    after = {"seconds": "1.2", "date": formatdate(time.time() + 3, usegmt=True)}[form]

    def answer(body: Body) -> Any:
        later = (429, {"error": {"message": "later"}}, {"Retry-After": after})
        return later if len(server.bodies) == 1 else "now"

    with serve(answer) as server:
        ask(engine(server.url), requests(1))
    assert server.times[1] - server.times[0] >= 1.1


def test_a_lost_server_ends_the_run_and_what_was_answered_is_there() -> None:
    def answer(body: Body) -> Any:
        return echo(body) if len(server.bodies) <= 20 else (503, {"error": "gone"})

    got: list[Response] = []
    with (
        serve(answer) as server,
        pytest.raises(RunError, match=r"does not answer: given up after 3 tries: HTTP 503: gone"),
    ):
        take(got, engine(server.url, retries=2, concurrency=4), requests(60))
    assert len(got) == sum(server.answered.values()) == 20


def test_nobody_listens() -> None:
    with serve(echo) as server:
        pass
    with pytest.raises(RunError, match="does not answer"):
        ask(engine(server.url, retries=1), requests(5))


def test_a_request_that_always_fails_does_not_stop_the_others() -> None:
    def answer(body: Body) -> Any:
        bad = prompt_of(body).endswith((" 7", " 8"))
        return (
            (500 if prompt_of(body).endswith("7") else 400, {"error": "no"}) if bad else echo(body)
        )

    got: list[Response] = []
    with (
        serve(answer) as server,
        pytest.raises(Unanswered, match="no answer to 2 requests") as told,
    ):
        take(got, engine(server.url, retries=4), requests(20))
    assert len(got) == 18
    assert set(told.value.reasons) == {"key 7", "key 8"}
    assert told.value.reasons["key 8"] == "HTTP 400: no"


def test_a_server_that_fails_at_everything_is_lost() -> None:
    with (
        serve(lambda _: (500, {"error": "no"})) as server,
        pytest.raises(RunError, match="does not answer: given up after 2 tries: HTTP 500"),
    ):
        ask(engine(server.url, retries=1), requests(50))
    assert len(server.asked) == 9, "eight may be to blame themselves"


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_what_is_wrong_with_all_is_found_by_one(status: int) -> None:
    with (
        serve(lambda _: (status, {"error": {"message": "not like this"}})) as server,
        pytest.raises(RunError, match=f"the server refuses: HTTP {status}: not like this"),
    ):
        ask(engine(server.url), requests(50))
    assert set(server.asked) == {"question 0"}
    # A request that is refused without a word on its fields is tried without each of them.
    assert len(server.bodies) == (6 if status == 400 else 1)


def test_an_empty_account_is_not_asked_again() -> None:
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    with serve(lambda _: (429, body)) as server, pytest.raises(RunError, match="exceeded your"):
        ask(engine(server.url), requests(5))
    assert len(server.bodies) == 1


def test_the_budget_in_requests_stops_it_cleanly() -> None:
    got: list[Response] = []
    with serve(echo) as server, pytest.raises(RunError, match="max_requests of 10") as told:
        take(got, engine(server.url, max_requests=10), requests(40))
    assert "budget anew" in str(told.value)
    assert len(got) == len(server.bodies) == 10


def test_the_budget_in_money_is_never_exceeded() -> None:
    # An answer costs 10 + 2 * 5 = 20 millionths, but might cost (2 + 8) + 2 * 20 before.
    got: list[Response] = []
    prices = {"prompt": 1.0, "completion": 2.0}
    wanted = requests(100, max_new_tokens=20)
    with serve(echo) as server, pytest.raises(RunError, match="max_cost of 0"):
        take(got, engine(server.url, max_cost=1e-3, prices=prices), wanted)
    assert 45 <= len(got) == len(server.bodies) <= 50


def test_engines_alike_share_a_budget() -> None:
    with serve(echo) as server:
        ask(engine(server.url, max_requests=6), requests(4))
        with pytest.raises(RunError, match="max_requests of 6"):
            ask(engine(server.url, max_requests=6), requests(4))
    assert len(server.bodies) == 6


@pytest.mark.parametrize(
    ("limits", "count"),
    [({"requests_per_minute": 600.0}, 11), ({"tokens_per_minute": 6000.0}, 8)],
)
def test_the_rate_is_kept(limits: dict[str, Any], count: int) -> None:
    with serve(echo) as server:
        ask(engine(server.url, **limits), requests(count, max_new_tokens=5))
    assert server.times[-1] - server.times[0] > 0.8


def test_a_server_that_knows_less_is_asked_for_less() -> None:
    def strict(body: Body) -> Any:
        extra = set(body) - {"model", "messages", "temperature", "max_completion_tokens"}
        if "max_tokens" in extra:
            problem = "'max_tokens' is not supported. Use 'max_completion_tokens' instead."
            return 400, {"error": {"message": problem, "code": "unsupported_parameter"}}
        if extra:
            return 422, {"detail": f"Unexpected fields in the request: {extra}"}
        return "yes"

    with serve(strict) as server:
        known = OpenAIEngine(Endpoint(url=server.url, model="m"), schema={"type": "object"})
        answers = ask(known, requests(30))
    assert len(answers) == 30
    assert len(server.bodies) == 32


def test_what_ends_an_answer() -> None:
    def answer(body: Body) -> Any:
        kind = prompt_of(body)[-1]
        if kind == "0":
            return completion("whole")
        if kind == "1":
            return completion("cut", finish_reason="length")
        if kind == "2":
            return completion("", finish_reason="content_filter")
        if kind == "3":
            return 400, {"error": {"message": "This model's maximum context length is 9 tokens"}}
        return 400, {"error": {"message": "no", "code": "content_filter"}}

    with serve(answer) as server:
        answers = ask(engine(server.url), requests(5))
    assert [(answers[f"key {n}"].text, answers[f"key {n}"].finish_reason) for n in range(5)] == [
        ("whole", "stop"),
        ("cut", "length"),
        ("", "content_filter"),
        ("", "too_long"),
        ("", "content_filter"),
    ]


def test_token_ids_are_kept_where_they_are_ours() -> None:
    from s3ft.models import load_chat
    from s3ft.recipe import Model

    chat = load_chat(Model(id="lab"))
    messages = (Message(role="user", content="How many?"),)
    prompt, ids = chat.prompt_ids(messages), chat.completion_ids(messages, "It is 5.")
    other = chat.completion_ids(messages, "It is 6.")

    def answer(body: Body) -> Any:
        assert (body["logprobs"], body["return_token_ids"]) == (True, True)
        number = len(server.bodies)
        given = {1: ids, 2: ids, 3: other, 4: ids[:-1], 5: ids[:-1]}[number]
        logprobs = {"content": [{"token": "?", "logprob": -0.5} for _ in given]}
        reason = "length" if number == 5 else "stop"
        body = completion("It is 5.", logprobs=logprobs, token_ids=given, finish_reason=reason)
        return body | {"prompt_token_ids": (0, *prompt) if number == 2 else prompt}

    with serve(answer) as server:
        known = OpenAIEngine(Endpoint(url=server.url, model="m", concurrency=1), chat=chat)
        found = [
            ask(known, [Request(str(n), messages, prompt, Sampling())])[str(n)] for n in range(5)
        ]
    # As it is; for another prompt; of another text; without the stop token; cut, hence without.
    assert [response.token_ids for response in found] == [ids, None, None, None, ids[:-1]]
    assert found[0].logprob == pytest.approx(-0.5 * len(ids))


def test_token_ids_are_ours_where_the_server_takes_the_thoughts_out_of_the_text() -> None:
    from s3ft.models import load_chat
    from s3ft.recipe import Model

    chat = load_chat(Model(id="lab"))
    messages = (Message(role="user", content="How many?"),)
    prompt = chat.prompt_ids(messages)
    ids = chat.completion_ids(messages, "<think>2 and 3</think>\n\nIt is 5.")
    said = {"role": "assistant", "content": "\n\nIt is 5.", "reasoning_content": "2 and 3"}

    def answer(body: Body) -> Any:
        message = said if prompt_of(body) == "How many?" else said | {"content": "It is 6."}
        return completion("", message=message, token_ids=ids) | {"prompt_token_ids": prompt}

    with serve(answer) as server:
        known = OpenAIEngine(Endpoint(url=server.url, model="m"), chat=chat)
        other = (Message(role="user", content="How few?"),)
        wanted = [
            Request("a", messages, prompt, Sampling()),
            Request("b", other, prompt, Sampling()),
        ]
        found = ask(known, wanted)
    assert found["a"] == Response("a", "It is 5.", ids, "stop", None, "openai", reasoning="2 and 3")
    assert found["b"].token_ids is None


def test_the_key_is_sent_and_told_to_no_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MY_KEY", "sk-very-secret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-only")

    def tell_tale(body: Body) -> Any:
        return 401, {"error": {"message": f"bad key {server.headers[-1]['authorization']}"}}

    with serve(tell_tale) as server:
        with pytest.raises(RunError, match=r"bad key Bearer \*\*\*") as told:
            ask(engine(server.url, key="MY_KEY"), requests(1))
        assert server.headers[0]["authorization"] == "Bearer sk-very-secret"
        with pytest.raises(RunError):
            ask(engine(server.url), requests(1))
        assert "sk-" not in server.headers[1]["authorization"], "OpenAI's key, to another server"
    assert "sk-" not in caplog.text + str(told.value)


def test_wrong_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
        OpenAIEngine(Endpoint(model="m"))
    with pytest.raises(InputError, match="MY_KEY is not set"):
        engine("http://localhost:1/v1", key="MY_KEY")
    with pytest.raises(InputError, match="Name the model"):
        OpenAIEngine(Endpoint(url="http://localhost:1/v1"))
    for wrong in ("localhost:8000", "ftp://x/v1", "http://me:pass@localhost/v1"):
        with pytest.raises(ValueError, match="must"):
            Endpoint(url=wrong)
    with pytest.raises(ValueError, match="max_cost needs"):
        Endpoint(max_cost=1.0)
