"""The paraphrase's prompt and the leak filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from s3ft.errors import InputError
from s3ft.judges import without_leaks
from s3ft.ladder import RungPrompt, built_in_rungs, leak
from s3ft.records import Case, Example, Message, Response, Verdict

EXAMPLE = Example(
    "e1",
    (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is {{ gold }} and {answer}?"},
    ),
    "It is 4 {{ question }}.",
    {"answer": "4"},
)


def paraphrase(path: Path | str | None = None) -> RungPrompt:
    (rung,) = built_in_rungs(["paraphrase"])
    return RungPrompt(rung if path is None else replace(rung, prompt=str(path)))


def test_the_prompt_shows_question_and_gold_as_they_are() -> None:
    system, user = paraphrase().messages(EXAMPLE, ["4"])
    assert system == EXAMPLE.prompt[0]
    assert user["role"] == "user"
    assert "What is {{ gold }} and {answer}?" in user["content"]
    assert "It is 4 {{ question }}." in user["content"]


def test_a_prompt_of_ones_own_may_name_columns(tmp_path: Path) -> None:
    path = tmp_path / "mine.j2"
    path.write_text("{{ question }} | {{ gold }} | {{ answer }}")
    content = paraphrase(path).messages(EXAMPLE, ["4"])[-1]["content"]
    assert content == "What is {{ gold }} and {answer}? | It is 4 {{ question }}. | 4"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{{ gold", "no template"), ("only {{ question }}", "does not show the gold")],
)
def test_a_prompt_that_cannot_work_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "bad.j2"
    path.write_text(text)
    with pytest.raises(InputError, match=problem):
        paraphrase(path)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.j2"
    path.write_text("{{ gold }} {{ explanation }}")
    with pytest.raises(InputError, match="explanation"):
        paraphrase(path).messages(EXAMPLE, ["4"])


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"absent\.j2"):
        paraphrase("absent.j2")


@pytest.mark.parametrize(
    ("gold", "meta", "shown"),
    [
        ("Bayeux Tapestry", {}, "The correct answer is: Bayeux Tapestry\nAnswer the question with"),
        ("unanswerable", {"answerable": False}, "that the text above does not hold the answer."),
        ("none", {"answerable": False, "context": "A."}, "that the passage does not hold the"),
        ("Yes", {"answerable": True}, "The correct answer is: Yes\n"),
        ("She had 5. " * 5, {}, "Rewrite the reference answer in your own words"),
        ("First 2.\nThen 4.", {}, "Rewrite the reference answer in your own words"),
        ("def f(x): return x", {}, "Rewrite the reference answer in your own words"),
        ("```\nx = 1\n```", {}, "Rewrite the reference answer in your own words"),
    ],
)
def test_the_gold_is_shown_as_its_form_asks_for(
    gold: str, meta: dict[str, object], shown: str
) -> None:
    example = Example("e", EXAMPLE.prompt, gold, meta)
    assert shown in paraphrase().messages(example, [gold])[-1]["content"]


def test_the_papers_wording_comes_with_the_package() -> None:
    content = paraphrase("guided.j2").messages(EXAMPLE, ["4"])[-1]["content"]
    assert content.endswith("Using the reference answer as a guide, write your own response.")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("paraphrase.j2", "Rewrite the answer in your own words."),
        ("paraphrase.j2", "It is 4.\n\nKeep every fact, number, and the final answer"),
        ("paraphrase.j2", "Four. say this in one short sentence!"),
        ("paraphrase.j2", "4, to answer the question with it in one short sentence"),
        ("rewrite.j2", "GIVE ONLY THE ANSWER: 4"),
        ("rewrite.j2", "4, the way you would answer the question"),
        ("guided.j2", "Using the reference answer as a guide, it is 4."),
        ("guided.j2", "My response with the answer as a guide, write your own: 4"),
    ],
)
def test_what_repeats_the_prompt_s_own_orders_is_a_leak(template: str, text: str) -> None:
    assert leak(text, ["What is 2 + 2?", "4"], paraphrase(template).leaks)


def test_orders_of_a_template_of_ones_own_are_not_repeated_either(tmp_path: Path) -> None:
    path = tmp_path / "mine.j2"
    path.write_text("{{ question }}\nThe truth is: {{ gold }}\nNow sing it like a bird would sing.")
    leaks = paraphrase(path).leaks
    assert leak("I sing it like a bird would: 4", ["2 + 2?", "4"], leaks)
    assert leak("A bird sang: 4. The truth is: 4", ["2 + 2?", "4"], leaks) is None
    assert (
        leak("It can sing it like a bird would.", ["Sing it like a bird would.", "4"], leaks)
        is None
    )


@pytest.mark.parametrize("template", ["paraphrase.j2", "rewrite.j2", "guided.j2"])
@pytest.mark.parametrize(
    "text",
    [
        "The correct answer is 4.",
        "The passage does not hold the answer to the question of how much it is.",
        "The text above does not hold the answer.",
        "In one sentence, 2 + 2 is 4.",
        "The answer to the question is 4, and the final answer is even.",
        "He gave only the answer, and kept every number.",
        "I answer the question with a number: 4.",
    ],
)
def test_ordinary_words_of_a_template_are_no_leak(template: str, text: str) -> None:
    assert leak(text, ["What is 2 + 2?", "4"], paraphrase(template).leaks) is None


@pytest.mark.parametrize(
    "text",
    [
        "As the reference answer says, it is 4.",
        "Based on the provided solution, 2 + 2 = 4.",
        "As given above, the result is 4.",
        "Reference answer: 4",
        "Here is the rewritten answer: 4",
        "In my own words: four.",
        "Following the solution given above, we get 4.",
        "Sure! Let me rephrase the text. It is 4.",
        "According to the ground truth answer it is 4",
    ],
)
def test_talk_of_a_reference_is_a_leak(text: str) -> None:
    assert leak(text, ["What is 2 + 2?", "4"])


@pytest.mark.parametrize(
    "text",
    [
        "Laut der Referenzantwort ist es 4.",
        "Nach der vorgegebenen Lösung sind es 4.",
        "In eigenen Worten: vier.",
        "Selon la réponse de référence, c'est 4.",
        "D'après la solution fournie, 4.",
        "Según la respuesta proporcionada son 4.",
        "Con mis propias palabras: cuatro.",
        "A resposta fornecida diz 4.",
        "Secondo la risposta di riferimento fa 4.",
        "Согласно эталонному ответу, 4.",
        "Своими словами: четыре.",
        "根据参考答案，结果是4。",
        "根據提供的解答，結果是4。",
        "用我自己的话说，是4。",
        "改写后的答案：4",
        "参考の解答によると4です。",
        "模範解答では4です。",
        "제공된 정답은 4입니다.",
        "제 말로 하면 4입니다.",
    ],
)
def test_so_it_is_in_other_languages(text: str) -> None:
    assert leak(text, ["2 + 2?", "4"])


@pytest.mark.parametrize(
    "text",
    [
        "Die gegebenen Zahlen sind 2 und 2, die Antwort ist 4.",
        "La solution est donnée par 2 + 2, la réponse est donc 4.",
        "La respuesta final es 4; el número anterior era 3.",
        "La soluzione: data la somma, la risposta è 4.",
        "Данный ответ верен: исходные числа 2 и 2, ответ 4.",
        "已知提供的苹果有2个，标准差不算，所以答案是4。",
        "与えられた数は2と2なので、答えは4です。",
        "주어진 수는 2와 2이므로 답은 4입니다.",
    ],
)
def test_ordinary_answers_in_other_languages_are_no_leak(text: str) -> None:
    assert leak(text, ["2 + 2?", "4"]) is None


def test_orders_without_spaces_between_words_are_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "mine.j2"
    path.write_text(
        "{{ question }}\n正确答案是：{{ gold }}\n请换一种说法写出这个解答。只给出答案。"
    )
    leaks = paraphrase(path).leaks
    assert leak("请换一种说法写出这个解答：4", ["2 + 2?", "4"], leaks)
    assert leak("只给出答案：4", ["2 + 2?", "4"], leaks)
    assert leak("正确答案是：4。这个解答给出答案。", ["2 + 2?", "4"], leaks) is None


@pytest.mark.parametrize(
    "text",
    [
        "2 + 2 = 4. The answer is 4.",
        "The solution is a mixture of salt and water.",
        "Her answer was given to the teacher.",
        "He provided 3 apples and was given 4 more, so the answer is 7.",
        "The model car costs 5 dollars.",
        "First add the numbers above 3.",
    ],
)
def test_ordinary_answers_are_no_leak(text: str) -> None:
    assert leak(text, ["What is 2 + 2?", "4"]) is None


def test_the_task_s_own_words_are_no_leak() -> None:
    question = "Does the reference answer agree with the student?"
    assert leak("Yes, the reference answer agrees.", [question, "Yes."]) is None
    assert leak("Yes, the reference answer agrees.", ["Does it?", "Yes."])


def test_the_judge_is_asked_only_about_clean_text() -> None:
    seen: list[str] = []

    def judge(cases: Iterable[Case]) -> Iterator[Verdict]:
        for case in cases:
            seen.append(case.key)
            yield Verdict(case.key, "correct")

    texts = ["as given above, 4", "It is 4.", "the reference answer is 4"]
    cases = [Case(str(n), EXAMPLE.prompt, text, ("4",)) for n, text in enumerate(texts)]
    verdicts = {verdict.key: verdict for verdict in without_leaks(judge, paraphrase())(cases)}
    assert seen == ["1"]
    assert [verdicts[str(n)].label for n in range(3)] == ["incorrect", "correct", "incorrect"]
    assert "as given above" in verdicts["0"].reason


def test_the_completion_s_words_are_no_leak_where_the_gold_is_short() -> None:
    completion = "The reference answer of the key is B, as given above. So it is B."
    example = Example("e", EXAMPLE.prompt, completion, {"gold": ["B"]})
    texts = ["The reference answer of the key is B.", "The provided solution says B."]
    for n, text in enumerate(texts):
        case = Case.of(str(n), example, Response(str(n), text))
        assert case.gold == ("B",)
        [verdict] = without_leaks(accept, paraphrase())(iter([case]))
        assert verdict.label == ("incorrect" if n else "correct")


def accept(cases: Iterable[Case]) -> Iterator[Verdict]:
    for each in cases:
        yield Verdict(each.key, "correct")


def test_functions_stay_with_the_prompt_and_what_one_returned_before_the_text() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    asked: Message = {"role": "user", "content": "What is it?", "tools": [tool]}
    [user] = paraphrase().messages(replace(EXAMPLE, prompt=(asked,)), ["4"])
    assert user["tools"] == [tool]
    result: Message = {"role": "tool", "content": "4"}
    *before, last = paraphrase().messages(replace(EXAMPLE, prompt=(asked, result)), ["4"])
    assert before == [asked, result]
    assert last["role"] == "user"
    assert "What is it?" in last["content"]
