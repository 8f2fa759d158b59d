"""Judging a JSONL file: reading its rows, and writing the verdicts whole or not at all."""

from ._file import Counts, json_line, judge_file, same_file, writing
from ._lines import reading, rows_of

__all__ = ["Counts", "json_line", "judge_file", "reading", "rows_of", "same_file", "writing"]
