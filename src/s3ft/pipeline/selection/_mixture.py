"""The mixture of a method: written as Parquet, JSONL and a dataset card, and read back to train.

Rows are in TRL's conversational prompt-completion form, so any trainer reads them; the assistant's
turn has ``reasoning_content`` where there is reasoning. Functions stand in a column ``tools``, and
earlier calls in ``tool_calls`` of their turns, in OpenAI's form; in Parquet as the JSON text of
that. Rows are streamed, so memory does not grow
with their number; the same run gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jinja2 import Environment, PackageLoader

from ...atomic import atomic_folder
from ...ladder import REPLAY, Dropped, Method, Missing, Rung, walk
from ...records import Message, Target, content_hash
from ...store import Store
from ._targets import replay_target, whole_ids, with_mask, without_borrowed_thoughts

if TYPE_CHECKING:
    from ...chat import Chat

ROWS = 2000
"""Rows in one Parquet row group."""


def walk_all(
    store: Store,
    method: Method,
    *,
    generator: str | None = None,
    judge: str | None = None,
) -> Iterator[tuple[int, str, Target | Missing | Dropped]]:
    """A method's outcome for every example of the train split, in order.

    Yields position, example id and outcome.
    """
    names = [rung.name for rung in method.rungs if rung.asks]
    for position, example, found, golds in store.entries("train", names):
        outcome = walk(
            example, method, found, gold_logprobs=golds, generator=generator, judge=judge
        )
        yield position, example.id, outcome


def write_mixture(
    store: Store,
    name: str,
    method: Method,
    folder: Path,
    *,
    shown_more: Collection[str] = (),
    generator: str | None,
    judge: str,
    chat: Chat | None,
) -> dict[str, int]:
    """Select a method's targets into the store and into ``folder``; rows by source.

    Behind them come the general rows of the store, as they are: they are no prompt's target.

    The folder appears when it is complete. ``chat`` counts the tokens of gold rows. Prompts
    without a target (a ladder that does not end in gold) are counted under ``dropped``; the store
    says why. ``shown_more`` are the rungs whose prompts show what the trained model will not see:
    what was thought there is left out. Where the method masks, ``chat`` is needed.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    counts: Counter[str] = Counter()
    schema = _schema(pa, store.has_reasoning(), store.has_tools(), method.mask is not None)
    masked = {rung.name for rung in method.rungs if method.masks(rung)}

    def rows(partial: Path) -> Iterator[tuple[int, str, str | None, str]]:
        group: list[dict[str, Any]] = []

        def add(target: Target) -> None:
            if method.mask and target.source in masked:
                assert chat is not None, "a mask is of token ids"
                target = with_mask(target, method.mask, chat)
            row = _row(target, chat)
            counts[target.source] += 1
            jsonl.write(json.dumps(row, ensure_ascii=False) + "\n")
            group.append(_flat(row))
            if len(group) == ROWS:
                parquet.write_table(pa.Table.from_pylist(group, schema))
                group.clear()

        with (
            pq.ParquetWriter(partial / "train.parquet", schema, compression="zstd") as parquet,
            open(partial / "train.jsonl", "w", encoding="utf-8") as jsonl,
        ):
            outcomes = walk_all(store, method, generator=generator, judge=judge)
            for position, id_, outcome in outcomes:
                assert not isinstance(outcome, Missing), "selection before the ladder was walked"
                if isinstance(outcome, Dropped):
                    counts["dropped"] += 1
                    yield position, id_, None, outcome.reason
                    continue
                if outcome.source in shown_more:
                    outcome = without_borrowed_thoughts(outcome, chat)
                add(outcome)
                yield position, id_, outcome.source, outcome.reason
            for entry in store.entries(REPLAY):
                add(replay_target(entry.example))
            if group:
                parquet.write_table(pa.Table.from_pylist(group, schema))

    with atomic_folder(folder) as partial:
        store.replace_targets(name, rows(partial))
        _card(partial, name, method, counts, judge)
        shutil.rmtree(folder, ignore_errors=True)
    return dict(counts)


def full_size(store: Store) -> int:
    """The rows of a mixture that drops no prompt."""
    return store.count("train") + store.count(REPLAY)


