"""The names under which models and tasks stand in the scores."""

from __future__ import annotations

BASE = "base"
"""The label of the untuned model."""


def tuned(method: str, seed: int, step: int | None = None) -> str:
    """The label of a tuned model: ``s3ft-seed0``, one that was kept on the way
    ``s3ft-seed0-step12``."""
    name = f"{method}-seed{seed}"
    return name if step is None else on_the_way(name, step)


def on_the_way(model: str, step: int) -> str:
    """The label of a model that was kept on the way to another."""
    return f"{model}{_STEP}{step}"


def step_of(label: str, model: str) -> int | None:
    """The step at which a model was kept on the way to another; None for any other model."""
    return int(label.removeprefix(start)) if label.startswith(start := model + _STEP) else None


_STEP = "-step"

TARGET = "target"
"""The task's name in the scores; another data set's is this, a colon, and its own name."""

LIKELIHOOD, DRIFT = "likelihood", "drift"
"""Names in the scores that are no tasks: nats a token, by source (``self``, ``paraphrase``,
``gold`` ...) of the base, and by kind of prompt (``task``, ``general``) of every tuned model."""


def other_target(name: str) -> str:
    """The task in which the scores on another data set stand."""
    return f"{TARGET}:{name}"


def target_split(task: str) -> str:
    """The split in which the rows of the target, or of another data set, stand."""
    return task.replace(TARGET, "test", 1)


def is_target(task: str) -> bool:
    """Whether a task is the target or another data set, and no benchmark."""
    return task == TARGET or task.startswith(other_target(""))
