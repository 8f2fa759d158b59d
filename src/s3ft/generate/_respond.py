"""From the ids that a model at hand produced to a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import FinishReason, Request, Response

if TYPE_CHECKING:
    from ..chat import Chat


def respond(
    request: Request, chat: Chat, ids: tuple[int, ...], logprob: float | None, engine: str
) -> Response:
    """The response of these ids, of which there is at least one."""
    parts = chat.read(ids, request.prompt_ids)
    reason: FinishReason = "stop" if parts.finished else "thinking"
    if ids[-1] not in chat.stop_ids:
        reason = "length"
    return Response(request.key, parts.answer, ids, reason, logprob, engine, parts.reasoning)
