"""The choice judge: which label a response picks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3ft.judges.text import choice
from s3ft.records import Case, Verdict

CITIES = ["London", "Paris", "Rome", "Berlin"]


def ask(gold: str, response: str, choices: Any = None) -> Verdict:
    meta = {} if choices is None else {"choices": choices}
    return next(choice()([Case("0", (), response, (gold,), meta=meta)]))


WRONG = [
    "The answer is B. Wait, no, C.",
    "B. Actually, C.",
    "The answer is B. That's wrong, it should be C.",
    "B\n\nHmm, let me reconsider. C.",
    "The answer is B. Correction: C",
    "B, or rather C",
    "I choose B. Wait, no, C.",
    "B is wrong",
    "B is incorrect.",
    "(B) is wrong",
    "(B) is not the answer",
    "Option B is incorrect",
    "B) is not right, it must be something else",
    "B cannot be right",
    "B can't be right.",
    "B isn't correct",
    "B. is false",
    "not B",
    "Not (B)",
    "It is not B.",
    "It's not (B).",
    "The answer is not B",
    "The answer is not (B).",
    "The answer isn't B.",
    "The answer can't be B",
    "The answer cannot be (B)",
    "I doubt that the answer is B.",
    "I don't think the answer is B.",
    "The wrong answer is B.",
    "The answer is B, which is wrong.",
    "The answer is B? No.",
    "If the answer were B, if the answer is B, we would see it",
    "Everything except (B)",
    "All but (B)",
    "anything but B",
    "neither A nor B",
    "either A or B",
    "The answer is either A or B",
    "A or B",
    "A and B",
    "A, B",
    "(A) (B)",
    "A/B",
    "The answer is A or B",
    "Both A and B",
    "A",
    "C",
    "The answer is C",
    "B. Rome",
    "(B) Berlin",
    "The answer is B. Rome",
    "Answer: B) London",
    "B or C",
    "Answer: B\nAnswer: C",
    "The answer is A. No, it is B.",
    "La respuesta no es B.",
    "La respuesta no es (B).",
    "Die Antwort ist nicht B.",
    "La réponse n'est pas B.",
    "答案不是B。",
    "Ответ не B",
    "I ruled out (B).",
    "We can eliminate (B)",
    "(B) can be ruled out",
    "Rather than (B), none",
    "The answer is Rome",
    "Rome",
    "I would not choose B.",
    "I won't go with B.",
    "B, no wait, C",
    "D is correct",
    "Bananas",
    "",
    "The answer is None of them",
    "B is the one I would never pick",
    "It is B or C.",
    "I choose B or C.",
    "Die Antwort ist B oder C.",
    "La réponse est B ou C.",
    "La respuesta es B y C.",
    "Ответ: B или C",
    "答案是B或C。",
    "答案是B、C。",
    "答えはBまたはCです。",
    "我不选B。",
]
RIGHT = [
    "选B",
    "我选择B。",
    "答案是B，不是C。",
    "Die Antwort ist B, nicht C.",
    "The answer is not A. The answer is not C. So the answer is B.",
    "The answer is not A. I choose B.",
    "B",
    "b",
    "(B)",
    "(b)",
    "B.",
    "B)",
    "[B]",
    "**B**",
    "*B*",
    "`B`",
    '"B"',
    "B. Paris",
    "B) Paris",
    "(B) Paris",
    "B: Paris",
    "B - Paris",
    "Paris",
    "paris.",
    "**Paris**",
    "The answer is B.",
    "The answer is (B).",
    "The answer is **B**.",
    "The answer is B, since A is wrong",
    "The answer is B because A is wrong",
    "The correct answer is B",
    "The correct option is B.",
    "Correct answer: B",
    "Final answer: B",
    "**Answer:** B",
    "Answer: (b)",
    "Answer: B) Paris",
    "Answer: option B",
    "Option B",
    "Option B.",
    "Choice (B)",
    "\\boxed{B}",
    "$\\boxed{\\text{B}}$",
    "\\boxed{\\text{(B)}}",
    "#### B",
    "<answer>B</answer>",
    "I think (B) is right",
    "(A) is wrong. (B) is right.",
    "A is wrong. The answer is B.",
    "Not A. The answer is B.",
    "I choose B.",
    "I would go with option B.",
    "It is B.",
    "It's B",
    "It must be B.",
    "B is correct.",
    "B is the correct answer",
    "B is right, because it is the capital",
    "Therefore, the answer is B.",
    "La réponse est B.",
    "La réponse est la B.",
    "La bonne réponse est B",
    "Antwort: B",
    "Die richtige Antwort ist B.",
    "La respuesta correcta es B.",
    "La respuesta es la opción B",
    "Respuesta: B",
    "A resposta é B",
    "A resposta correta é a letra B.",
    "La risposta corretta è B",
    "Ответ: B",
    "Правильный ответ: B",
    "Ответ — B",
    "答案是B。",
    "答案：B",
    "正确答案是B",
    "答えはBです。",
    "정답은 B입니다.",
    "정답: B",
    "الإجابة الصحيحة هي B",
    "الجواب: B",
    "उत्तर: B",
    "Svar: B",
    "Odpowiedź: B",
    "Cevap: B",
    "Đáp án: B",
    "Jawaban: B",
    "Het antwoord is B",
    "Răspuns: B",
    "The answer is Paris.",
    "The answer is B</s>",
    "B<|im_end|>",
    "The answer is: B",
    "Answer - B",
]


@pytest.mark.parametrize("response", WRONG)
def test_a_label_that_is_denied_or_one_of_several_is_not_picked(response: str) -> None:
    assert ask("B", response, CITIES).label == "incorrect"


@pytest.mark.parametrize("response", RIGHT)
def test_a_label_in_odd_dress_is_picked(response: str) -> None:
    assert ask("B", response, CITIES).label == "correct"
    assert ask("C", response, CITIES).label == "incorrect"


@pytest.mark.parametrize(
    "response",
    ["3 of these are wrong, so 2", "3 is wrong", "The answer is 3 of them", "not 3", "3.5", "13"],
)
def test_a_number_that_is_no_label(response: str) -> None:
    numbered = {"text": CITIES, "label": ["1", "2", "3", "4"]}
    assert ask("3", response, numbered).label == "incorrect"


@pytest.mark.parametrize(
    "response",
    [
        "B",
        "b",
        "(B)",
        "B.",
        "**B**",
        "B) Paris",
        "B. Paris",
        "Answer: B",
        "Answer: (b)",
        "The answer is B.",
        "The answer is **B**, since A is wrong",
        "The correct option is (B).",
        "\\boxed{B}",
        "$\\boxed{\\text{(B)}}$",
        "#### B",
        "I think (B) is right",
    ],
)
def test_reads_a_label(response: str) -> None:
    assert ask("B", response).label == "correct"
    assert ask("B", response, CITIES).label == "correct"
    assert ask("C", response, CITIES).label == "incorrect"


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("A", "The answer is a dog"),
        ("A", "A dog"),
        ("I", "I think so"),
        ("B", "Bananas"),
        ("B", "The answer is not B."),
        ("B", "The answer is B or C"),
        ("B", "Answer: A\nAnswer: B"),
        ("B", "(A) or (B)"),
        ("B", ""),
        ("1", "The answer is 2"),
    ],
)
def test_does_not_read_one_where_none_is_meant(gold: str, response: str) -> None:
    assert ask(gold, response).label == "incorrect"


def test_gold_and_response_may_be_texts_of_choices() -> None:
    for gold in ("B", "1", "Paris", "paris"):
        assert ask(gold, "B", CITIES).label == "correct"
        assert ask(gold, "Paris.", CITIES).label == "correct"
        assert ask(gold, "The answer is Paris.", CITIES).label == "correct"
        assert ask(gold, "Rome", CITIES).label == "incorrect"


def test_labels_of_their_own() -> None:
    numbered = {"text": CITIES, "label": ["1", "2", "3", "4"]}
    assert ask("2", "The answer is 2.", numbered).label == "correct"
    assert ask("2", "Paris", numbered).label == "correct"
    assert ask("2", "B", numbered).label == "incorrect"


def test_numbers_may_be_labels() -> None:
    assert ask("2", "The answer is 2.").label == "correct"


def test_what_could_be_index_and_text_is_unknown() -> None:
    assert ask("1", "A", ["1", "2", "3"]).label == "unknown"
    assert ask("1", "B", ["0", "1", "2"]).label == "correct"


def test_what_is_no_choice_is_unknown() -> None:
    assert ask("Paris", "B").label == "unknown"
    assert ask("7", "B", CITIES).label == "unknown"
    for choices in ("AB", 3, {"text": CITIES}, {"text": CITIES, "label": ["A"]}):
        assert ask("B", "B", choices).reason.startswith("malformed: choices")


def test_arc_questions(shared_data: Path) -> None:
    with (shared_data / "arc_winogrande" / "arc_challenge.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    accepted = 0
    for row in rows:
        right, text = row["gold"], row["choices"][row["gold"]]
        accepted += ask(str(right), f"The answer is {text}", row["choices"]).label == "correct"
        assert ask("ABCDE"[right], f"({'ABCDE'[right]}) {text}", row["choices"]).label == "correct"
        wrong = "ABCDE"[right - 1 if right else 1]
        assert ask("ABCDE"[right], f"Answer: {wrong}", row["choices"]).label == "incorrect"
    # The rest are numbers, which could be an index, or texts of several clauses.
    assert accepted >= 0.9 * len(rows)