def replay_state(store: Store) -> str:
    """Which general rows there are, for none nothing: a mixture with others is written anew."""
    rows = [_row(replay_target(entry.example), None) for entry in store.entries(REPLAY)]
    return content_hash(rows) if rows else ""


def read_mixture(folder: Path) -> Iterator[Target]:
    """The targets of a mixture, in order."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / "train.parquet") as parquet:
        for batch in parquet.iter_batches(ROWS):
            for row in batch.to_pylist():
                ids, mask = row.pop("token_ids"), row.pop("loss_mask", None)
                prompt, [answer] = (tuple(map(_message, row.pop(name))) for name in TURNS)
                if tools := row.pop("tools", None):
                    prompt = ({**prompt[0], "tools": json.loads(tools)}, *prompt[1:])
                yield Target(
                    prompt=prompt,
                    completion=answer["content"],
                    reasoning=answer.get("reasoning_content", ""),
                    token_ids=None if ids is None else tuple(ids),
                    loss_mask=None if mask is None else tuple(mask),
                    **row,
                )


def _row(target: Target, chat: Chat | None) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(target, name) for name in COLUMNS}
    answer = Message(role="assistant", content=target.completion)
    if target.reasoning:
        answer["reasoning_content"] = target.reasoning
    row["prompt"], row["completion"] = [_without_tools(turn) for turn in target.prompt], [answer]
    tools = next((turn["tools"] for turn in target.prompt if turn.get("tools")), None)
    if tools is not None:
        row["tools"] = tools
    row["token_ids"] = None if target.token_ids is None else list(target.token_ids)
    if target.loss_mask is not None:
        row["loss_mask"] = list(target.loss_mask)
    if target.num_tokens is None and chat is not None:
        row["num_tokens"] = len(whole_ids(target, chat))
    return row


def _without_tools(turn: Message) -> dict[str, Any]:
    return {key: value for key, value in turn.items() if key != "tools"}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row in columns: each function has arguments of its own, for which Parquet has no type."""
    flat = row | {"prompt": [_as_text(turn, "tool_calls") for turn in row["prompt"]]}
    return _as_text(flat, "tools")


def _as_text(values: dict[str, Any], key: str) -> dict[str, Any]:
    return values | {key: json.dumps(values[key], ensure_ascii=False)} if key in values else values


def _message(turn: dict[str, Any]) -> Message:
    """A turn as it was written: Parquet gives every turn all keys."""
    kept = {key: value for key, value in turn.items() if value is not None}
    if calls := kept.get("tool_calls"):
        kept["tool_calls"] = json.loads(calls)
    return cast(Message, kept)


TURNS = ("prompt", "completion")
COLUMNS = (
    "prompt",
    "completion",
    "source",
    "reason",
    "example_id",
    "generator",
    "judge",
    "base_logprob",
    "num_tokens",
    "token_ids",
)


def _schema(pa: Any, reasoning: bool, tools: bool, masks: bool) -> Any:
    of_tools = ("tool_calls", "tool_call_id", "name") if tools else ()
    keys = ("role", "content", *(["reasoning_content"] if reasoning else []), *of_tools)
    turns = pa.list_(pa.struct([(key, pa.string()) for key in keys]))
    types = {
        "prompt": turns,
        "completion": turns,
        "base_logprob": pa.float64(),
        "num_tokens": pa.int32(),
        "token_ids": pa.list_(pa.int32()),
        "loss_mask": pa.list_(pa.int8()),
    }
    beside = [name for name, there in (("loss_mask", masks), ("tools", tools)) if there]
    columns = (*COLUMNS, *beside)
    return pa.schema([(name, types.get(name, pa.string())) for name in columns])


def _card(folder: Path, name: str, method: Method, counts: Counter[str], judge: str) -> None:
    templates = Environment(
        loader=PackageLoader("s3ft.pipeline.selection", "."),
        autoescape=False,
        keep_trailing_newline=True,
    )
    ladder: Sequence[Rung] = method.rungs
    rows = sum(counts[rung.name] for rung in ladder)
    text = templates.get_template("dataset_card.md.j2").render(
        method=name,
        ladder=ladder,
        mask=method.mask,
        counts=counts,
        rows=rows,
        judge=judge,
        replayed=counts[REPLAY],
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
