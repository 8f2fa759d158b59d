"""Between two rounds: the model that the second asks, trained on what the first found verified."""

from __future__ import annotations

from ..errors import InputError
from ..ladder import ROUND_SEED, first_round
from ._launched import launched
from ._training import train_one
from .rundir import Run
from .selection import write


def train_first_round(run: Run, training: str) -> None:
    """Train the model of a first round, unless it is there, on a mixture of the same name.

    It is trained as the method itself is, but for the gold: a model that had seen it would give it
    back. So what it answers rightly it has learned from what is like it.

    Raises:
        InputError: nothing of the first round was verified; or under a launcher, whose other
            processes wait for the mixtures of the methods.
    """
    if run.model(training, ROUND_SEED).exists():
        return
    if launched():
        remedy = "Select without it: s3ft select. Then launch s3ft train."
        raise InputError("the launcher", f"cannot be used to train {training}", remedy)
    [name] = [name for name in run.recipe.methods if first_round(name) == training]
    method = run.recipe.method(name).first_round
    assert method is not None
    counts = write(run, training, method)
    if not any(counts.get(rung.name) for rung in method.rungs):
        raise InputError(
            f"method {name}",
            "not one answer of its first round was verified, of which the model of the second could"
            " learn",
            "Choose a method with one round, or see why the judge refuses all.",
        )
    train_one(run, training, ROUND_SEED)
