"""A run that is killed at random moments comes out as one that was not.

It is killed with SIGKILL after a random amount of processor time, which, unlike time on the clock,
a busy machine does not stretch. Which requests each start asked the model is written to a log
before they are answered, so that a finished generation asked for again is seen.
"""

from __future__ import annotations

import json
import math
import random
import signal
from pathlib import Path

import pytest

from restarts import artefacts, finished, scores, start

KILLS = {"generate": 2, "judge": 2, "select": 2, "train": 2, "evaluate": 2, "report": 2}


@pytest.mark.slow
@pytest.mark.longest
def test_killed_in_every_stage_it_comes_out_the_same(tmp_path: Path) -> None:
    rng = random.Random(20250212)
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "asked.log"
    took: dict[str, float] = {}
    for stage in KILLS:
        assert start(whole, stage, log) == 0, stage
        took[stage] = float(Path(f"{log}.seconds").read_text())

    deaths = dict.fromkeys(KILLS, 0)
    for stage, kills in KILLS.items():
        # The early deaths first: a start that lives finishes the stage, and later ones do nothing.
        limits = sorted(rng.uniform(0.05, 0.6) * took[stage] for _ in range(kills))
        for limit in [*limits, math.inf]:
            before = finished(killed)
            code = start(killed, stage, log, limit)
            assert code in (0, -signal.SIGKILL), stage
            deaths[stage] += code != 0
            assert not before & set(log.read_text().split()), "a finished generation was repeated"
        assert code == 0, stage

    assert min(deaths.values()) >= 1, deaths
    assert sum(deaths.values()) >= sum(KILLS.values()) // 2, deaths
    assert artefacts(killed) == artefacts(whole)
    assert artefacts(whole), "there is a mixture to compare"
    assert scores(killed) == scores(whole)
    reports = [json.loads((out / "report.json").read_text()) for out in (whole, killed)]
    for part in ("results", "mixture"):
        assert reports[0][part] == reports[1][part]
