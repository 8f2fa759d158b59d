"""Abstaining, as the judge qa reads it: what says that there is no answer, and what only sounds so.

Tables are of responses with the question they answer. Most abstentions answer one question, whose
right answer, where it has one, would be Paris.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from growth import assert_linear
from s3ft.judges import registry, to_case
from s3ft.judges.qa.abstain import abstention, only_abstains, takes_back

BORN = "Where was Ada Brown born?"
OPENED = "When was the bridge opened?"
FOUNDED = "Who founded the company?"


def label(response: str, question: str, **columns: Any) -> str:
    row = {"response": response, "question": question, "prompt": question, **columns}
    return next(registry.make("qa", {})([to_case("0", row)])).label


def verdict(response: str, question: str, gold: str | None) -> str:
    """The label, for a question whose accepted answer is ``gold``, or which has none."""
    if gold is None:
        return label(response, question, gold="unanswerable", answers=[], answerable=False)
    return label(response, question, gold=gold, answers=[gold], answerable=True)


ABSTAINS = """
The passage is silent on this.
None of the documents say.
It is unclear from the text.
Not stated in the passage.
The passage doesn't provide that information.
The provided context does not contain information about Ada Brown's birthplace.
I can't answer this question based on the given context.
Based on the passage, it is not possible to determine where Ada Brown was born.
Her birthplace isn't given.
No information is provided about her place of birth.
**Unanswerable**
N/A
> The passage does not say.
- Not mentioned in the passage.
*The passage does not mention this.*
**Answer:** not mentioned in the passage
"The passage does not mention where she was born."
The answer is "unanswerable".
My answer: the text doesn't say.
I’m sorry, but the passage doesn’t say.
The text doesnt say.
I dont know
IDK
I really don't know.
I haven't got a clue.
I've no idea.
I am unable to answer this question.
One cannot tell from the text where she was born.
You can't tell from the passage.
Readers are never told where she was born.
We do not learn where she was born.
The text leaves her birthplace unmentioned.
The author does not say where Ada Brown was born.
The passage, which is about Ada Brown's career, does not say where she was born.
The text you've given me doesn't mention her birthplace.
The document(s) provided do not say.
This is not discussed in the article.
This detail is omitted from the passage.
This goes unmentioned in the passage.
It doesn't say.
Doesn't say.
No answer can be found in the text.
There's no way to know from this passage.
There is no way of telling.
There is no evidence in the passage of where she was born.
There's no Ada Brown in this passage.
Ada Brown's place of birth remains unknown.
Where she was born is unclear.
Where was Ada Brown born? The passage doesn't say.
Birthplace: not mentioned
No, the passage does not say where she was born.
Nowhere does the text say where she was born.
In none of the documents is her birthplace given.
Neither of the passages gives her birthplace.
The search results do not contain information on this.
The passage does not, however, say where she was born.
The passage sheds no light on where she was born.
The text has nothing on this.
This is beyond the scope of the passage.
That is not something the passage tells us.
Ada Brown's birthplace is not something that the text reveals.
Unfortunately, the given information is insufficient to determine that.
I looked through the passage, but it does not say where she was born.
After reading the passage, I cannot determine where she was born.
From what is given, one can't determine her birthplace.
I don't think the passage says where she was born.
It seems that the passage does not mention her birthplace.
Regarding her birthplace, the passage says nothing.
More information is needed to answer this question.
The passage cannot be used to answer this question.
Although the text talks about her career, her birthplace is not mentioned.
Since the passage does not mention her birthplace, the question cannot be answered.
The question cannot be answered because the passage does not mention her birthplace.
The passage doesn't say where she was born. Therefore, the answer is unanswerable.
The passage mentions that she studied in London, but it does not say where she was born.
The passage tells us what she did but not where she was born.
The text mentions her marriage but gives no birthplace.
The passage only mentions her career. It does not say where she was born.
The text neither states nor implies where she was born.
The passage only talks about her career, not about her birth.
The passage is only about her career, not her birthplace.
The text merely describes her career, not where she was born.
The question assumes something that the passage does not say.
This question asks for a birthplace, which the text does not mention.
The document describes her career without mentioning her birthplace.
The document describes her career, but no birthplace is given.
The question "Where was Ada Brown born?" cannot be answered from the passage.
Ada Brown is mentioned, but her birthplace is not.
The passage does not state this, making the question unanswerable.
You haven't provided a document that mentions her birthplace.
Good question! The passage does not say.
The passage doesn’t tell us; we only learn that she studied chemistry.
The text does not say. It is about Ada Green, who was born in Paris.
The question assumes that the passage mentions her birth, but it does not.
The passage does not mention where she was born. If you have more context, please share it.
As an AI language model, I don't know.
""".strip().splitlines()


@pytest.mark.parametrize("response", ABSTAINS)
def test_says_that_there_is_no_answer(response: str) -> None:
    assert verdict(response, BORN, None) == "correct"
    assert verdict(response, BORN, "Paris") == "incorrect"


@pytest.mark.parametrize(
    ("question", "response"),
    [
        (OPENED, "No date is given for the opening."),
        (OPENED, "The year in which the bridge was opened is not mentioned."),
        (OPENED, "The article mentions the bridge, but not when it was opened."),
        (OPENED, "The available information does not allow an answer."),
        (FOUNDED, "The founder is not named in the passage."),
        (FOUNDED, "The founder of the company is unknown."),
        (FOUNDED, "Nobody is named as the founder in the text."),
        ("How many people attended?", "How many people attended is unknown."),
        ("How many people attended?", "The text does not quantify attendance."),
        ("Did the king have children?", "The passage does not say whether he had children."),
        ("What does the text say about tea?", "The text does not say anything about tea."),
        ("What is not said of tea?", "I do not know."),
    ],
)
def test_says_so_of_other_questions(question: str, response: str) -> None:
    assert verdict(response, question, None) == "correct"


# An answer that sounds like abstaining: of a law or a witness, quoted, conditional, a reason.
SOUNDS_LIKE_IT = [
    ("Does the policy cover dental care?", "No, the policy does not cover dental care.", "No"),
    ("Does the document cover dental care?", "No, the document does not cover it.", "No"),
    ("Does the contract mention a penalty?", "No, the contract does not mention one.", "No"),
    ("Does the author say why?", "No, the author does not say why.", "No"),
    ("Is breakfast included?", "No, breakfast is not included.", "No"),
    ("Was the name disclosed?", "No, the name was not disclosed.", "No"),
    ("Can it be determined by a test?", "No, it cannot be determined by a test.", "No"),
    ("Is it known who built it?", "No, it is not known who built it.", "No"),
    ("What does the law leave out?", "The law does not mention e-bikes.", "e-bikes"),
    ("What does the treaty not mention?", "The treaty does not mention the islands.", "islands"),
    ("Why was he expelled?", "He failed to mention his conviction.", "failed to mention his"),
    ("Why was it rejected?", "Because the form did not state a date.", "did not state a date"),
    ("What did the witness say?", "He said he could not tell.", "he could not tell"),
    ("What did the witness say?", 'The witness said: "I don\'t know."', "I don't know"),
    ("What did the king reply?", "The king replied that he did not know.", "did not know"),
    ("What was the title of the song?", 'It was "Unknown".', "Unknown"),
    ("What was the title of the song?", '"No Answer"', "No Answer"),
    ("How many players were sent off?", "None.", "none"),
    ("What did police find?", "Police found no evidence of a crime.", "no evidence of a crime"),
    ("What was the outcome?", "They found no survivors.", "no survivors"),
    ("What does the king lack?", "The king lacks information.", "information"),
    ("What can't the machine determine?", "The machine cannot determine weight.", "weight"),
    ("Which language has no word for blue?", "Himba has no word for blue.", "Himba"),
    ("What if the page is not found?", "If the page is not found, call us.", "call us"),
    ("What if you are not sure?", "If you are not sure, ask a doctor.", "ask a doctor"),
    ("What does the law say?", "The statute is silent on e-bikes.", "silent on e-bikes"),
    ("What was wrong?", "It did not show the river.", "did not show the river"),
    ("What was wrong with the map?", "The legend was missing.", "legend was missing"),
    ("Who was the unknown sitter?", "The unknown sitter was Anna Smith.", "Anna Smith"),
    ("Who is liable?", "The airline is not liable; the passenger is.", "the passenger"),
    ("What did the box hold?", "There was nothing in the box.", "nothing"),
    ("What is the rule on phones?", "Phones are not mentioned in the rules.", "not mentioned in"),
    ("What did the note contain?", "The note did not contain any information.", "not contain any"),
    ("How do I log in?", "If you don't know your password, click the link.", "click the link"),
    ("What did she do?", "She moved to a place that is not mentioned on maps.", "moved to a place"),
    (BORN, "She was born in Paris, but the passage does not say when.", "Paris"),
    (BORN, "The passage only says that she was born in Paris, not when.", "Paris"),
    (BORN, "The text only mentions Paris, not the year.", "Paris"),
    (BORN, "Paris; the date of her birth is not given.", "Paris"),
    (BORN, "Paris. The text does not say which hospital.", "Paris"),
    (BORN, "In Paris, though it is not clear in which year.", "Paris"),
    (BORN, "I don't know the year, but she was born in Paris.", "Paris"),
    (BORN, "Although her parents are not named, she was born in Paris.", "Paris"),
    (OPENED, "It was opened in 1912. The architect is not mentioned.", "1912"),
    (FOUNDED, "Lee Hall did. The passage does not say when.", "Lee Hall"),
]


@pytest.mark.parametrize(("question", "response", "gold"), SOUNDS_LIKE_IT)
def test_an_answer_only_sounds_like_it(question: str, response: str, gold: str) -> None:
    assert verdict(response, question, gold) == "correct"
    assert verdict(response, question, None) == "incorrect"


# What equals an accepted answer is one, though without that it would abstain.
@pytest.mark.parametrize(
    ("question", "response", "gold"),
    [
        ("What did the king reply?", "I don't know.", "I don't know"),
        ("What did he reply?", "It is impossible to tell.", "It is impossible to tell"),
        ("Who painted it?", "The artist is unknown.", "unknown"),
        ("Who painted it?", "It is unknown who painted it.", "unknown"),
        ("What is its status?", "Unclear", "unclear"),
        ("What happened?", "There was no answer.", "there was no answer"),
        ("What is on it?", "The text says nothing about the king.", "nothing about the king"),
        ("Why was it criticised?", "The article did not mention them.", "did not mention them"),
    ],
)
def test_an_accepted_answer_is_an_answer(question: str, response: str, gold: str) -> None:
    assert verdict(response, question, gold) == "correct"


@pytest.mark.parametrize(
    ("question", "response", "gold"),
    [
        ("What did the king reply?", "I don't know what he replied.", "I don't know"),
        ("How many were there?", "None of the documents say.", "none"),
        ("Is it red?", "No, the text does not say.", "No"),
        ("How many were there?", "The text does not say.", "none"),
    ],
)
def test_an_abstention_is_not_the_answer_it_holds(question: str, response: str, gold: str) -> None:
    assert verdict(response, question, gold) == "incorrect"


ANSWERS_AS_WELL = """
I don't know, maybe Paris.
I don't know, Paris.
Not stated, Paris.
Unknown. Paris.
Unknown, but Paris is likely.
Unanswerable; Paris
The text does not say, but Paris seems likely.
The text doesn't say - Paris.
The passage does not say where she was born; she was born in Paris.
The passage doesn't mention it. Based on general knowledge, Ada Brown was born in Paris.
The passage does not contain her birthplace, which is Paris.
It is unclear, but the answer is probably Paris.
It's not mentioned, so I would guess Paris.
I'm not sure. Paris?
Not mentioned, although it implies Paris.
The text does not explicitly say so, but it says she comes from Paris.
Although it is not stated, she was born in Paris.
Although the passage doesn't say it directly, Paris.
Since the passage does not say, I will say Paris.
Paris. But I am not sure.
Paris, I am not sure though.
Paris (not stated in the text).
The text does not mention it. Her birthplace is Paris.
The text does not say that she was born in Rome. She was born in Paris.
The passage is silent on this; however, it was Paris.
None of the documents say it, but it is Paris.
I cannot find the answer in the text, yet I believe it is Paris.
Her birthplace is not mentioned, but her parents lived in Paris, so it must be Paris.
Ada Brown was born in Paris. The passage does not mention this.
The passage says Paris. I don't know if this is right.
N/A (Paris)
The text does not say / Paris
The text does not say. Please note that she was born in Paris.
The text does not say. I suggest Paris.
The text does not say. I just know it is Paris.
The text does not say. It gives Paris as her birthplace.
If I had to guess I would say Paris, as the text does not say.
The passage does not mention any city other than Paris.
She was born in Paris, which the text does not mention.
""".strip().splitlines()


@pytest.mark.parametrize("response", ANSWERS_AS_WELL)
def test_a_guess_beside_an_abstention_is_right_in_neither_case(response: str) -> None:
    assert verdict(response, BORN, None) == "incorrect"
    assert verdict(response, BORN, "Paris") == "incorrect"


@pytest.mark.parametrize(
    "response",
    [
        "She does not say.",
        "Ada Brown never mentioned it.",
        "Her family does not know.",
        "The hospital did not provide the information.",
        "Officials have not said where she was born.",
        "The law does not state where.",
        "Nobody was born there.",
        "No one lives there.",
        "There were no sources.",
        "The results were inconclusive.",
        "Accidental damage is not covered.",
        "The cause is not in the list.",
        "She was born in an unknown village.",
        "The king could not find the answer.",
        "Yes, the text does not say.",
    ],
)
def test_another_who_is_silent_answers(response: str) -> None:
    assert verdict(response, BORN, None) == "incorrect"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"answers": [], "answerable": True}, "unknown"),
        ({"answers": {"text": []}, "answerable": True}, "unknown"),
        ({"answers": None, "gold": "unanswerable", "answerable": True}, "unknown"),
        ({"answers": ["Paris"], "answerable": False}, "unknown"),
        ({"answers": ["CANNOTANSWER"], "answerable": False}, "incorrect"),
        ({"answers": [], "answerable": False}, "incorrect"),
        ({"answers": None, "answer": "Paris", "answerable": False}, "incorrect"),
        ({"answers": None, "gold": "The text does not say."}, "incorrect"),
        ({"answers": None, "gold": "Paris. The text does not say when."}, "incorrect"),
    ],
)
def test_columns_that_contradict_each_other_are_unknown(columns: Any, expected: str) -> None:
    assert label("Rome", BORN, **({"gold": "Paris"} | columns)) == expected


def test_the_recipes_own_phrases_take_back_an_answer() -> None:
    find = abstention(["Kein Eintrag"])
    assert only_abstains("Kein Eintrag!", find, BORN)
    assert not only_abstains("Paris. Kein Eintrag", find, BORN)
    assert takes_back("Paris. Kein Eintrag", find, BORN)
    assert takes_back("Paris. Not applicable.", find, BORN)


def test_counts_none_where_it_is_asked_how_many() -> None:
    assert label("None", "How many were signed?", gold="none") == "correct"
    assert label("The text does not say.", "How many were signed?", gold="none") == "incorrect"
    assert label("The text does not say.", "Where was it signed?", gold="none") == "correct"


def test_what_a_small_model_said_of_passages(shared_data: Path) -> None:
    """Read one by one, 86 of SmolLM2's answers abstain; two of them go on to answer."""
    with (shared_data / "judged" / "smollm2_squad2.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    find = abstention()
    abstaining = [row for row in rows if find(row["response"], row["prompt"])]
    only = [row for row in abstaining if only_abstains(row["response"], find, row["prompt"])]
    assert (len(abstaining), len(only)) == (86, 84)


def test_ordinary_prose_does_not_abstain(shared_data: Path) -> None:
    """Wikipedia says of some things that they are unknown, in fewer than one in a hundred."""
    (path,) = (shared_data / "squad2").glob("*.json")
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    find = abstention()
    sentences = [part for p in paragraphs for part in p["context"].split(". ")]
    assert sum(find(sentence) is not None for sentence in sentences) < len(sentences) / 100
    answers = {a["text"] for p in paragraphs for q in p["qas"] for a in q["answers"]}
    assert {answer for answer in answers if only_abstains(answer, find)} == {
        "None",
        "it is impossible",
        "unclear",
    }


DEGENERATE = [
    *(
        " ",
        "\n",
        "a",
        "1",
        '"',
        "'",
        "(",
        "的",
        "“a",
        ". ",
        ", ",
        "no. ",
        "not ",
        "but ",
        "as an ai ",
    ),
    *("the text does ", "there is no ", "while the text, ", 'the answer is "', "it is not in "),
]


@pytest.mark.parametrize("unit", DEGENERATE)
def test_a_megabyte_takes_linear_time(unit: str) -> None:
    whole, find = unit * (1_000_000 // len(unit)), abstention()

    def read(size: int) -> None:
        text = whole[:size]
        find(text, BORN)
        only_abstains(text, find, BORN)
        takes_back(text, find, BORN)

    assert_linear(read, len(whole))
