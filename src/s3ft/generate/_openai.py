"""The engine for servers that speak OpenAI's protocol: vLLM, llama.cpp, Ollama, the hosted ones."""

from __future__ import annotations

import asyncio
import queue
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..calls import as_text
from ..errors import InputError, RunError
from ..event_loop import BackgroundLoop
from ..recipe import Endpoint
from ..records import Message, Request, Response, content_hash
from ._client import Client, FieldsDropped, RefusedRequest, TransientError, key_of
from ._completion import Completion
from ._limits import Limits, Tokens
from ._progress import Progress
from ._request_queue import RequestQueue

if TYPE_CHECKING:
    from ..chat import Chat

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds before the first retry, and the most before any; each is twice the one before."""

MAX_RETRY_AFTER = 600.0
"""The most seconds for which a server may ask to be left alone."""

MAX_FAILURES = 8
"""So many requests in a row may fail at every try before it is the server that is to blame."""

Ended = queue.SimpleQueue[tuple[Request, Future[Response]]]


class OpenAIEngine:
    """Asks a server, many requests at once.

    What is passing (no connection, a time-out, 408, 409, 425, 429, any 5xx, a body that is no
    answer) is tried again, after twice the time or as long as the server asks. A request that is
    refused for good, or fails at every try while others succeed, is passed over and reported at the
    end. The first request goes alone, and so does the first with other fields, so that what is
    wrong with all is found by one.

    Token ids are kept where the server gives them and reads the prompt as we do; else ``token_ids``
    is None, and training tokenises the text. ``logprob`` is the sum of what the server lists, some
    leave out the stop token. A prompt that is too long for the model, or refused for its content,
    is answered by an empty response with finish reason ``too_long`` or ``content_filter``.

    Args:
        model: the model's name there, where the endpoint does not say.
        chat: the model's own format, to check the server's token ids by; without it none are
            asked for.
        schema: a JSON schema for the answers; a server that knows none is asked without it.
        where: how an error names the place of the endpoint's keys.
        split_reasoning: whether marks in an answer tell of reasoning: not where it may quote other
            texts.

    Raises:
        InputError: the variable that should hold the key is not set, or no model is named.
    """

    name = "openai"

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        model: str | None = None,
        chat: Chat | None = None,
        schema: Mapping[str, Any] | None = None,
        where: str = "generate.openai",
        split_reasoning: bool = True,
    ) -> None:
        named = endpoint.model or model
        if named is None:
            raise InputError(f"{where}.model", "is required", "Name the model on the server.")
        self._endpoint, self._chat, self._where = endpoint, chat, where
        optional: dict[str, Any] = {}
        if chat is not None:
            optional |= {"logprobs": True, "return_token_ids": True}
        if schema is not None:
            answer = {"name": "answer", "strict": True, "schema": dict(schema)}
            optional["response_format"] = {"type": "json_schema", "json_schema": answer}
        self._client = Client(
            endpoint, named, key_of(endpoint, where), optional, where, split_reasoning
        )
        self._limits = Limits.of(endpoint)
        self._last_answer = 0.0  # when the last answer came
        self._failures = 0  # requests given up since
        self.fingerprint = content_hash(self.name, named, endpoint.extra, schema)
        """The identity of what answers: its name there and what it is told, not where it is."""

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        """Answer all requests; a list holds what came in since the one before.

        Requests are taken as there is room for them. What is under way goes on while the caller
        stores a list.

        Raises:
            Unanswered: at the end, where some requests have no answer.
            InputError: no answer may be as long as the recipe wants it.
            RunError: the server is lost, refuses everything, or the budget is spent. What was
                answered by then has been yielded.
        """
        waiting = RequestQueue(requests)
        progress = Progress(self._client, waiting, self.name, self._where)
        ended: Ended = queue.SimpleQueue()
        in_flight = 0
        with BackgroundLoop() as loop:
            loop.run(self._client.open())
            slots = asyncio.Semaphore(self._endpoint.concurrency)
            try:
                while True:
                    batch = _ready(ended)
                    limit = 2 * self._endpoint.concurrency if self._client.proven else 1
                    if not batch and not progress.budget and in_flight < limit:
                        request = waiting.pop()
                        if request is not None:
                            in_flight += 1
                            done = partial(_put, ended, request)
                            loop.submit(self._answer(request, slots), done)
                            continue
                    if not batch and not in_flight:
                        break
                    batch = batch or [ended.get(), *_ready(ended)]
                    in_flight -= len(batch)
                    for request, future in batch:
                        progress.settle(request, future)
                    if answers := progress.take_answers():
                        yield answers
                    progress.raise_fatal()
            finally:
                loop.cancel()
                loop.run(self._client.close())
        if progress.too_long:
            yield progress.too_long
        progress.raise_unfinished()

    async def _answer(self, request: Request, slots: asyncio.Semaphore) -> Response:
        """Try until there is an answer, or no hope of one."""
        async with slots:
            tries, failing_since = 0, 0.0
            while True:
                try:
                    async with self._client.turn(request):
                        completion = await self._with_fewer_fields(request)
                except TransientError as error:
                    tries += 1
                    failing_since = failing_since or time.monotonic()
                    if tries > self._endpoint.retries or (error.wait or 0) > MAX_RETRY_AFTER:
                        raise self._given_up(tries, failing_since, error) from None
                    await asyncio.sleep(_back_off(tries, error.wait))
                else:
                    self._last_answer, self._failures = time.monotonic(), 0
                    return self._response(request, completion)

    async def _with_fewer_fields(self, request: Request) -> Completion:
        """Try at once again as long as there is a field less to send."""
        while True:
            try:
                return await self._try(request)
            except FieldsDropped:
                continue

    async def _try(self, request: Request) -> Completion:
        bound = Tokens.at_most(request)
        taken = await self._limits.send(bound)
        used: Tokens | None = None
        try:
            completion = await self._client.ask(request)
            used = completion.used or Tokens.of(bound.prompt, completion.text)
            return completion
        except TransientError as error:
            used = bound if error.billed else None
            raise
        finally:
            self._limits.settle(bound, taken, used)

    def _given_up(
        self, tries: int, failing_since: float, error: TransientError
    ) -> RefusedRequest | RunError:
        """Whether it is this request that cannot be answered, or none can any more."""
        reason = f"given up after {tries} tries: {error}"
        self._failures += 1
        others_fare_better = self._last_answer > failing_since
        if others_fare_better or (not error.unavailable and self._failures <= MAX_FAILURES):
            return RefusedRequest(reason)
        return RunError(
            f"{self._where}: {self._endpoint.url} does not answer: {reason}\n"
            "  Called again, the same command goes on after what it stored."
        )

    def _response(self, request: Request, completion: Completion) -> Response:
        text = completion.text
        if completion.calls:
            text = self._with_calls(request, completion)
            completion = replace(completion, text=text)
        return Response(
            request.key,
            text,
            completion.token_ids if self._has_our_ids(request, completion) else None,
            completion.finish_reason,
            completion.logprob,
            self.name,
            completion.reasoning,
        )

    def _with_calls(self, request: Request, completion: Completion) -> str:
        """Calls that came beside the text, as the model's template writes them, else as Hermes."""
        calls = list(completion.calls)
        if self._chat is not None:
            turn = Message(role="assistant", content=completion.text, tool_calls=calls)
            with suppress(InputError):  # the model at hand may write fewer calls than are told of
                return self._chat.written(request.messages, turn)
        return as_text(completion.text, calls)

    def _has_our_ids(self, request: Request, completion: Completion) -> bool:
        """Whether the token ids are those of the model at hand, and of this very answer.

        A server with a template of its own answers another prompt.
        """
        ids, chat = completion.token_ids, self._chat
        if not ids or chat is None or completion.prompt_ids != request.prompt_ids:
            return False
        whole = completion.finish_reason == "length" or ids[-1] in chat.stop_ids
        answer = chat.read(ids, request.prompt_ids).answer
        return whole and answer.strip() == completion.text.strip()


def _ready(ended: Ended) -> list[tuple[Request, Future[Response]]]:
    """All that has ended by now, without waiting."""
    return [ended.get_nowait() for _ in range(ended.qsize())]


def _put(ended: Ended, request: Request, future: Future[Response]) -> None:
    ended.put((request, future))


def _back_off(tries: int, retry_after: float | None) -> float:
    """Seconds before the next try: twice as long each time, or as long as the server asks.

    A part is random, so that not all who were turned away come back together.
    """
    if retry_after is not None:
        return retry_after + FIRST_WAIT * random.random()
    return min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)
