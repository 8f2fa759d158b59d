"""From data to a mixture: rungs are asked, judged and walked, and the targets written."""

from ._fill import answer, judge
from ._guard import Guard
from ._loop import ask, decide, generate, pending_rounds, rounds_of, select, write
from ._loop import judge as judge_rung
from ._mixture import full_size, read_mixture, walk_all, write_mixture
from ._solved import Solved
from ._source import Source, measured_source, needs_likelihood, pin_sources, rung_source
from ._targets import replay_target
from ._weigh import weigh, weigh_golds

__all__ = [
    "Guard",
    "Solved",
    "Source",
    "answer",
    "ask",
    "decide",
    "full_size",
    "generate",
    "judge",
    "judge_rung",
    "measured_source",
    "needs_likelihood",
    "pending_rounds",
    "pin_sources",
    "read_mixture",
    "replay_target",
    "rounds_of",
    "rung_source",
    "select",
    "walk_all",
    "weigh",
    "weigh_golds",
    "write",
    "write_mixture",
]
