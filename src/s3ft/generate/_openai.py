"""The engine for servers that speak OpenAI's protocol: vLLM, llama.cpp, Ollama, the hosted ones."""

from __future__ import annotations

import asyncio
import queue
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import InputError, RunError, S3FTError
from ..recipe import Endpoint
from ..records import Request, Response, content_hash
from ._background import Background
from ._client import Adapted, Client, Passing, Refused, Unanswerable, key_of
from ._completion import Completion
from ._limits import BudgetSpent, Limits, Tokens
from ._line import Line

if TYPE_CHECKING:
    from ..chat import Chat

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds before the first retry, and the most before any; each is twice the one before."""

PATIENCE = 600.0
"""The most seconds for which a server may ask to be left alone."""

STRIKES = 8
"""So many requests in a row may fail at every try before it is the server that is to blame."""

Ended = queue.SimpleQueue[tuple[Request, Future[Response]]]


class Unanswered(RunError):
    """All requests are answered that can be; ``reasons`` tells by key why the others are not."""

    def __init__(self, where: str, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__(
            f"{where}: no answer to {len(self.reasons):,} requests, the first: "
            f"{next(iter(self.reasons.values()))}\n"
            "  The same command asks for these again. Remove rows that are refused for good."
        )


@dataclass(slots=True)
class _Found:
    """What came of requests: answers, refusals by key, and why no more are to be sent.

    ``held`` stand for prompts that have no room, unless it turns out that none has any.
    """

    answers: list[Response] = field(default_factory=list)
    held: list[Response] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    stop: str = ""
    fatal: S3FTError | None = None


class OpenAI:
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
        marks: whether marks in an answer tell of reasoning: not where it may quote other texts.

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
        marks: bool = True,
    ) -> None:
        named = endpoint.model or model
        if named is None:
            raise InputError(f"{where}.model", "is required", "Name the model on the server.")
        self._endpoint, self._chat, self._where = endpoint, chat, where
        wishes: dict[str, Any] = {}
        if chat is not None:
            wishes |= {"logprobs": True, "return_token_ids": True}
        if schema is not None:
            answer = {"name": "answer", "strict": True, "schema": dict(schema)}
            wishes["response_format"] = {"type": "json_schema", "json_schema": answer}
        self._client = Client(endpoint, named, key_of(endpoint, where), wishes, where, marks)
        self._limits = Limits.of(endpoint)
        self._answered = 0.0  # when the last answer came
        self._strikes = 0  # requests given up since
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
        line, found = Line(requests), _Found()
        ended: Ended = queue.SimpleQueue()
        under_way = 0
        with Background() as background:
            background.wait(self._client.open())
            places = asyncio.Semaphore(self._endpoint.concurrency)
            try:
                while True:
                    batch = _ready(ended)
                    room = 2 * self._endpoint.concurrency if self._client.proven else 1
                    if not batch and not found.stop and under_way < room:
                        request = line.next()
                        if request is not None:
                            under_way += 1
                            done = partial(_note, ended, request)
                            background.start(self._answer(request, places), done)
                            continue
                    if not batch and not under_way:
                        break
                    batch = batch or [ended.get(), *_ready(ended)]
                    under_way -= len(batch)
                    for request, future in batch:
                        self._take(found, request, future, line)
                    if found.answers:
                        yield found.answers
                        found.answers = []
                    if found.fatal is not None:
                        raise found.fatal
            finally:
                background.cancel()
                background.wait(self._client.close())
        if found.held:
            yield found.held
        if found.stop:
            raise RunError(
                f"{self._where}: the budget is spent: {found.stop}\n"
                "  Called again, the same command goes on after what it stored, with a budget anew."
            )
        if found.failed:
            raise Unanswered(self._where, found.failed)

    def _take(self, found: _Found, request: Request, future: Future[Response], line: Line) -> None:
        """Note what came of a request; ``line`` are those that wait."""
        try:
            found.answers.append(future.result())
        except Unanswerable as error:
            answer = Response(request.key, "", None, error.reason, None, self.name)
            if error.reason != "too_long" or self._client.proven:
                found.answers.append(answer)
            elif line.compare(request) is False:
                found.fatal = self._client.no_room(str(error))
            else:
                found.held.append(answer)
        except Refused as error:
            row = f"row {request.example_id}: " if request.example_id else ""
            found.failed[request.key] = f"{row}{error}"
        except BudgetSpent as error:
            found.stop = str(error)
        except S3FTError as error:
            found.fatal = error

    async def _answer(self, request: Request, places: asyncio.Semaphore) -> Response:
        """Try until there is an answer, or no hope of one."""
        async with places:
            tries, failing = 0, 0.0
            while True:
                try:
                    async with self._client.turn(request):
                        completion = await self._with_fewer_fields(request)
                except Passing as error:
                    tries += 1
                    failing = failing or time.monotonic()
                    if tries > self._endpoint.retries or (error.wait or 0) > PATIENCE:
                        raise self._given_up(tries, failing, error) from None
                    await asyncio.sleep(_back_off(tries, error.wait))
                else:
                    self._answered, self._strikes = time.monotonic(), 0
                    return self._response(request, completion)

    async def _with_fewer_fields(self, request: Request) -> Completion:
        """Try at once again as long as there is a field less to send."""
        while True:
            try:
                return await self._try(request)
            except Adapted:
                continue

    async def _try(self, request: Request) -> Completion:
        most = Tokens.most(request)
        taken = await self._limits.send(most)
        used: Tokens | None = None
        try:
            completion = await self._client.ask(request)
            used = completion.used or Tokens.of(most.prompt, completion.text)
            return completion
        except Passing as error:
            used = most if error.billed else None
            raise
        finally:
            self._limits.settle(most, taken, used)

    def _given_up(self, tries: int, failing: float, error: Passing) -> Refused | RunError:
        """Whether it is this request that cannot be answered, or none can any more."""
        reason = f"given up after {tries} tries: {error}"
        self._strikes += 1
        others_fare_better = self._answered > failing
        if others_fare_better or (not error.closed and self._strikes <= STRIKES):
            return Refused(reason)
        return RunError(
            f"{self._where}: {self._endpoint.url} does not answer: {reason}\n"
            "  Called again, the same command goes on after what it stored."
        )

    def _response(self, request: Request, completion: Completion) -> Response:
        return Response(
            request.key,
            completion.text,
            completion.token_ids if self._are_ours(request, completion) else None,
            completion.finish_reason,
            completion.logprob,
            self.name,
            completion.reasoning,
        )

    def _are_ours(self, request: Request, completion: Completion) -> bool:
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


def _note(ended: Ended, request: Request, future: Future[Response]) -> None:
    ended.put((request, future))


def _back_off(tries: int, asked: float | None) -> float:
    """Seconds before the next try: twice as long each time, or as long as the server asks.

    A part is random, so that not all who were turned away come back together.
    """
    if asked is not None:
        return asked + FIRST_WAIT * random.random()
    return min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT) * random.uniform(0.5, 1.0)
