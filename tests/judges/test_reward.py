"""TRL's reward functions as judges, and judges as TRL's: with TRL's own functions and trainer."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import s3ft
from s3ft.errors import InputError
from s3ft.records import Verdict

ROWS: list[dict[str, Any]] = [
    {"prompt": "1/6 + 1/6?", "response": r"It is \boxed{\frac{1}{3}}.", "gold": r"$\frac{1}{3}$"},
    {"prompt": "1/6 + 1/6?", "response": r"It is \boxed{\frac{1}{2}}.", "gold": r"$\frac{1}{3}$"},
    {"prompt": "1 + 1?", "response": r"It is \boxed{2}.", "gold": ["$3$", "$2$"]},
    {"prompt": "1 + 1?", "response": r"It is \boxed{2}.", "gold": "no mathematics"},
]


def labels(verdicts: list[Verdict]) -> list[str]:
    return [verdict.label for verdict in verdicts]


def test_a_reward_function_of_trl_judges() -> None:
    verdicts = s3ft.judge(ROWS, "reward", function="trl.rewards:accuracy_reward")
    assert labels(verdicts) == ["correct", "incorrect", "correct", "unknown"]
    assert [v.reason for v in verdicts[1:]] == [
        "reward 0, threshold 1",
        "reward 1, threshold 1",
        "no reward",
    ]


def test_a_function_of_the_form_alone_needs_no_gold() -> None:
    rows = [{"response": "<think>\nWith a full stop.\n</think>\nyes."}, {"response": "yes"}]
    verdicts = s3ft.judge(rows, "reward", function="test_reward:stops")
    assert labels(verdicts) == ["correct", "incorrect"]


def stops(completions: list[Any], **kwargs: Any) -> list[float]:
    """Looks at the answer alone: what was thought before is not handed over."""
    assert not any("think" in c[0]["content"] for c in completions)
    return [float(c[0]["content"].endswith(".")) for c in completions]


def lengths(
    prompts: list[str], completions: list[str], least: list[float], **kwargs: Any
) -> list[float]:
    """Takes text, and a column that it cannot do without."""
    assert all(isinstance(text, str) for text in completions)
    assert set(prompts) <= {"spell", ""}
    return [len(text) / long for text, long in zip(completions, least, strict=True)]


async def later(completions: list[Any], solution: list[str], **kwargs: Any) -> list[float | None]:
    return [float(c[0]["content"] == s) for c, s in zip(completions, solution, strict=True)]


def short(completions: list[Any], **kwargs: Any) -> list[float]:
    return []


def test_columns_threshold_and_a_row_at_fault() -> None:
    rows: list[dict[str, Any]] = [
        {"prompt": "spell", "response": "abcd", "least": 4},
        {"response": "abc", "least": 4},
        {"response": "a", "least": 4},
        {"response": "a"},
    ]
    options = {"function": "test_reward:lengths", "threshold": 0.75, "conversational": False}
    verdicts = s3ft.judge(rows, "reward", **options)
    assert labels(verdicts) == ["correct", "correct", "incorrect", "unknown"]
    assert "least" in verdicts[-1].reason


def test_an_asynchronous_function_and_a_broken_one() -> None:
    rows = [{"response": "a", "gold": "a"}, {"response": "b", "gold": "a"}]
    verdicts = s3ft.judge(rows, "reward", function="test_reward:later")
    assert labels(verdicts) == ["correct", "incorrect"]
    verdicts = s3ft.judge(rows, "reward", function="test_reward:short")
    assert labels(verdicts) == ["unknown", "unknown"]
    assert verdicts[0].reason == "ValueError: 0 rewards for 1 completions"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"function": "trl.rewards:no_such"}, "function 'trl.rewards:no_such' cannot be imported"),
        ({"function": "accuracy_reward"}, "cannot be imported"),
        ({"function": "trl.rewards:__name__"}, "is not callable"),
        ({"function": "test_reward:short", "threshold": "high"}, "must be a number, not 'high'"),
    ],
)
def test_wrong_options(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        s3ft.judge.make("reward", options)


def test_a_judge_is_a_reward_function() -> None:
    rewards = s3ft.judge.as_reward("math", gold="answer")
    given = rewards(
        prompts=["1 + 1?", "1 + 1?", "1 + 1?", "1 + 1?"],
        completions=["The answer is 2.", "The answer is 3.", "", "The answer is 2."],
        completion_ids=[[1], [2], [3], [4]],
        answer=["2", "2", "2", ""],
        finish_reason=["length"] * 4,
        trainer_state=object(),
        log_extra=None,
    )
    assert given == [1.0, 0.0, 0.0, None]
    again = pickle.loads(pickle.dumps(rewards))
    said = [[{"role": "assistant", "content": "The answer is 2."}]]
    turns = [[{"role": "user", "content": "1 + 1?"}]]
    assert again(prompts=turns, completions=said, answer=["2"]) == [1.0]


def test_tests_stand_in_for_a_gold() -> None:
    rewards = s3ft.judge.as_reward("code")
    programs = ["def f(x): return x + 1", "def f(x): return x"]
    tests = [["assert f(1) == 2"]] * 2
    assert rewards(prompts=["f?"] * 2, completions=programs, tests=tests) == [1.0, 0.0]


def test_a_column_that_is_not_there() -> None:
    rewards = s3ft.judge.as_reward("math")
    with pytest.raises(
        InputError,
        match=r"(?s)no row can be judged, the first is malformed: no gold.*here: solution\.",
    ):
        rewards(prompts=["1 + 1?"], completions=["2"], solution=["2"])


@pytest.mark.slow
def test_trl_trains_with_a_judge(tmp_path: Path) -> None:
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    from s3ft import lab
    from s3ft.lab import MODEL

    rows = [
        {"prompt": row["prompt"], "solution": row["completion"]}
        for row in lab.rows("reading", "train", size=8)
    ]
    trainer = GRPOTrainer(
        model=str(MODEL),
        reward_funcs=[s3ft.judge.as_reward("qa", gold="solution")],
        train_dataset=Dataset.from_list(rows),
        args=GRPOConfig(
            output_dir=str(tmp_path),
            per_device_train_batch_size=8,
            num_generations=2,
            max_completion_length=48,
            max_steps=2,
            logging_steps=1,
            report_to=[],
            use_cpu=True,
        ),
    )
    trainer.train()
    logged = [log for log in trainer.state.log_history if "rewards/qa/mean" in log]
    assert len(logged) == 2
    assert all(0 <= log["rewards/qa/mean"] <= 1 for log in logged)
    assert any(log["rewards/qa/mean"] > 0 for log in logged)
