"""The mixture of a method: written as Parquet, JSONL and a dataset card, and read back to train.

Rows are in TRL's conversational prompt-completion form, so any trainer reads them. Rows are
streamed, so memory does not grow with their number; the same run gives the same bytes.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader

from ..methods import Ladder
from ..pick import Pick, first
from ..records import Source, Target
from ..select import Dropped, Missing, walk
from ..store import Store

if TYPE_CHECKING:
    from ..chat import Chat

ROWS = 2000
"""Rows in one Parquet row group."""


def walk_all(
    store: Store,
    ladder: Ladder,
    *,
    pick: Pick = first,
    generator: str | None = None,
    judge: str | None = None,
) -> Iterator[tuple[int, str, Target | Missing | Dropped]]:
    """The ladder's outcome for every example of the train split, in order.

    Yields position, example id and outcome.
    """
    asked: list[Source] = [source for source in ladder if source != "gold"]
    for position, example, found in store.entries("train", asked):
        outcome = walk(example, ladder, found, pick=pick, generator=generator, judge=judge)
        yield position, example.id, outcome


def write_mixture(
    store: Store,
    method: str,
    ladder: Ladder,
    folder: Path,
    *,
    pick: Pick = first,
    generator: str | None,
    judge: str,
    chat: Chat | None,
) -> dict[str, int]:
    """Select a method's targets into the store and into ``folder``; rows by source.

    The folder appears when it is complete. ``chat`` counts the tokens of gold rows. Prompts
    without a target (a ladder that does not end in gold) are counted under ``dropped``; the store
    says why.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    counts: Counter[str] = Counter()
    schema = _schema(pa)

    def rows() -> Iterator[tuple[int, str, Source | None, str]]:
        group: list[dict[str, Any]] = []
        with (
            pq.ParquetWriter(partial / "train.parquet", schema, compression="zstd") as parquet,
            open(partial / "train.jsonl", "w", encoding="utf-8") as jsonl,
        ):
            outcomes = walk_all(store, ladder, pick=pick, generator=generator, judge=judge)
            for position, id_, outcome in outcomes:
                assert not isinstance(outcome, Missing), "selection before the ladder was walked"
                if isinstance(outcome, Dropped):
                    counts["dropped"] += 1
                    yield position, id_, None, outcome.reason
                    continue
                counts[outcome.source] += 1
                row = _row(outcome, chat)
                jsonl.write(json.dumps(row, ensure_ascii=False) + "\n")
                group.append(row)
                if len(group) == ROWS:
                    parquet.write_table(pa.Table.from_pylist(group, schema))
                    group.clear()
                yield position, id_, outcome.source, outcome.reason
            if group:
                parquet.write_table(pa.Table.from_pylist(group, schema))

    store.replace_targets(method, rows())
    _card(partial, method, ladder, counts, judge)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return dict(counts)


def read_mixture(folder: Path) -> Iterator[Target]:
    """The targets of a mixture, in order."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / "train.parquet") as parquet:
        for batch in parquet.iter_batches(ROWS):
            for row in batch.to_pylist():
                ids = row.pop("token_ids")
                completion = row.pop("completion")[0]["content"]
                prompt = tuple(row.pop("prompt"))
                token_ids = None if ids is None else tuple(ids)
                yield Target(prompt=prompt, completion=completion, token_ids=token_ids, **row)


def _row(target: Target, chat: Chat | None) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(target, name) for name in COLUMNS}
    row["prompt"] = list(target.prompt)
    row["completion"] = [{"role": "assistant", "content": target.completion}]
    row["token_ids"] = None if target.token_ids is None else list(target.token_ids)
    if target.num_tokens is None and chat is not None:
        row["num_tokens"] = len(chat.completion_ids(target.prompt, target.completion))
    return row


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


def _schema(pa: Any) -> Any:
    turns = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    types = {
        "prompt": turns,
        "completion": turns,
        "base_logprob": pa.float64(),
        "num_tokens": pa.int32(),
        "token_ids": pa.list_(pa.int32()),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])


def _card(folder: Path, method: str, ladder: Ladder, counts: Counter[str], judge: str) -> None:
    templates = Environment(
        loader=PackageLoader("s3ft.pipeline", "."), autoescape=False, keep_trailing_newline=True
    )
    rows = sum(count for source, count in counts.items() if source != "dropped")
    text = templates.get_template("dataset_card.md.j2").render(
        method=method, ladder=ladder, counts=counts, rows=rows, judge=judge
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
