"""``s3ft review``: a page on this machine on which people look through a run and judge for
themselves.

They browse examples and overrule verdicts, which the next selection goes by; they label answers
blind, and see how the judge compares; they choose between two models' answers, blind. What they say
is kept in the run's file (`s3ft.store`).
"""

from ._diff import Piece, differences
from ._serve import Page, prepare, review

__all__ = ["Page", "Piece", "differences", "prepare", "review"]
