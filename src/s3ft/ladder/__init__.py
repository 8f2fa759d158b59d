"""Methods as ladders of rungs, the pure walk down a ladder, and the pick among verified samples."""

from ._leak import leak
from ._mask import PERPLEXITY, Mask, final_answer
from ._methods import METHODS, ROUND_SEED, Ladder, Method, check_ladder, first_round
from ._pick import PICKS, Pick, first, likeliest, likelihood, no_likelihood, random, shortest
from ._prompt import RungPrompt
from ._rungs import (
    ATTEMPTED,
    BUILT_IN,
    GOLD,
    REPLAY,
    RESERVED,
    Rounds,
    Rung,
    built_in_rungs,
)
from ._walk import Dropped, Missing, accepted, target_of, unweighed, walk

__all__ = [
    "ATTEMPTED",
    "BUILT_IN",
    "GOLD",
    "METHODS",
    "PERPLEXITY",
    "PICKS",
    "REPLAY",
    "RESERVED",
    "ROUND_SEED",
    "Dropped",
    "Ladder",
    "Mask",
    "Method",
    "Missing",
    "Pick",
    "Rounds",
    "Rung",
    "RungPrompt",
    "accepted",
    "built_in_rungs",
    "check_ladder",
    "final_answer",
    "first",
    "first_round",
    "leak",
    "likeliest",
    "likelihood",
    "no_likelihood",
    "random",
    "shortest",
    "target_of",
    "unweighed",
    "walk",
]
