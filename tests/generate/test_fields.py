"""Servers that refuse what is added to a request: which fields they are asked without, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from endpoint import Body, prompt_of, serve
from s3ft.errors import InputError, RunError
from s3ft.generate import OpenAIEngine, Unanswered
from s3ft.models import load_chat
from s3ft.recipe import Endpoint, Model
from s3ft.records import Message, Request, Response, Sampling

pytestmark = pytest.mark.usefixtures("quick_retries")


def requests(count: int = 12, first: int = 0, **sampling: Any) -> list[Request]:
    return [
        Request(
            f"key {n} {sampling}",
            (Message(role="user", content=f"question {n}"),),
            (),
            Sampling(**sampling),
            n,
        )
        for n in range(first, first + count)
    ]


def engine(url: str, **extra: Any) -> OpenAIEngine:
    """One that sends all that is ever added."""
    endpoint = Endpoint(url=url, model="m", concurrency=4, extra=extra)
    return OpenAIEngine(endpoint, chat=load_chat(Model(id="lab")), schema={"type": "object"})


def ask(engine: OpenAIEngine, wanted: list[Request]) -> list[Response]:
    return [response for batch in engine.generate(wanted) for response in batch]


def picky(*refused: str, named: bool, values: Any = None) -> Any:
    """A server that knows no field of these names, and perhaps says which it was."""

    def answer(body: Body) -> Any:
        for field in refused:
            if field in body and (values is None or body[field] not in values):
                problem = f"Unrecognized request argument: {field}" if named else "Bad Request"
                return 400, {"error": {"message": problem}}
        return "yes"

    return answer


FIELDS = ("seed", "logprobs", "return_token_ids", "response_format", "temperature", "max_tokens")
ALL = {*FIELDS, "model", "messages"}


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_left_out_alone_and_remembered(field: str, named: bool) -> None:
    with serve(picky(field, named=named)) as server:
        known = engine(server.url)
        answers = ask(known, requests(temperature=0.7))
        tries = len(server.bodies) - 12
        answers += ask(known, requests(first=12, temperature=0.7))
    assert [answer.text for answer in answers] == ["yes"] * 24
    assert {prompt for prompt, count in server.asked.items() if count > 1} == {"question 0"}
    assert tries == 1 if named else tries <= len(FIELDS)
    assert len(server.bodies) == 24 + tries
    other = {"max_completion_tokens"} if field == "max_tokens" else set()
    assert set(server.bodies[-1]) == (ALL - {field}) | other


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
def test_a_server_that_knows_none_of_them(named: bool) -> None:
    refused = (*FIELDS, "max_completion_tokens")
    with serve(picky(*refused, named=named)) as server:
        answers = ask(engine(server.url), requests(temperature=0.7))
    assert len(answers) == 12
    assert set(server.bodies[-1]) == {"model", "messages"}
    assert len(server.bodies) <= 12 + 2 * len(refused)


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
def test_a_later_round_is_the_first_with_a_seed(named: bool) -> None:
    with serve(picky("seed", named=named)) as server:
        known = engine(server.url)
        ask(known, requests(temperature=0.0))
        assert len(server.bodies) == 12
        ask(known, requests(temperature=0.7))
        ask(known, requests(first=12, temperature=0.7))
        assert len(server.bodies) == 36 + 1
    assert set(server.bodies[-1]) == ALL - {"seed"}


@pytest.mark.parametrize("wanted", [0.0, 0.7])
def test_a_temperature_other_than_one(wanted: float) -> None:
    words = "Unsupported value: 'temperature' does not support {} with this model."

    def answer(body: Body) -> Any:
        value = body.get("temperature", 1)
        return "yes" if value == 1 else (400, {"error": {"message": words.format(value)}})

    with serve(answer) as server:
        ask(engine(server.url), requests(temperature=wanted))
    assert len(server.bodies) == 13
    assert "temperature" not in server.bodies[-1]


def test_pydantic_s_words_name_the_field() -> None:
    def answer(body: Body) -> Any:
        extra = sorted({"seed", "return_token_ids"} & set(body))
        detail = [
            {"loc": ["body", name], "msg": "Extra inputs are not permitted"} for name in extra
        ]
        return (422, {"detail": detail}) if extra else "yes"

    with serve(answer) as server:
        ask(engine(server.url), requests(temperature=0.7))
    assert len(server.bodies) == 13


def test_extra_leaves_out_and_replaces_and_is_not_negotiated() -> None:
    with serve(lambda _: "yes") as server:
        ask(engine(server.url, seed=None, temperature=1), requests(1, temperature=0.7))
        ask(engine(server.url, max_tokens=None, logprobs=None), requests(1))
        ask(engine(server.url, max_completion_tokens=9), requests(1))
    first, second, third = server.bodies
    assert "seed" not in first
    assert first["temperature"] == 1
    assert not {"max_tokens", "max_completion_tokens", "logprobs"} & set(second)
    assert third["max_completion_tokens"] == 9
    assert "max_tokens" not in third


def test_a_row_that_is_refused_for_itself_costs_no_field() -> None:
    def answer(body: Body) -> Any:
        bad = prompt_of(body) in ("question 3", "question 5")
        return (400, {"error": "no seed, no logprobs"}) if bad else "yes"

    with serve(answer) as server, pytest.raises(Unanswered, match="no answer to 2 requests"):
        ask(engine(server.url), requests(temperature=0.7))
    assert len(server.bodies) == 12
    assert all(set(body) == ALL for body in server.bodies)


def test_a_round_of_which_nothing_is_taken_ends_at_its_beginning() -> None:
    def answer(body: Body) -> Any:
        later = int(prompt_of(body).split()[1]) >= 12
        return (400, {"error": "no"}) if later else "yes"

    with serve(answer) as server:
        known = engine(server.url)
        ask(known, requests())
        with pytest.raises(RunError, match=r"the server refuses: HTTP 400: no"):
            ask(known, requests(100, first=12, temperature=0.7))
    assert len(server.asked) <= 12 + 4


LIMITS: dict[str, tuple[str, int, int]] = {
    "OpenAI's": (
        "max_tokens is too large: 512. This model supports at most 100 completion tokens, whereas "
        "you provided 512.",
        512,
        100,
    ),
    "Anthropic's": (
        "max_tokens: 5000 > 4096, which is the maximum allowed number of output tokens for m",
        5000,
        4096,
    ),
    "DeepSeek's": (
        "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
        9000,
        8192,
    ),
    "a proxy's": ("max_tokens in the request exceeds the limit of 100", 512, 100),
    "Groq's": ("`max_tokens` must be less than or equal to `8,192`", 16384, 8192),
}


@pytest.mark.parametrize("server_s", LIMITS)
def test_a_limit_that_is_too_large_stops_at_once_and_says_what_is_not(server_s: str) -> None:
    words, wanted, largest = LIMITS[server_s]
    with (
        serve(lambda _: (400, {"error": {"message": words}})) as server,
        pytest.raises(InputError, match=f"generate.max_new_tokens: {wanted} are refused") as told,
    ):
        ask(engine(server.url), requests(max_new_tokens=wanted))
    assert told.value.remedy == f"Set it to {largest} at most."
    assert len(server.bodies) == 1


TOO_LONG = [
    "This model's maximum context length is 2048 tokens. However, you requested 2560 tokens "
    "(48 in the messages, 2512 in the completion).",
    "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context "
    "length is 4096 tokens and your request has 12 input tokens (5000 > 4096 - 12).",
    "Requested token count exceeds the model's maximum context length of 4096 tokens.",
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "the request exceeds the available context size. try increasing it",
    "`inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1900 `inputs` tokens and 512 "
    "`max_new_tokens`",
    "`inputs` must have less than 1024 tokens. Given: 2000",
    "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000",
    "prompt is too long: 200001 tokens > 199999 maximum",
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum",
    "The input token count (1100000) exceeds the maximum number of tokens allowed (1048575).",
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    "context_length_exceeded",
]


def refusing(words: str, *, answered: int = 0) -> Any:
    """A server that refuses in these words, after so many answers."""
    return lambda body: (
        "yes"
        if int(prompt_of(body).split()[1]) < answered
        else (400, {"error": {"message": words}})
    )


@pytest.mark.parametrize("words", TOO_LONG)
def test_words_for_a_prompt_that_is_too_long(words: str) -> None:
    with serve(refusing(words, answered=1)) as server:
        known = OpenAIEngine(Endpoint(url=server.url, model="m"))
        answers = ask(known, requests(2, max_new_tokens=512))
    assert [answer.finish_reason for answer in answers] == ["stop", "too_long"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("Unrecognized request argument: seed", Unanswered),
        ("max_tokens is too large: 512. This model supports at most 100", InputError),
        (
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' "
            "instead",
            Unanswered,
        ),
        ("messages: field required", Unanswered),
    ],
)
def test_words_for_something_else(words: str, error: type[Exception]) -> None:
    with serve(refusing(words, answered=1)) as server, pytest.raises(error) as caught:
        ask(OpenAIEngine(Endpoint(url=server.url, model="m")), requests(2, max_new_tokens=512))
    if isinstance(caught.value, InputError):
        assert caught.value.remedy == "Set it to 100 at most."


@pytest.mark.parametrize(
    ("words", "context"),
    [
        *zip(TOO_LONG[:4], ("2,048", "4,096", "4,096", "4,096"), strict=True),
        ("prompt is too long", "so many"),
    ],
)
def test_the_context_length_that_a_refusal_names(words: str, context: str) -> None:
    with (
        serve(refusing(words)) as server,
        pytest.raises(InputError, match=f"The server has {context} tokens for prompt and answer"),
    ):
        ask(OpenAIEngine(Endpoint(url=server.url, model="m")), requests(2, max_new_tokens=5120))


def long_and_short(lengths: list[int]) -> Iterator[Request]:
    for n, length in enumerate(lengths):
        words = " ".join(["word"] * length)
        message = Message(role="user", content=f"{words} {n}")
        yield Request(f"key {n}", (message,), (), Sampling())


def short_context(context: int, tokens: int = 0) -> Any:
    """A server whose model has room for so many words."""

    def answer(body: Body) -> Any:
        needed = len(prompt_of(body).split()) + (body["max_tokens"] if tokens else 0)
        words = f"This model's maximum context length is {context} tokens, you requested {needed}."
        return "yes" if needed <= context else (400, {"error": {"message": words}})

    return answer


@pytest.mark.parametrize("place", [0, 1, 7, 19])
def test_one_prompt_that_is_too_long_is_passed_over(place: int) -> None:
    lengths = [5] * 20
    lengths[place] = 3000
    with serve(short_context(2048)) as server:
        answers = ask(OpenAIEngine(Endpoint(url=server.url, model="m")), [*long_and_short(lengths)])
    found = {answer.key: (answer.text, answer.finish_reason) for answer in answers}
    assert found.pop(f"key {place}") == ("", "too_long")
    assert set(found.values()) == {("yes", "stop")}
    assert len(found) == 19
    assert len(server.bodies) == 20


@pytest.mark.parametrize("lengths", [[5] * 20, [*range(5, 25)], [3000, *[5] * 19]])
def test_no_prompt_has_room_beside_the_answer(lengths: list[int]) -> None:
    with (
        serve(short_context(500, tokens=512)) as server,
        pytest.raises(InputError, match=r"generate.max_new_tokens: leaves no room.* 500 tokens"),
    ):
        ask(OpenAIEngine(Endpoint(url=server.url, model="m")), [*long_and_short(lengths)])
    assert len(server.bodies) == (2 if lengths[0] == 3000 else 1)
    assert not server.answered.total()
