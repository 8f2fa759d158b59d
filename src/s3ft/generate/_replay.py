"""The engine that reads responses from a file, so that people can bring their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data import rows
from ..errors import InputError
from ..finish import finish_reason
from ..reasoning import split
from ..records import Example, FinishReason, Message, Request, Response, content_hash

if TYPE_CHECKING:
    from ..recipe import Replay

NO_ROW = "replay: no row"
"""The engine named by the empty response to a request for which there is no row."""

_BATCH = 1024


class ReplayEngine:
    """Answers requests with rows read before.

    A request is looked up by its ``example_id``, else by its prompt: the text of its last user
    turn, or of all its turns, an empty line between. ``sample`` numbers the samples of an example
    in the order of the rows. A request without a row is answered by an empty response whose engine
    is `NO_ROW`, and counted.
    """

    name = "replay"

    def __init__(self) -> None:
        self.missing = 0
        """Requests so far for which there was no row."""
        self._rows: list[Response] = []
        self._by_id: dict[str, list[int]] = {}
        self._by_prompt: dict[str, list[int]] = {}

    @classmethod
    def read(cls, config: Replay) -> ReplayEngine:
        """Read a file whole (JSONL, Parquet, CSV); its responses are held in memory.

        A row's response is a string or a list of samples; reasoning in it is told by its marks.
        ``finish_reason`` in any server's words, ``logprob``, ``token_ids``, and ``reasoning`` or
        ``reasoning_content`` are taken along where a row of one response has them.

        Raises:
            InputError: naming file and line of what is malformed.
        """
        replay, path = cls(), Path(config.path).expanduser()
        for row in rows(path):
            if isinstance(row, InputError):
                raise row
            values = row.values
            if all(values.get(column) == value for column, value in config.where.items()):
                replay._add_row(row.place, values, config)
        if not replay._rows:
            kept = f" with {dict(config.where)}" if config.where else ""
            raise InputError(str(path), f"has no row{kept}", "See generate.replay.where.")
        return replay

    @classmethod
    def from_mapping(cls, responses: Mapping[str, str | Sequence[str]]) -> ReplayEngine:
        """Take responses as ``{example id: text or texts}``.

        Raises:
            InputError: a response is neither a text nor a list of texts.
        """
        replay = cls()
        for id, texts in responses.items():
            replay._add(_texts(f"responses[{id!r}]", texts), {}, id=str(id))
        return replay

    @property
    def fingerprint(self) -> str:
        """The identity of all that was read."""
        rows = [
            (
                r.text,
                r.token_ids,
                r.finish_reason,
                r.logprob,
                *([r.reasoning] if r.reasoning else []),
            )
            for r in self._rows
        ]
        return content_hash(self.name, rows, self._by_id, self._by_prompt)

    @property
    def has_likelihoods(self) -> bool:
        """Whether every row has its log-probability and its token ids."""
        return all(row.logprob is not None and row.token_ids for row in self._rows)

    def generate(self, requests: Iterable[Request]) -> Iterator[list[Response]]:
        batch: list[Response] = []
        for request in requests:
            batch.append(self._answer(request))
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def samples(self, example: Example) -> int:
        """How many responses there are for an example."""
        return len(self._find(example.id, example.prompt))

    def _answer(self, request: Request) -> Response:
        samples = self._find(request.example_id, request.messages)
        if request.sample >= len(samples):
            self.missing += 1
            return Response(request.key, "", finish_reason="unmatched", engine=NO_ROW)
        row = self._rows[samples[request.sample]]
        return replace(row, key=request.key, engine=self.name)

    def _find(self, example_id: str, messages: Sequence[Message]) -> list[int]:
        if example_id in self._by_id:
            return self._by_id[example_id]
        users = [turn["content"] for turn in messages if turn["role"] == "user"]
        whole = "\n\n".join(turn["content"] for turn in messages)
        texts = (whole, users[-1] if users else whole)
        return next((self._by_prompt[t] for t in texts if t in self._by_prompt), [])

    def _add_row(self, where: str, row: dict[str, Any], config: Replay) -> None:
        id, prompt = row.get(config.id), row.get(config.prompt)
        if id is None and not isinstance(prompt, str):
            raise InputError(
                where,
                f"has neither an id in {config.id!r} nor a prompt text in {config.prompt!r}",
                "Name the columns as generate.replay.id and generate.replay.prompt.",
            )
        if config.response not in row:
            raise InputError(
                where,
                f"has no column {config.response!r}; it has {', '.join(map(repr, row))}",
                "Name the response's column as generate.replay.response.",
            )
        texts = _texts(f"{where}: {config.response}", row[config.response])
        details = _details(where, row) if len(texts) == 1 else {}
        self._add(texts, details, None if id is None else str(id), prompt)

    def _add(
        self,
        texts: Sequence[str],
        details: Mapping[str, Any],
        id: str | None = None,
        prompt: str | None = None,
    ) -> None:
        for text in texts:
            place = len(self._rows)
            self._rows.append(_response(text, **details))
            if id is not None:
                self._by_id.setdefault(id, []).append(place)
            if isinstance(prompt, str):
                self._by_prompt.setdefault(prompt, []).append(place)


def _texts(where: str, value: object) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
        raise InputError(where, "is neither a text nor a list of texts")
    return list(texts)


def _response(
    text: str, reasoning: str = "", finish_reason: FinishReason = "stop", **details: Any
) -> Response:
    """A response without a key, its reasoning apart."""
    parts = split(text)
    thought = "\n".join(filter(None, (reasoning, parts.reasoning)))
    if finish_reason == "stop" and thought and not parts.answer.strip():
        finish_reason = "thinking"
    return Response("", parts.answer, finish_reason=finish_reason, reasoning=thought, **details)


def _details(where: str, row: dict[str, Any]) -> dict[str, Any]:
    """The optional columns that `Response` knows, checked."""
    word, logprob, ids = (row.get(name) for name in ("finish_reason", "logprob", "token_ids"))
    thoughts = [row[name] for name in ("reasoning_content", "reasoning") if row.get(name)]
    for name, value in (("finish_reason", word), *(("reasoning", t) for t in thoughts)):
        if value is not None and not isinstance(value, str):
            raise InputError(f"{where}: {name}", f"{value!r} is not a text")
    if logprob is not None and (isinstance(logprob, bool) or not isinstance(logprob, (int, float))):
        raise InputError(f"{where}: logprob", f"{logprob!r} is not a number")
    whole = isinstance(ids, list) and all(type(id) is int for id in ids)
    if ids is not None and not whole:
        raise InputError(f"{where}: token_ids", "is not a list of whole numbers")
    return {
        "finish_reason": finish_reason(word or "stop"),
        "logprob": logprob,
        "token_ids": None if ids is None else tuple(ids),
        "reasoning": "".join(thoughts[:1]),
    }
