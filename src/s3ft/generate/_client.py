"""One try of one request: what is sent, and what an error means for the request and for the rest.

OpenAI's client does the HTTP. Its own retries are off: every try must count towards the rate and
the budget, and a body that is no answer is to be tried again as well.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import InputError, RunError
from ..progress import console
from ..recipe import Endpoint
from ..records import FinishReason, Message, Request
from ._completion import Completion, MalformedCompletion, explanation, read_completion
from ._fields import Fields, Sent
from ._refusal import context_length_of, is_filtered, is_too_long, token_limit_of

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

HOSTED = "api.openai.com"
TRANSIENT_STATUS = (408, 409, 425, 429)
"""Status codes that say: try again; all from 500 on say it too."""

UNAVAILABLE_STATUS = (429, 502, 503, 504)
"""Of these, the ones that speak of the server and not of the request."""

MAX_REJECTED = 3
"""So many rows may be refused in a new round before it is the round that is refused."""


class TransientError(Exception):
    """This try failed, another may not.

    ``wait`` are the seconds for which the server asks. ``billed``: it may have worked all the same.
    ``unavailable``: it is the server that takes no requests, whichever they are.
    """

    def __init__(
        self,
        reason: str,
        wait: float | None = None,
        *,
        billed: bool = False,
        unavailable: bool = False,
    ) -> None:
        super().__init__(reason)
        self.wait, self.billed, self.unavailable = wait, billed, unavailable


class RefusedRequest(Exception):
    """The server refuses this request, and will again."""


class Unanswerable(Exception):
    """The server has no answer to this prompt, and says why: it stands for one."""

    def __init__(self, reason: FinishReason, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class FieldsDropped(Exception):
    """The server did not take all fields; the request is to be sent again, with fewer."""


def key_of(endpoint: Endpoint, where: str) -> str | None:
    """The key from the environment; None where the endpoint needs none.

    A key is sent to a server only if the recipe says so, or if it is OpenAI's own: else any recipe
    could send it anywhere.

    Raises:
        InputError: the variable is not set.
    """
    own = urlsplit(endpoint.url).hostname == HOSTED
    variable = endpoint.key or ("OPENAI_API_KEY" if own else None)
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise InputError(f"{where}.key", f"${variable} is not set", "Put the key into it.")
    return key


class Client:
    """A connection to one server, and what was learned about it.

    Args:
        optional: fields that a server may refuse; one that refuses them is asked without.
        where: the place of the endpoint's keys, which ends in ``openai``.
        split_reasoning: whether marks in an answer tell of reasoning.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        key: str | None,
        optional: Mapping[str, Any],
        where: str,
        split_reasoning: bool,
    ) -> None:
        self._endpoint, self._model, self._key, self._where = endpoint, model, key, where
        self._split_reasoning = split_reasoning
        self._fields = Fields(optional, endpoint.extra)
        self._http: AsyncOpenAI | None = None

    @property
    def proven(self) -> bool:
        """Whether the server has answered something."""
        return self._fields.any_accepted

    async def open(self) -> None:
        """Make the connections' pool, on the running loop."""
        from openai import AsyncOpenAI

        self._negotiating = asyncio.Lock()
        self._http = AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._endpoint.url,
            timeout=self._endpoint.timeout,
            max_retries=0,
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    @asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[None]:
        """Wait until a request may be sent: alone, while it is open which fields the server takes.

        So what is wrong with all is found by one, whichever round it is in.
        """
        if not self._fields.known(request):
            async with self._negotiating:
                if not self._fields.known(request):
                    yield
                    return
        yield

    async def ask(self, request: Request) -> Completion:
        """Send a request once.

        Raises:
            TransientError: it may be tried again.
            RefusedRequest: it may not.
            Unanswerable: it may not, and that is as good as an answer.
            FieldsDropped: it is to be sent again at once, with fewer fields.
            InputError: no answer may be as long as the recipe wants it.
            RunError: the server refuses everything.
        """
        import openai

        assert self._http is not None
        sent = self._fields.of(request)
        tools = [tool for turn in request.messages for tool in turn.get("tools", ())]
        beside = {"tools": tools} if tools else {}
        try:
            async with asyncio.timeout(self._endpoint.timeout):
                raw = await self._http.chat.completions.with_raw_response.create(
                    model=self._model,
                    messages=list(map(_sent, request.messages)),  # type: ignore[arg-type]
                    extra_body={**beside, **sent},
                )
            completion = read_completion(raw.content, self._split_reasoning, bool(tools))
        except openai.APIStatusError as error:
            raise self._translate(error, request, sent) from None
        except (TimeoutError, openai.APITimeoutError):
            problem = f"no answer within {self._endpoint.timeout:g} s"
            raise TransientError(problem, billed=True) from None
        except openai.APIConnectionError as error:
            problem = f"{error.__cause__ or error}"[:200]
            raise TransientError(problem, billed=True, unavailable=True) from None
        except MalformedCompletion as error:
            raise TransientError(str(error), billed=True) from None
        if dropped := self._fields.accepted(sent):
            console.print(f"{self._where}: the server is asked without {', '.join(dropped)}")
        return completion

    def _translate(self, error: APIStatusError, request: Request, sent: Sent) -> Exception:
        """What a status other than 200 means."""
        status = error.status_code
        words = explanation(error.body if error.body is not None else error.response.text)
        if self._key:
            words = words.replace(self._key, "***")
        known = f"{words} {error.code or ''}"
        reason = f"HTTP {status}: {words}"
        if status in (401, 402, 403, 404) or "insufficient_quota" in known:
            remedy = "Check the address, the model's name, and the key."
            return RunError(f"{self._where}: the server refuses: {reason}\n  {remedy}")
        if status in TRANSIENT_STATUS or status >= 500:
            wait = _retry_after(error.response.headers)
            return TransientError(reason, wait, unavailable=status in UNAVAILABLE_STATUS)
        if is_filtered(known):
            return Unanswerable("content_filter", reason)
        if is_too_long(known):
            return Unanswerable("too_long", reason)
        wanted = request.sampling.max_new_tokens
        if (limit := token_limit_of(words, wanted)) is not None:
            remedy = f"Set it to {limit} at most."
            return InputError(self._limit_key, f"{wanted} are refused: {reason}", remedy)
        if self._fields.drop_more(sent, words):
            return FieldsDropped(reason)
        if self.proven and self._fields.rejected < MAX_REJECTED:
            return RefusedRequest(reason)
        return RunError(f"{self._where}: the server refuses: {reason}")

    def context_too_short(self, reason: str) -> InputError:
        """What there is to say where no prompt has room beside the answer that is wanted."""
        length = context_length_of(reason)
        context = f"{length:,} tokens" if length else "so many tokens"
        return InputError(
            self._limit_key,
            f"leaves no room for a prompt: {reason}",
            f"The server has {context} for prompt and answer together: set it to what the longest "
            "prompt leaves of these, or serve the model with more.",
        )

    @property
    def _limit_key(self) -> str:
        return self._where.removesuffix("openai") + "max_new_tokens"


def _sent(turn: Message) -> dict[str, Any]:
    """A turn as the protocol has it: arguments are JSON text, and functions stand beside turns."""
    sent: dict[str, Any] = {key: value for key, value in turn.items() if key != "tools"}
    if calls := turn.get("tool_calls"):
        sent["tool_calls"] = [
            {**call, "function": {**function, "arguments": json.dumps(function["arguments"])}}
            for call in calls
            for function in [call["function"]]
        ]
    return sent


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks to wait: a number, or a date of HTTP."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
