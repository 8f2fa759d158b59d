"""From what the user names to contenders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..suggest import did_you_mean
from ._contenders import Contender
from ._logs import is_log, read_logs
from ._runs import is_run, read_run


def read_contenders(names: Sequence[str], metric: str | None = None) -> list[Contender]:
    """All contenders, each with a name of its own.

    Args:
        names: of each a run directory (its base and all methods), ``RUN:METHOD``, or what
            ``lm_eval --log_samples`` wrote: a folder or a file of samples.
        metric: see `read_logs`.

    Raises:
        InputError: a name is nothing that can be compared, or only one thing is named.
    """
    found = [contender for name in names for contender in _read(name, metric)]
    if len(found) < 2:
        raise InputError("s3ft compare", "there is one side only", "Name another run or log.")
    if len({contender.source for contender in found}) > 1:
        found = [replace(one, name=_name(one, found)) for one in found]
    names_seen: dict[str, int] = {}
    for number, one in enumerate(found):
        seen = names_seen[one.name] = names_seen.get(one.name, 0) + 1
        if seen > 1:
            found[number] = replace(one, name=f"{one.name} ({seen})")
    return found


def _read(name: str, metric: str | None) -> list[Contender]:
    path = Path(name)
    if path.exists():
        if is_run(path):
            return read_run(path)
        if is_log(path):
            return [read_logs(path, metric)]
        problem = "is no run, and has no samples_<task>_<date>.jsonl of lm-evaluation-harness"
        raise InputError(name, problem)
    folder, _, method = name.rpartition(":")
    if not folder or not is_run(Path(folder)):
        raise InputError(name, "there is no such run or folder")
    contenders = read_run(Path(folder))
    wanted = [one for one in contenders if one.name == method]
    if not wanted:
        names = [one.name for one in contenders]
        hint = did_you_mean(method, names) or f"There are {', '.join(names)}."
        raise InputError(name, f"nothing of {method!r} was measured in this run", hint)
    return wanted


def _name(contender: Contender, among: Sequence[Contender]) -> str:
    """Its own name, with the last part of its source in front where others have the same."""
    alike = [one for one in among if one.name == contender.name]
    if len(alike) == 1:
        return contender.name
    return f"{Path(contender.source).name}:{contender.name}"
