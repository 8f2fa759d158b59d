"""Which tokens are left out of the loss: never the final answer, nor the end."""

from __future__ import annotations

import random
import re
from math import log

import pytest

import architectures
from s3ft.ladder import Mask, Method, built_in_rungs, final_answer


def split(text: str) -> list[str]:
    """Tokens as a tokenizer has them: a word or a digit with the space before it."""
    return re.findall(r"\s?[^\W\d]+|\s?\d|\s?\W", text)


def found(text: str, answer: str | None) -> str:
    tokens = split(text)
    answers = answer.split("|") if answer else ()
    place = final_answer(range(len(tokens)), answers, lambda ids: "".join(tokens[i] for i in ids))
    return "".join(tokens[i] for i in place).strip()


@pytest.mark.parametrize(
    ("text", "answer", "place"),
    [
        ("2 and 2 make 4.\nSo it is 4, not 14.", "4", "4"),
        ("4 boxes of 14 are 56 apples.", "56", "56"),
        ("The name is New York City, as far as one knows.", "New York City", "New York City"),
        ("a\nb\n#### 7", None, "#### 7"),
        ("a\nb\n#### 7\n", "seven", "#### 7"),  # read otherwise than it is written
        ("Paris", "Paris", "Paris"),
        ("Yes, it was built then.\nThe passage says so.", "yes", "Yes"),
        ("It is a\nb, not A, as far as one can tell", "a", "a"),
        # The judge read the whole response; what is accepted is a word of it.
        (
            "The house of which the passage tells was built in 1905 by the city of Paris itself.",
            "The house of which the passage tells was built in 1905 by the city ...|1905",
            "1905",
        ),
        ("in the year 1905", None, "in the year 1905"),
        ("```python\ndef f(x):\n    return x\n```\n", "def f(x):\n    return x", "return x"),
        ("f = lambda a: [x for x in a if x % 2 == 0 and x > 3]", None, ""),
        ("", None, ""),
        ("```\n```", None, ""),
        ("```c\nint f() {\n    return 3;\n}\n```", None, "return 3;"),
        (
            '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>',
            'f()|{"name": "f", "arguments": {}}',
            '{"name": "f", "arguments": {}}',
        ),
    ],
)
def test_the_final_answer_is_its_last_mention_else_the_last_line(
    text: str, answer: str | None, place: str
) -> None:
    assert found(text, answer) == place


def test_it_is_a_word_of_its_own() -> None:
    tokens = ["It", " is", " 4", " (", "not", " 1", "4", ")"]
    place = final_answer(range(len(tokens)), ["4"], lambda ids: "".join(tokens[i] for i in ids))
    assert place == range(2, 3)


OTHERS = (
    "北京",
    "東京",
    "Москва",
    "café",
    "नई दिल्ली",
    "🎉",
    "👩‍👧",
    "서울",
    "القاهرة",
    "ประเทศไทย",
    "½",
    "42",
)


@pytest.mark.parametrize("name", architectures.NAMES)
def test_it_is_found_where_a_character_is_several_tokens(name: str) -> None:
    tokenizer = architectures.tokenizer_of(name)
    rng = random.Random(name)
    for _ in range(100):
        answer, *others = rng.sample(OTHERS, k=6)
        before, behind = others[:3], others[3:]
        text = f"So {'、'.join(before)}: {answer}。{' '.join(behind)} it is."
        ids = tokenizer.encode(text, add_special_tokens=False)
        place = final_answer(ids, [answer], tokenizer.decode)
        said = tokenizer.decode(ids[place.start : place.stop])
        assert said.strip(" :") == answer, text


@pytest.mark.parametrize(
    ("text", "answer", "place"),
    [
        ("一共有42个苹果，其中14个是红的。", "42", "42"),
        ("先算出三个城市的人口。\n所以答案是北京，因为它最大。", "北京", "北京"),
        ("It is 3, that is 3.0 or 13.", "3", "3"),
        ("It was 1905,Paris was it, not in 1906.", "Paris", "Paris"),
        ("In the year 4 of 1.4 and 4,000.", "4", "4"),
        ("x_1 is not the x of x_2, as you see", "x", "x"),
    ],
)
def test_it_is_no_part_of_a_number_and_needs_no_spaces(text: str, answer: str, place: str) -> None:
    letters = list(text)
    found = final_answer(range(len(text)), [answer], lambda ids: "".join(letters[i] for i in ids))
    assert text[found.start : found.stop] == place
    assert found.start == text.index(place, 4 if answer == "x" else 0)


def test_a_long_line_without_spaces_is_no_answer() -> None:
    text = "这座房子是巴黎市在一九零五年为它的居民建造的，直到今天仍然可以参观。"
    decode = lambda ids: "".join(text[i] for i in ids)  # noqa: E731
    assert not final_answer(range(len(text)), [], decode)
    assert final_answer(range(9), [], decode) == range(9)


def test_unlikely_tokens_are_left_out_but_for_the_answer_and_the_end() -> None:
    just = -log(2.5)
    trained = Mask(2.5).trained([-0.1, just, just - 0.01, -9.0, -9.0, -9.0], range(3, 4))
    assert trained == (1, 1, 0, 1, 0, 1)


def test_sources_say_what_is_masked_and_own_answers_are_not_unless_named() -> None:
    own, paraphrase, gold = built_in_rungs(["self", "paraphrase", "gold"])
    method = Method((own, paraphrase, gold), mask=Mask())
    assert [method.masks(rung) for rung in method.rungs] == [False, True, True]
    method = Method((own, paraphrase, gold), mask=Mask(sources=frozenset({"self"})))
    assert [method.masks(rung) for rung in method.rungs] == [True, False, False]
    assert not Method((own, gold)).masks(gold)
    assert not Method((own,), mask=Mask()).masks(gold)
