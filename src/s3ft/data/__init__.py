"""Data sets to examples: the Hub, local folders and files, or rows in memory; all of it checked.

    for example in read(Data(path="t.jsonl", prompt="{question}", completion="answer"), "train"):
        ...

Everything streams: of a data set of any length only the ids are held in memory. Exceptions are JSON
that is one list or object, which is parsed whole, and rows that are shuffled, which are held.
Because it streams, examples come out before later rows have been looked at: take them inside one
transaction, or run through once before writing anything.
"""

from ._files import rows
from ._fingerprint import fingerprints
from ._flatten import flatten
from ._look import first_rows
from ._read import from_rows, read, storable
from ._replay import asked, read_replay, replay_data
from ._row import Row
from ._too_long import TOO_LONG, TooLong

__all__ = [
    "TOO_LONG",
    "Row",
    "TooLong",
    "asked",
    "fingerprints",
    "first_rows",
    "flatten",
    "from_rows",
    "read",
    "read_replay",
    "replay_data",
    "rows",
    "storable",
]
