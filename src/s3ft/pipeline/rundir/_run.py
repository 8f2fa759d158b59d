"""A run: its directory and recipe, and what its stages share."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ...evaluate import tuned
from ...judges import Judge, ReplyCache, close, on_ray, options_text, registry
from ...ladder import ROUND_SEED, Rung, RungPrompt
from ...recipe import JudgeConfig, Recipe, Train
from ...store import Store
from ...train import PARTIAL_SUFFIX
from .._model import RunModel

SWEEP = "sweep.json"
"""What a sweep tried, and which point it chose for each method."""


@dataclass(slots=True)
class Run:
    """An open, locked run directory, and what answers and judges in it.

    ``mixture/<method>`` and ``models/<method>-seed<k>`` are the artefacts' places in it; ``cache``
    is where judges that ask a model keep its replies; ``base`` is the untuned model. All stages
    share the judges and the prompts of the rungs, of which each is made once.
    """

    path: Path
    recipe: Recipe
    store: Store
    cache: ReplyCache
    base: RunModel
    _judges: dict[str, Judge] = field(default_factory=dict)
    _prompts: dict[str, RungPrompt] = field(default_factory=dict)
    _tuned: dict[str, RunModel] = field(default_factory=dict)

    def mixture(self, method: str) -> Path:
        return self.path / "mixture" / method

    def model(self, method: str, seed: int) -> Path:
        return self.path / "models" / tuned(method, seed)

    def answering(self, rung: Rung) -> RunModel:
        """The model that is asked on a rung: the base, or that of a first round."""
        if not rung.of:
            return self.base
        if rung.of not in self._tuned:
            self._tuned[rung.of] = self.base.tuned(self.model(rung.of, ROUND_SEED))
        return self._tuned[rung.of]

    def has_models(self) -> bool:
        """Whether anything was trained on the run's mixtures."""
        return any(path.suffix != PARTIAL_SUFFIX for path in self.path.glob("models/*"))

    def train(self, method: str) -> Train:
        """How a method is trained: by the recipe, at the point that a sweep chose for it.

        A first round is trained before a sweep.
        """
        chosen = read_sweep(self.path)
        point = chosen["chosen"].get(method) if chosen else None
        return self.recipe.train if point is None else self.recipe.train_at(point)

    def judge(self, config: JudgeConfig) -> Judge:
        """A judge of the run, in the workers of a cluster where the recipe names one.

        What keeps a model's replies stays here, with the run's cache: they are paid for once, and
        its budget is one. It asks a server, or is made of other judges that may.

        Raises:
            InputError: there is no such judge, or it refuses its options.
        """
        name = self.judge_name(config)
        if name not in self._judges:
            ray = self.recipe.ray
            if ray is not None and registry.is_stateless(config.name):
                made = on_ray(ray, partial(registry.make, config.name, config.options))
            else:
                made = registry.make(config.name, config.options, cache=self.cache)
            self._judges[name] = made
        return self._judges[name]

    def prompt(self, rung: Rung) -> RungPrompt | None:
        """What a rung puts to the model, read once; None where that is the example's own prompt.

        Raises:
            InputError: its template cannot be read, or does not show what the rung is for.
        """
        if rung.prompt is None:
            return None
        if rung.name not in self._prompts:
            self._prompts[rung.name] = RungPrompt(rung)
        return self._prompts[rung.name]

    @staticmethod
    def judge_name(config: JudgeConfig) -> str:
        """The judge as it is written into records: ``math(timeout=2)``."""
        return options_text(config.name, config.options)

    def close(self) -> None:
        """Give back what answers and judges hold: memory, and processes."""
        for judge in self._judges.values():
            close(judge)
        self._judges.clear()
        self.free_models()

    def free_models(self) -> None:
        """Give back the memory of the base and of what answers beside it."""
        for model in (*self._tuned.values(), self.base):
            model.free()


def read_sweep(path: Path) -> dict[str, Any] | None:
    """What a run's sweep found (`s3ft.pipeline._sweep`); None before it is done, or without one."""
    file = path / SWEEP
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
