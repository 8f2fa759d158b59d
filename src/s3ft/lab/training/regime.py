"""What decides a base model beside its seed, and a small one to try the script with."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Regime:
    """Everything that decides the model, but for the seed. Stages are in tokens, lessons texts."""

    hidden: int = 256
    layers: int = 6
    heads: int = 4
    inner: int = 704
    stage_one: int = 7_000_000
    stage_two: int = 16_000_000
    lessons: int = 9_000
    lessons_share: float = 0.2
    books_share: float = 0.2
    rows: int = 12
    length: int = 384
    rope_theta: float = 500_000.0
    learning_rate: float = 3e-3
    warmup_steps: int = 100
    weight_decay: float = 0.1
    tokenizer_texts: int = 8_000
    compiled: bool = True


QUICK = replace(
    Regime(),
    hidden=64,
    layers=2,
    heads=2,
    inner=128,
    stage_one=60_000,
    stage_two=60_000,
    lessons=50,
    warmup_steps=5,
    tokenizer_texts=1_000,
    compiled=False,
)
