"""What came of the requests to a server, and what that means for the others."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future

from ..errors import RunError, S3FTError
from ..records import Request, Response
from ._client import Client, RefusedRequest, Unanswerable
from ._limits import BudgetSpent
from ._request_queue import RequestQueue


class Unanswered(RunError):
    """All requests are answered that can be; ``reasons`` tells by key why the others are not."""

    def __init__(self, where: str, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__(
            f"{where}: no answer to {len(self.reasons):,} requests, the first: "
            f"{next(iter(self.reasons.values()))}\n"
            "  The same command asks for these again. Remove rows that are refused for good."
        )


class Progress:
    """Answers, refusals, and why no more requests are to be sent.

    Args:
        client: what it has learned of the server decides what a refusal means.
        waiting: the requests still to be sent.
        engine: the name that answers bear.
        where: how an error names the endpoint.
    """

    def __init__(self, client: Client, waiting: RequestQueue, engine: str, where: str) -> None:
        self._client, self._waiting = client, waiting
        self._engine, self._where = engine, where
        self.budget = ""
        """The budget that is spent, in words; empty while there is some left."""
        self.too_long: list[Response] = []
        """For prompts that have no room, unless it turns out that none has any."""
        self._answers: list[Response] = []
        self._failed: dict[str, str] = {}
        self._fatal: S3FTError | None = None

    def settle(self, request: Request, future: Future[Response]) -> None:
        """Take what came of a request."""
        try:
            self._answers.append(future.result())
        except Unanswerable as error:
            answer = Response(request.key, "", None, error.reason, None, self._engine)
            if error.reason != "too_long" or self._client.proven:
                self._answers.append(answer)
            elif self._waiting.prefer_shorter(request) is False:
                self._fatal = self._client.context_too_short(str(error))
            else:
                self.too_long.append(answer)
        except RefusedRequest as error:
            row = f"row {request.example_id}: " if request.example_id else ""
            self._failed[request.key] = f"{row}{error}"
        except BudgetSpent as error:
            self.budget = str(error)
        except S3FTError as error:
            self._fatal = error

    def take_answers(self) -> list[Response]:
        """The answers since the last time."""
        answers, self._answers = self._answers, []
        return answers

    def raise_fatal(self) -> None:
        """Raise what ends everything at once, if that came."""
        if self._fatal is not None:
            raise self._fatal

    def raise_unfinished(self) -> None:
        """Raise, at the end, what has no answer.

        Raises:
            RunError: the budget is spent.
            Unanswered: the server refuses some requests.
        """
        if self.budget:
            raise RunError(
                f"{self._where}: the budget is spent: {self.budget}\n"
                "  Called again, the same command goes on after what it stored, with a budget anew."
            )
        if self._failed:
            raise Unanswered(self._where, self._failed)
