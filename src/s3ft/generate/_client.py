"""One try of one request: what is sent, and what an error means for the request and for the rest.

OpenAI's client does the HTTP. Its own retries are off: every try must count towards the rate and
the budget, and a body that is no answer is to be tried again as well.
"""

from __future__ import annotations

import asyncio
import email.utils
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import InputError, RunError
from ..recipe import Endpoint
from ..records import Request
from ._completion import Completion, Malformed, explanation, is_filtered, is_too_long, read

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

HOSTED = "api.openai.com"
PASSING = (408, 409, 425, 429)
"""Status codes that say: try again; all from 500 on say it too."""

CLOSED = (429, 502, 503, 504)
"""Of these, the ones that speak of the server and not of the request."""

NO_ANSWER = Completion("", "length")


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
    """

    def __init__(
        self, endpoint: Endpoint, model: str, key: str | None, wishes: Mapping[str, Any], where: str
    ) -> None:
        self._endpoint, self._model, self._key, self._where = endpoint, model, key, where
        self._wishes = dict(wishes)
        self._limit = "max_tokens"  # which all servers know but for OpenAI's newest models
        self._proven = False
        self._http: AsyncOpenAI | None = None

    @property
    def proven(self) -> bool:
        """Whether the server has answered something."""
        return self._proven

    async def open(self) -> None:
        """Make the connections' pool, on the running loop."""
        from openai import AsyncOpenAI

        self._http = AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._endpoint.url,
            timeout=self._endpoint.timeout,
            max_retries=0,
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    def adapt(self, words: str) -> bool:
        """Ask for less, where the server's words name a field that it does not take."""
        if self._limit == "max_tokens" and "max_completion_tokens" in words:
            self._limit = "max_completion_tokens"
            return True
        refused = [name for name in self._wishes if name in words]
        for name in refused:
            del self._wishes[name]
        return bool(refused)

    async def ask(self, request: Request) -> Completion:
        """Send a request once.

        Raises:
            Passing: it may be tried again.
            Refused: it may not.
            Adapted: it is to be sent again at once, with fewer fields.
            RunError: the server refuses everything.
        """
        import openai

        assert self._http is not None
        try:
            async with asyncio.timeout(self._endpoint.timeout):
                raw = await self._http.chat.completions.with_raw_response.create(
                    model=self._model,
                    messages=list(request.messages),  # type: ignore[arg-type]
                    extra_body=self._fields(request),
                )
            completion = read(raw.content)
        except openai.APIStatusError as error:
            return self._status(error)
        except (TimeoutError, openai.APITimeoutError):
            problem = f"no answer within {self._endpoint.timeout:g} s"
            raise Passing(problem, billed=True) from None
        except openai.APIConnectionError as error:
            problem = f"{error.__cause__ or error}"[:200]
            raise Passing(problem, billed=True, closed=True) from None
        except Malformed as error:
            raise Passing(str(error), billed=True) from None
        self._proven = True
        return completion

    def _fields(self, request: Request) -> dict[str, Any]:
        sampling = request.sampling
        fields = {"temperature": sampling.temperature, self._limit: sampling.max_new_tokens}
        if sampling.top_p < 1:
            fields["top_p"] = sampling.top_p
        if sampling.top_k > 0:
            fields["top_k"] = sampling.top_k
        if sampling.temperature > 0:
            fields["seed"] = request.seed % 2**31
        return fields | self._wishes | self._endpoint.extra

    def _status(self, error: APIStatusError) -> Completion:
        """What a status other than 200 means."""
        status = error.status_code
        words = explanation(error.body if error.body is not None else error.response.text)
        if self._key:
            words = words.replace(self._key, "***")
        known = f"{words} {error.code or ''}"
        said = f"HTTP {status}: {words}"
        if status in (401, 402, 403, 404) or "insufficient_quota" in known:
            remedy = "Check the address, the model's name, and the key."
            raise RunError(f"{self._where}: the server refuses: {said}\n  {remedy}")
        if status in PASSING or status >= 500:
            wait = _retry_after(error.response.headers)
            raise Passing(said, wait, closed=status in CLOSED)
        if is_too_long(known) or is_filtered(known):
            return NO_ANSWER
        if self._proven:
            raise Refused(said)
        if self.adapt(words):
            raise Adapted(said)
        raise RunError(f"{self._where}: the server refuses: {said}")


class Adapted(Exception):
    """The server did not take a field that can be left out; from now on it is."""


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
