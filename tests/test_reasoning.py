"""The marks of public models, and what only looks like them."""

from __future__ import annotations

import pytest

from growth import assert_linear
from s3ft.reasoning import closing, opened_by, split

HARMONY = "<|channel|>analysis<|message|>3 and 4.<|end|><|start|>assistant<|channel|>"
SPLIT = [
    ("<think>\n3 and 4.\n</think>\n\nIt is 7.", "It is 7.", "3 and 4."),
    ("<think>\n\n</think>\n\nIt is 7.", "It is 7.", ""),
    ("3 and 4.\n</think>\n\nIt is 7.", "It is 7.", "3 and 4."),  # opened by the prompt
    ("<THINK>3 and 4.</Think>It is 7.", "It is 7.", "3 and 4."),
    ("<thinking>3 and 4.</thinking> It is 7.", "It is 7.", "3 and 4."),
    ("<thought>\n3 and 4.</thought>\nIt is 7.", "It is 7.", "3 and 4."),
    ("<reasoning>3 and 4.</reasoning>\n\nIt is 7.", "It is 7.", "3 and 4."),
    ("<scratchpad>3 and 4.</scratchpad>\n\nIt is 7.", "It is 7.", "3 and 4."),
    ("[THINK]3 and 4.[/THINK]It is 7.", "It is 7.", "3 and 4."),
    ("<seed:think>3 and 4.</seed:think>It is 7.", "It is 7.", "3 and 4."),
    ("◁think▷3 and 4.◁/think▷It is 7.", "It is 7.", "3 and 4."),
    ("<|begin_of_thought|>3 and 4.<|end_of_thought|><|begin_of_solution|>It is 7."
     "<|end_of_solution|>", "It is 7.", "3 and 4."),
    ("<|START_THINKING|>3 and 4.<|END_THINKING|><|START_RESPONSE|>It is 7.<|END_RESPONSE|>",
     "It is 7.", "3 and 4."),
    (HARMONY + "final<|message|>It is 7.<|return|>", "It is 7.", "3 and 4."),
    (HARMONY + "final <|constrain|>json<|message|>It is 7.", "It is 7.", "3 and 4."),
    ("<|channel|>final<|message|>It is 7.", "It is 7.", ""),
    ("analysisWe add.assistantfinalIt is 7.", "It is 7.", "We add."),
    ("<|channel>thought\n3 and 4.\n<channel|>It is 7.", "It is 7.", "3 and 4."),
    # Several blocks: the answer is what follows the last.
    ("<think>3</think>Hm.<think>and 4.</think>It is 7.", "It is 7.", "3</think>Hm.<think>and 4."),
    ("Well.\n<think>3 and 4.</think>\nIt is 7.", "It is 7.", "Well.\n<think>3 and 4."),
    # An indent that code needs stays.
    ("<think>Plus one.</think>\n    return x + 1\n", "    return x + 1", "Plus one."),
    # Fences in a thought are no code of the answer.
    ("<think>\n```python\nf(1)\n</think>\n```python\nf(2)\n```", "```python\nf(2)\n```",
     "```python\nf(1)"),
]  # fmt: skip
UNFINISHED = [
    "<think>\n3 and 4. So it is 7.",
    "<thinking>3 and 4. So it is 7.",
    "[THINK]3 and 4.",
    "It is 7. <think>Or is it?",
    "<think>3</think>It is 7.\n<think>Or is it?",
    "<|channel|>analysis<|message|>3 and 4. So it is 7.",
    HARMONY + "commentary<|message|>It is 7.",
    "analysisWe add 3 and 4.",
    "thought\n3 and 4.",  # Gemma's channel less its special tokens: it has no end to be seen
    "<|channel>thought\n3 and 4.",
]
WHOLE = [
    "It is 7.",
    "",
    "  It is 7.  ",
    "The analysis says 7.",
    "analysis: it is 7",
    "analysis3 and 4.",
    "thoughts\non 7",
    "It is the tag `<think>` that opens and `</think>` that closes.",
    'print("<think>")',
    "```html\n<think>\n```\nopens it.",
    "In XML: <reasoning>a</reasoning>",
    "a <thought> on 7",
    "The final answer is in the assistantfinal channel.",
]


@pytest.mark.parametrize(("text", "answer", "reasoning"), SPLIT)
def test_the_answer_is_what_follows_the_reasoning(text: str, answer: str, reasoning: str) -> None:
    parts = split(text)
    assert (parts.answer, parts.reasoning, parts.finished) == (answer, reasoning, True)


@pytest.mark.parametrize("text", UNFINISHED)
def test_a_block_without_an_end_leaves_no_answer(text: str) -> None:
    parts = split(text)
    assert (parts.answer, parts.finished) == ("", False)
    assert parts.reasoning


@pytest.mark.parametrize("text", WHOLE)
def test_what_only_speaks_of_reasoning_is_an_answer(text: str) -> None:
    parts = split(text)
    assert (parts.answer, parts.reasoning, parts.finished) == (text, "", True)


def test_a_block_that_the_prompt_opened() -> None:
    assert opened_by("<|Assistant|><think>\n") == "<think>"
    assert opened_by("Use <think> here.") == ""
    assert opened_by("<think></think>") == ""
    assert closing("<think>") == "</think>"
    assert split("3 and 4.\n</think>7", "<think>").answer == "7"
    assert not split("So it is 7.", "<think>").finished
    assert split("\n</think>\n\n7", "<think>").reasoning == ""


@pytest.mark.parametrize(
    "unit",
    ["<think>", "</think>", "<thinking>", "<|channel|>", "<|channel|>final<|message|>", " ", "\n",
     "```\n", "`", "analysisAssistantfinal", "[THINK", "<", "a"],
)  # fmt: skip
def test_a_megabyte_is_read_in_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert_linear(lambda size: split(text[:size]), len(text))
