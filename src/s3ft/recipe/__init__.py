"""The whole configuration of a run: YAML, dotted overrides, and errors that name the place.

    recipe = load("recipe.yaml", ["train.learning_rate=1e-4"])

Every group of keys is a frozen class of its own; what a recipe leaves out has a default, which
stands at its field together with what the key means.
"""

from ._endpoint import Endpoint
from ._evaluate import Evaluate, TargetConfig
from ._explain import nearest
from ._fields import (
    FREE_ARGS,
    MEMORY_ARGS,
    Data,
    JudgeConfig,
    Layout,
    Lora,
    Model,
    Quantization,
    Reasoning,
    Split,
    Train,
)
from ._generate import Generate, Replay
from ._ladders import LadderConfig
from ._load import load, parse_option, schema
from ._marks import Resume
from ._ray import Ray
from ._recipe import Recipe
from ._replay import ReplayRows
from ._resume import Change, forbidden_changes, resume_rule
from ._rungs import Paraphrase, RungConfig
from ._shipped import about, shipped
from ._sweep import Point, point_name, points
from ._vllm import VLLM
from ._yaml import dump

__all__ = [
    "FREE_ARGS",
    "MEMORY_ARGS",
    "VLLM",
    "Change",
    "Data",
    "Endpoint",
    "Evaluate",
    "Generate",
    "JudgeConfig",
    "LadderConfig",
    "Layout",
    "Lora",
    "Model",
    "Paraphrase",
    "Point",
    "Quantization",
    "Ray",
    "Reasoning",
    "Recipe",
    "Replay",
    "ReplayRows",
    "Resume",
    "RungConfig",
    "Split",
    "TargetConfig",
    "Train",
    "about",
    "dump",
    "forbidden_changes",
    "load",
    "nearest",
    "parse_option",
    "point_name",
    "points",
    "resume_rule",
    "schema",
    "shipped",
]
