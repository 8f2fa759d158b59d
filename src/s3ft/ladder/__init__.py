"""Methods as ladders of rungs, the pure walk down a ladder, and the pick among verified samples."""

from ._leak import leak
from ._methods import METHODS, Ladder, check_ladder
from ._pick import PICKS, Pick, first, likeliest, likelihood, no_likelihood, random, shortest
from ._prompt import RungPrompt
from ._rungs import ATTEMPTED, BUILT_IN, REPLAY, RESERVED, Rounds, Rung, built_in_rungs
from ._walk import Dropped, Missing, accepted, walk

__all__ = [
    "ATTEMPTED",
    "BUILT_IN",
    "METHODS",
    "PICKS",
    "REPLAY",
    "RESERVED",
    "Dropped",
    "Ladder",
    "Missing",
    "Pick",
    "Rounds",
    "Rung",
    "RungPrompt",
    "accepted",
    "built_in_rungs",
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
