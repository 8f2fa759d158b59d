"""The SQLite file of a run: everything that was asked, answered, decided and measured.

Its tables, for those who open it with any SQLite tool:

``metadata``
    Small named values, such as a model's fingerprint: ``name``, ``value``.
``examples``
    A training pair: ``split`` (``replay``: a general row), ``position`` (from 0), ``id``,
    ``prompt`` (JSON: its turns), ``completion`` (the gold), ``meta`` (JSON: the row's other
    columns), ``reasoning`` (the gold's).
``responses``
    What a model said, once for equal requests: ``key`` (`s3ft.records.response_key`), ``text``,
    ``token_ids`` (JSON, or null), ``finish_reason``, ``logprob`` (nats), ``engine``, ``reasoning``.
``candidates``
    One sample of one source for one example: ``split``, ``position``, ``source``, ``sample`` (from
    0), and the ``key`` of its response. A source is who answered: on the train split a rung of a
    ladder (``self``, ``paraphrase``), on the test split a model (``base``, ``s3ft-seed0``).
``verdicts``
    A judge's word on a candidate: ``split``, ``position``, ``source``, ``sample``, ``attempt``
    (from 0; the last one counts), ``judge``, ``label``, ``answer``, ``reason``, ``code``.
``likelihoods``
    How likely the base finds what may be trained on, behind the example's own prompt:
    ``position``, ``source`` and ``sample`` of a candidate of the train split, or the source
    ``gold``, and ``logprobs`` (JSON: nats, of each token). Only where a method goes by it.
``targets``
    What a method trains on: ``method``, ``position``, ``example_id``, ``source`` (null: the prompt
    is dropped), ``reason``.
``scores``
    One item's result: ``model``, ``task``, ``metric``, ``item``, ``value``.
``items``
    What a benchmark asks: ``task``, ``item``, ``prompt`` (as the model reads it), ``choices``
    (JSON: their texts, none where the answer is written), ``gold``.
``answers``
    What a model said to a benchmark's item: ``model``, ``task``, ``item``, ``text`` (what was
    written, or the choice), ``choice`` (its number, or null).
``spent``
    What a batch of work cost: ``stage``, ``source``, ``rows``, ``tokens`` (those of prompts not
    counted), ``seconds``.
``overrulings``
    A person's word on a candidate of the train split, in the place of the judge's: ``id`` (counts
    up), the candidate's ``split``, ``position``, ``source`` and ``sample``, the ``key`` of the
    response it is on, ``label`` (null: an earlier one is taken back), ``who``, ``time`` (UTC),
    ``note``. The last one on a response counts.
``audit``
    The candidates that people label blind, in the order of ``id``, named as in ``overrulings``.
``labels``
    A person's label on one of these: ``item`` (an ``id`` of ``audit``), ``label``, ``who``,
    ``time``. Of one person's the last counts.
``choices``
    Which of two answers to a test prompt a person finds better, not knowing whose they are:
    ``position``, ``on_left`` and ``on_right`` (the models, with the keys of their responses),
    ``choice`` (``left``, ``right``, ``tie``, ``neither``), ``who``, ``time``. The same holds.

Rows are added and never changed, but for ``metadata``, and ``targets``, which a selection writes
anew. Every call that adds is one transaction, so a process killed at any moment loses what was in
flight and nothing else. ``PRAGMA user_version`` is the version of the tables; a file of an earlier
one is brought up to date when it is opened, but by `reading`, which changes nothing.

The rollback journal is SQLite's default: unlike write-ahead logging it works on network file
systems. Reads go page by page, so that memory stays flat and no cursor is open across a write.
"""

from ._people import OVERRULINGS, ChangedMeanwhile
from ._reading import reading
from ._records import (
    GOLD,
    Answer,
    Choice,
    Entry,
    Filter,
    Found,
    Item,
    Overruling,
    Place,
    Samples,
    Score,
    Spent,
)
from ._store import Store

__all__ = [
    "GOLD",
    "OVERRULINGS",
    "Answer",
    "ChangedMeanwhile",
    "Choice",
    "Entry",
    "Filter",
    "Found",
    "Item",
    "Overruling",
    "Place",
    "Samples",
    "Score",
    "Spent",
    "Store",
    "reading",
]
