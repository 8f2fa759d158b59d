"""One try of one request: what is sent, and what an error means for the request and for the rest.

OpenAI's client does the HTTP. Its own retries are off: every try must count towards the rate and
the budget, and a body that is no answer is to be tried again as well.
"""

from __future__ import annotations

import asyncio
import email.utils
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import InputError, RunError
from ..progress import console
from ..recipe import Endpoint
from ..records import FinishReason, Request
from ._completion import Completion, Malformed, explanation, read
from ._fields import Fields, Sent
from ._refusal import is_filtered, is_too_long, limit_of, room_of

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

HOSTED = "api.openai.com"
PASSING = (408, 409, 425, 429)
"""Status codes that say: try again; all from 500 on say it too."""

CLOSED = (429, 502, 503, 504)
"""Of these, the ones that speak of the server and not of the request."""

DEAD_ENDS = 3
"""So many rows may be refused in a new round before it is the round that is refused."""


class Passing(Exception):
    """This try failed, another may not.

    ``wait`` are the seconds for which the server asks. ``billed``: it may have worked all the same.
    ``closed``: it is the server that takes no requests, whichever they are.
    """

    def __init__(
        self,
        reason: str,
        wait: float | None = None,
        *,
        billed: bool = False,
        closed: bool = False,
    ) -> None:
        super().__init__(reason)
        self.wait, self.billed, self.closed = wait, billed, closed


class Refused(Exception):
    """The server refuses this request, and will again."""


class Unanswerable(Exception):
    """The server has no answer to this prompt, and says why: it stands for one."""

    def __init__(self, reason: FinishReason, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class Adapted(Exception):
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
        wishes: fields that a server may refuse; one that refuses them is asked without.
        where: the place of the endpoint's keys, which ends in ``openai``.
        marks: whether marks in an answer tell of reasoning.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        key: str | None,
        wishes: Mapping[str, Any],
        where: str,
        marks: bool,
    ) -> None:
        self._endpoint, self._model, self._key, self._where = endpoint, model, key, where
        self._marks = marks
        self._fields = Fields(wishes, endpoint.extra)
        self._http: AsyncOpenAI | None = None

    @property
    def proven(self) -> bool:
        """Whether the server has answered something."""
        return self._fields.proven

    async def open(self) -> None:
        """Make the connections' pool, on the running loop."""
        from openai import AsyncOpenAI

        self._alone = asyncio.Lock()
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
            async with self._alone:
                if not self._fields.known(request):
                    yield
                    return
        yield

    async def ask(self, request: Request) -> Completion:
        """Send a request once.

        Raises:
            Passing: it may be tried again.
            Refused: it may not.
            Unanswerable: it may not, and that is as good as an answer.
            Adapted: it is to be sent again at once, with fewer fields.
            InputError: no answer may be as long as the recipe wants it.
            RunError: the server refuses everything.
        """
        import openai

        assert self._http is not None
        sent = self._fields.of(request)
        try:
            async with asyncio.timeout(self._endpoint.timeout):
                raw = await self._http.chat.completions.with_raw_response.create(
                    model=self._model,
                    messages=list(request.messages),  # type: ignore[arg-type]
                    extra_body=dict(sent),
                )
            completion = read(raw.content, self._marks)
        except openai.APIStatusError as error:
            raise self._meaning(error, request, sent) from None
        except (TimeoutError, openai.APITimeoutError):
            problem = f"no answer within {self._endpoint.timeout:g} s"
            raise Passing(problem, billed=True) from None
        except openai.APIConnectionError as error:
            problem = f"{error.__cause__ or error}"[:200]
            raise Passing(problem, billed=True, closed=True) from None
        except Malformed as error:
            raise Passing(str(error), billed=True) from None
        if missed := self._fields.took(sent):
            console.print(f"{self._where}: the server is asked without {', '.join(missed)}")
        return completion

    def _meaning(self, error: APIStatusError, request: Request, sent: Sent) -> Exception:
        """What a status other than 200 means."""
        status = error.status_code
        words = explanation(error.body if error.body is not None else error.response.text)
        if self._key:
            words = words.replace(self._key, "***")
        known = f"{words} {error.code or ''}"
        said = f"HTTP {status}: {words}"
        if status in (401, 402, 403, 404) or "insufficient_quota" in known:
            remedy = "Check the address, the model's name, and the key."
            return RunError(f"{self._where}: the server refuses: {said}\n  {remedy}")
        if status in PASSING or status >= 500:
            wait = _retry_after(error.response.headers)
            return Passing(said, wait, closed=status in CLOSED)
        if is_filtered(known):
            return Unanswerable("content_filter", said)
        if is_too_long(known):
            return Unanswerable("too_long", said)
        asked = request.sampling.max_new_tokens
        if (limit := limit_of(words, asked)) is not None:
            remedy = f"Set it to {limit} at most."
            return InputError(self._limit_key, f"{asked} are refused: {said}", remedy)
        if self._fields.refused(sent, words):
            return Adapted(said)
        if self.proven and self._fields.dead_ends < DEAD_ENDS:
            return Refused(said)
        return RunError(f"{self._where}: the server refuses: {said}")

    def no_room(self, said: str) -> InputError:
        """What there is to say where no prompt has room beside the answer that is wanted."""
        room = room_of(said)
        most = f"{room:,} tokens" if room else "so many tokens"
        return InputError(
            self._limit_key,
            f"leaves no room for a prompt: {said}",
            f"The server has {most} for prompt and answer together: set it to what the longest "
            "prompt leaves of these, or serve the model with more.",
        )

    @property
    def _limit_key(self) -> str:
        return self._where.removesuffix("openai") + "max_new_tokens"


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
