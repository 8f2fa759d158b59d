"""Methods as ladders of rungs, the pure walk down a ladder, and the pick among verified samples."""

from ._methods import METHODS, Ladder, check_ladder
from ._paraphrase import Paraphrase, leak
from ._pick import PICKS, Pick, first, likeliest, likelihood, no_likelihood, random, shortest
from ._walk import ONCE, Dropped, Missing, Rounds, accepted, walk

__all__ = [
    "METHODS",
    "ONCE",
    "PICKS",
    "Dropped",
    "Ladder",
    "Missing",
    "Paraphrase",
    "Pick",
    "Rounds",
    "accepted",
    "check_ladder",
    "first",
    "leak",
    "likeliest",
    "likelihood",
    "no_likelihood",
    "random",
    "shortest",
    "walk",
]
