"""Published data sets: what their files and the Hub's rows become, and where a message points."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from reading import Write, read, refused

import s3ft
from s3ft.data import flatten, layouts
from s3ft.errors import InputError
from s3ft.recipe import Layout
from s3ft.records import Example

MAPPING = {"prompt": "{context}\n\n{question}", "completion": "answer"}
QUESTION = {"id", "question", "context", "answer", "answers", "answerable", "gold"}

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Mill",
            "paragraphs": [
                {
                    "context": " The mill was built in 1820. ",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "When was it built?",
                            "answers": [
                                {"text": "1820", "answer_start": 24},
                                {"text": "in 1820", "answer_start": 21},
                                {"text": "1820", "answer_start": 24},
                            ],
                            "is_impossible": False,
                        },
                        {
                            "id": "q2",
                            "question": "Who built it? ",
                            "answers": [],
                            "plausible_answers": [{"text": "1820", "answer_start": 24}],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        }
    ],
}
HUB_SQUAD = [
    {
        "id": "q1",
        "title": "Mill",
        "context": "The mill was built in 1820.",
        "question": "When was it built?",
        "answers": {"text": ["1820", "in 1820", "1820"], "answer_start": [24, 21, 24]},
    },
    {
        "id": "q2",
        "title": "Mill",
        "context": "The mill was built in 1820.",
        "question": "Who built it?",
        "answers": {"text": [], "answer_start": []},
    },
]
CLAPNQ = {
    "id": "7",
    "input": "why do mills stand on hills",
    "passages": [{"title": "Windmill", "text": "Wind is stronger there . ", "sentences": ["..."]}],
    "output": [
        {"answer": "The wind is stronger there.", "selected_sentences": [], "meta": {}},
        {"answer": "There is more wind.", "selected_sentences": [], "meta": {}},
    ],
}
MUSIQUE = {
    "id": "2hop__1_2",
    "paragraphs": [
        {"idx": 0, "title": "Ada", "paragraph_text": "Ada lives in Ulm.", "is_supporting": True},
        {"idx": 1, "title": "Bea", "paragraph_text": "Bea is a miller.", "is_supporting": False},
    ],
    "question": "In which town does Ada live?",
    "question_decomposition": [],
    "answer": "Ulm",
    "answer_aliases": ["Ulm, Germany"],
    "answerable": True,
}
DIALOGUE = {
    "dial_id": "d",
    "turns": [
        {"turn_id": 1, "role": "user", "utterance": "Hello", "references": []},
        {"turn_id": 2, "role": "user", "utterance": "A permit?", "references": []},
        {
            "turn_id": 3,
            "role": "agent",
            "da": "respond_solution",
            "utterance": "Bring a photo.",
            "references": [{"doc_id": "Permits#1_0", "id_sp": "1", "label": "solution"}],
        },
        {"turn_id": 4, "role": "agent", "da": "query_condition", "utterance": "Is it for you?"},
        {"turn_id": 5, "role": "user", "utterance": "For my dog.", "references": []},
        {
            "turn_id": 6,
            "role": "agent",
            "da": "respond_no_solution",
            "utterance": "Unfortunately, no relevant information is found.",
            "references": [{"doc_id": "Permits#1_0", "id_sp": "1", "label": "precondition"}],
        },
    ],
}
DOCUMENT = {"title": "Permits", "doc_id": "Permits#1_0", "doc_text": "\nA permit needs a photo."}

HUB_TURN = {
    "id": "d_2",
    "title": "Permits#1_0",
    "context": "A permit needs a photo.",
    "question": "For me.[SEP]agent: For whom: you?||user: A permit?",
    "da": "query_condition",
    "answers": [{"text": "needs a photo", "answer_start": 9}],
    "utterance": "Bring a photo.",
    "domain": "city",
}
TURN = {
    "id": "d_2",
    "domain": "city",
    "doc_id": "Permits#1_0",
    "document": "A permit needs a photo.",
    "history": [
        {"role": "user", "text": "A permit?"},
        {"role": "agent", "text": "For whom: you?"},
        {"role": "user", "text": "For me."},
    ],
    "answerable": True,
    "answer": "Bring a photo.",
}


def accepted(examples: list[Example], judge: str) -> Counter[str]:
    """How many golds the judge finds correct as answers, and in which other way it finds them."""
    rows = [
        {
            **example.meta,
            "id": example.id,
            "prompt": list(example.prompt),
            "gold": example.meta.get("gold", example.completion),
            "response": example.completion,
        }
        for example in examples
    ]
    return Counter(verdict.label for verdict in s3ft.judge(rows, judge))


def test_every_layout_can_be_named_in_a_recipe() -> None:
    assert tuple(layouts.LAYOUTS) == get_args(Layout)


# SQuAD


def test_squad_from_its_file_and_from_the_hub_is_the_same(write: Write, tmp_path: Path) -> None:
    official = read(write(json.dumps(SQUAD), "dev.json"), layout="squad", **MAPPING)
    indented = read(write(json.dumps(SQUAD, indent=1), "dev.json"), layout="squad", **MAPPING)
    articles = read(write(SQUAD["data"], "dev.jsonl"), layout="squad", **MAPPING)
    assert official == indented == articles == hub_rows(tmp_path / "hub")
    answered, unanswered = official
    assert answered.prompt[0]["content"] == "The mill was built in 1820.\n\nWhen was it built?"
    assert answered.completion == "1820"
    assert answered.meta["answers"] == answered.meta["gold"] == ["1820", "in 1820"]
    assert answered.meta["answerable"] is True
    assert (unanswered.completion, unanswered.meta["answers"]) == ("unanswerable", [])
    assert (unanswered.meta["answerable"], unanswered.meta["title"]) == (False, "Mill")


def hub_rows(folder: Path) -> list[Example]:
    """The examples of the Hub's rows, with the types that `squad_v2` has there."""
    from datasets import Dataset, Features, Sequence, Value

    texts = {name: Value("string") for name in ("id", "title", "context", "question")}
    answers = Sequence({"text": Value("string"), "answer_start": Value("int32")})
    folder.mkdir()
    rows = Dataset.from_list(HUB_SQUAD, Features({**texts, "answers": answers}))
    rows.to_parquet(str(folder / "train.parquet"))
    return read(str(folder), layout="squad", **MAPPING)


def test_the_gold_of_no_answer_is_the_recipes(write: Write) -> None:
    path = write(json.dumps(SQUAD), "dev.json")
    examples = read(path, layout="squad", abstention="The text does not say.", **MAPPING)
    assert [example.completion for example in examples] == ["1820", "The text does not say."]
    assert accepted(examples, "qa") == {"correct": 2}


def test_what_is_wrong_is_named_by_file_and_path(write: Write) -> None:
    wrong = json.loads(json.dumps(SQUAD))
    first, second = wrong["data"][0]["paragraphs"][0]["qas"]
    del first["question"]
    second["is_impossible"] = False
    message = refused(write(json.dumps(wrong), "dev.json"), layout="squad", **MAPPING)
    assert message.startswith("dev.json:1 data[0].paragraphs[0].qas[0]: question: is missing")
    assert "dev.json:1 data[0].paragraphs[0].qas[1]: answers: are none, but" in message
    wrong["data"][0]["paragraphs"][0]["qas"] = {}
    message = refused(write(json.dumps(wrong), "dev.json"), layout="squad", **MAPPING)
    assert message.startswith("dev.json:1: qas: is of type dict, not list")
    wrong = json.loads(json.dumps(SQUAD))
    wrong["data"] *= 2
    message = refused(write(json.dumps(wrong), "dev.json"), layout="squad", **MAPPING)
    assert "data[1].paragraphs[0].qas[0]: id: 'q1' is also the id of" in message
    assert "dev.json:1 data[0].paragraphs[0].qas[0]" in message


@pytest.mark.parametrize("layout", get_args(Layout))
def test_rows_of_another_data_set_are_told(write: Write, layout: str) -> None:
    message = refused(write([{"text": "a", "label": 1}]), layout=layout, **MAPPING)
    assert message.startswith("train.jsonl:1: is not ")
    assert "Columns there: text, label." in message


def spoilt(value: Any) -> Iterator[Any]:
    """The value with something else in each place, or without it."""
    yield from (None, 7, "", [], {}, [7], True)
    if isinstance(value, dict):
        for key in value:
            yield {other: inner for other, inner in value.items() if other != key}
            yield from ({**value, key: inner} for inner in spoilt(value[key]))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], inner, *value[index + 1 :]] for inner in spoilt(item))


def test_whatever_is_wrong_in_a_row_is_told_as_such(write: Write, tmp_path: Path) -> None:
    write(json.dumps({"doc_data": {"city": {"Permits#1_0": DOCUMENT}}}), layouts.OFFICIAL)
    documents = tmp_path / layouts.OFFICIAL
    rows: list[tuple[Layout, dict[str, Any]]] = [
        ("squad", SQUAD),
        ("squad", HUB_SQUAD[0]),
        ("clapnq", CLAPNQ),
        ("musique", MUSIQUE),
        ("multidoc2dial", {"dial_data": {"city": [DIALOGUE]}}),
        ("multidoc2dial", HUB_TURN),
        ("multidoc2dial", TURN),
        ("gsm8k", {"question": "Half of 48?", "answer": "24\n#### 24"}),
        ("xlam", XLAM),
        ("xlam", {**XLAM, "tools": json.loads(XLAM["tools"])}),
        ("sharegpt", SHAREGPT),
    ]
    places = []
    for layout, row in rows:
        for wrong in spoilt(row):
            try:
                list(flatten([wrong], layout, documents=documents))
            except InputError as error:
                places.append(error.where)
    assert len(places) > 500
    assert all(place.startswith("rows: row 1") for place in places)


# xLAM

XLAM: dict[str, Any] = {
    "id": 7,
    "query": "How is it in Aix?",
    "tools": json.dumps(
        [
            {
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": {
                    "city": {"description": "Where.", "type": "str"},
                    "days": {"description": "How many.", "type": "int", "default": 1},
                    "of": {"description": "What.", "type": "List[str], optional"},
                },
            }
        ]
    ),
    "answers": json.dumps([{"name": "weather", "arguments": {"city": "Aix", "of": None}}]),
}


def test_xlam_becomes_chats_with_json_schemas(write: Write) -> None:
    [example] = read(write([XLAM]), layout="xlam")
    assert example.id == "7"
    [asked] = example.prompt
    assert asked["content"] == "How is it in Aix?"
    [tool] = asked["tools"]
    parameters = tool["function"]["parameters"]
    kinds = {name: schema["type"] for name, schema in parameters["properties"].items()}
    assert kinds == {"city": "string", "days": "integer", "of": "array"}
    assert parameters["required"] == ["city"]
    assert parameters["properties"]["days"]["default"] == 1
    assert '{"name": "weather", "arguments": {"city": "Aix", "of": null}}' in example.completion
    assert "calls no function" in refused(write([XLAM | {"answers": "[]"}]), layout="xlam")


# ShareGPT

SHAREGPT: dict[str, Any] = {
    "system": "Be brief.",
    "conversations": [
        {"from": "human", "value": "How is it in Aix?"},
        {"from": "function_call", "value": '{"name": "weather", "arguments": {"city": "Aix"}}'},
        {"from": "observation", "value": "mild"},
        {"from": "gpt", "value": "Mild."},
    ],
    "tools": '[{"name": "weather", "parameters": {"type": "object", "properties": {}}}]',
    "source": "a file",
}


def test_sharegpt_chats_are_read_with_their_functions(write: Write) -> None:
    [example] = read(write([SHAREGPT]), layout="sharegpt")
    system, asked, called, result = example.prompt
    assert (system["role"], system["content"]) == ("system", "Be brief.")
    assert (asked["role"], asked["content"]) == ("user", "How is it in Aix?")
    [tool] = system["tools"]
    assert tool["function"]["name"] == "weather"
    [call] = called["tool_calls"]
    assert call["function"] == {"name": "weather", "arguments": {"city": "Aix"}}
    assert (result["role"], result["content"]) == ("tool", "mild")
    assert example.completion == "Mild."
    assert example.meta["source"] == "a file"


def test_sharegpt_in_openai_s_words_and_turns_that_are_not_trained(write: Write) -> None:
    turns = [
        {"from": "human", "value": "1?"},
        {"from": "gpt", "value": "One.", "train": False},
        {"from": "human", "value": "2?"},
        {"from": "gpt", "value": "<think>\nHm.\n</think>\n\nTwo."},
    ]
    path = write([{"conversations": turns, "system": "", "tools": "[]"}])
    [example] = read(path, layout="sharegpt", turns="all")
    assert (example.completion, example.reasoning) == ("Two.", "Hm.")
    [again] = read(
        write(
            [
                {
                    "conversations": [
                        {"role": "user", "content": "1?"},
                        {"role": "assistant", "content": "One."},
                    ]
                }
            ]
        ),
        layout="sharegpt",
    )
    assert (again.prompt[0]["content"], again.completion) == ("1?", "One.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"conversations": [{"from": "bot", "value": "x"}]}, "from: is 'bot', nobody who speaks"),
        ({"conversations": [{"from": "human"}]}, "conversations[0].value: is missing"),
        ({"conversations": [{"from": "human", "value": "1?"}]}, "does not end in an assistant"),
        ({"conversations": [{"from": "function_call", "value": "f()"}]}, "text that is no JSON"),
        ({"tools": "weather"}, "tools: is text that is no JSON"),
        ({"conversations": [{"from": "system", "value": "x"}]}, "stands beside a turn"),
    ],
)
def test_what_is_wrong_in_a_sharegpt_row(
    write: Write, changes: dict[str, Any], message: str
) -> None:
    assert message in refused(write([SHAREGPT | changes]), layout="sharegpt")


# CLAPNQ


def test_clapnq(write: Write) -> None:
    none = {**CLAPNQ, "id": "8", "output": [{"answer": "", "selected_sentences": []}]}
    write([CLAPNQ], "nq_answerable.jsonl")
    path = Path(write([none], "nq_unanswerable.jsonl"))
    answered, unanswered = read(str(path.parent / "nq_*.jsonl"), layout="clapnq", **MAPPING)
    assert answered.prompt[0]["content"].startswith("Wind is stronger there .\n\nwhy do")
    assert answered.meta["answers"] == ["The wind is stronger there.", "There is more wind."]
    assert answered.meta["title"] == "Windmill"
    assert (unanswered.id, unanswered.completion) == ("8", "unanswerable")
    assert unanswered.meta["answerable"] is False


# MuSiQue


def test_musique_has_a_twin_without_the_supporting_paragraphs(write: Write) -> None:
    question, twin = read(write([MUSIQUE]), layout="musique", **MAPPING)
    assert (question.id, twin.id) == ("2hop__1_2", "2hop__1_2-unanswerable")
    assert question.meta["context"] == "Ada\nAda lives in Ulm.\n\nBea\nBea is a miller."
    assert question.meta["answers"] == ["Ulm", "Ulm, Germany"]
    assert twin.meta["context"] == "Bea\nBea is a miller."
    assert twin.meta["question"] == question.meta["question"]
    assert (twin.completion, twin.meta["answerable"]) == ("unanswerable", False)


def test_a_question_that_can_have_no_twin_is_told(write: Write) -> None:
    support = [{**one, "is_supporting": True} for one in MUSIQUE["paragraphs"]]
    message = refused(write([{**MUSIQUE, "paragraphs": support}]), layout="musique", **MAPPING)
    assert message.startswith("train.jsonl:1 twin: paragraphs: are all supporting")
    message = refused(write([{**MUSIQUE, "answerable": False}]), layout="musique", **MAPPING)
    assert "MuSiQue-Ans" in message


# MultiDoc2Dial


@pytest.fixture
def dialogues(write: Write) -> str:
    write(json.dumps({"doc_data": {"city": {"Permits#1_0": DOCUMENT}}}), layouts.OFFICIAL)
    return write(json.dumps({"dial_data": {"city": [DIALOGUE]}}), "dialogues.json")


def test_multidoc2dial_turns_have_their_history_and_document(dialogues: str) -> None:
    first, second = read(dialogues, layout="multidoc2dial", history="history", **MAPPING)
    assert (first.id, second.id) == ("d_3", "d_6")
    assert first.prompt == (
        {"role": "user", "content": "A permit needs a photo.\n\nHello\nA permit?"},
    )
    assert (first.completion, first.meta["title"]) == ("Bring a photo.", "Permits")
    assert second.prompt == (
        {"role": "user", "content": "Hello\nA permit?"},
        {"role": "assistant", "content": "Bring a photo.\nIs it for you?"},
        {"role": "user", "content": "A permit needs a photo.\n\nFor my dog."},
    )
    assert (second.completion, second.meta["answerable"]) == ("unanswerable", False)
    assert second.meta["utterance"].startswith("Unfortunately")
    assert (second.meta["dial_id"], second.meta["domain"]) == ("d", "city")


def test_documents_may_lie_elsewhere_and_must_be_there(dialogues: str, tmp_path: Path) -> None:
    (tmp_path / layouts.OFFICIAL).rename(tmp_path / "docs.json")
    options = {"layout": "multidoc2dial", **MAPPING}
    assert refused(dialogues, **options).startswith("data.documents: the documents of the dialog")
    assert len(read(dialogues, documents=str(tmp_path / "docs.json"), **options)) == 2
    (tmp_path / "docs.json").write_text('{"doc_data": {"city": {}}}')
    message = refused(dialogues, documents=str(tmp_path / "docs.json"), **options)
    assert "dialogues.json:1 dial_data.city[0].turns[2]: references.doc_id" in message
    (tmp_path / "docs.json").write_text("{}")
    assert "has no doc_data" in refused(dialogues, documents=str(tmp_path / "docs.json"), **options)


def test_multidoc2dial_of_the_hub_and_of_single_turns(write: Write) -> None:
    options = {"layout": "multidoc2dial", "history": "history", **MAPPING}
    of_hub = read(write([HUB_TURN]), **options)
    assert of_hub == read(write([TURN]), **options)
    assert [message["content"] for message in of_hub[0].prompt] == [
        "A permit?",
        "For whom: you?",
        "A permit needs a photo.\n\nFor me.",
    ]
    assert (of_hub[0].meta["title"], of_hub[0].meta["dial_id"]) == ("Permits", "d")


# GSM8K


def test_gsm8k_without_the_calculator(write: Write) -> None:
    row = {"question": "Half of 48?", "answer": "It is 48/2 = <<48/2=24>>24.\n#### 24"}
    mapping = {"prompt": "{question}", "completion": "{solution}\nThe answer is {result}."}
    [example] = read(write([row]), layout="gsm8k", **mapping)
    assert example.completion == "It is 48/2 = 24.\nThe answer is 24."
    message = refused(write([{**row, "answer": "24"}]), layout="gsm8k", **mapping)
    assert "train.jsonl:1: answer: has no result" in message


# In Python


def test_flatten_files_and_rows(write: Write) -> None:
    rows = list(flatten(write(json.dumps(SQUAD), "dev.json"), "squad"))
    assert rows == list(flatten(HUB_SQUAD, "squad"))
    assert all(row.keys() == QUESTION | {"title"} for row in rows)
    with pytest.raises(InputError, match=r"rows: row 2: id: is missing"):
        list(flatten([HUB_SQUAD[0], {"context": "a", "question": "b"}], "squad"))
    path = write([MUSIQUE])
    assert [row["answer"] for row in flatten(path, "musique", abstention="-")] == ["Ulm", "-"]


def test_rows_in_memory_have_layouts_too() -> None:
    from s3ft.data import from_rows
    from s3ft.recipe import Data

    data = Data(path="rows", layout="squad", prompt="{question}", completion="answer")
    assert [e.id for e in from_rows(HUB_SQUAD, data)] == ["q1", "q2"]


# Real data


def test_real_squad(shared_data: Path) -> None:
    path = str(shared_data / "squad2" / "dev-v2.0.half.official-ids.json")
    rows = list(flatten(path, "squad"))
    assert len(rows) == 6078
    assert sum(not row["answerable"] for row in rows) == 3168
    assert len({row["title"] for row in rows}) == 16
    assert all(row["answer"] in row["context"] for row in rows if row["answerable"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layout", "files", "counts"),
    [
        ("squad", "squad2/dev-v2.0.half.official-ids.json", {True: 2910, False: 3168}),
        ("clapnq", "clapnq/*.jsonl", {True: 300, False: 300}),
        ("musique", "musique/musique.json", {True: 200, False: 200}),
        # Of its 30 turns two follow another of the agent's.
        ("multidoc2dial", "multidoc2dial/grounded_sample.jsonl", {True: 25, False: 3}),
    ],
)
def test_qa_accepts_every_real_gold(
    shared_data: Path, layout: str, files: str, counts: dict[bool, int]
) -> None:
    examples = read(str(shared_data / files), layout=layout, **MAPPING)
    assert Counter(example.meta["answerable"] for example in examples) == counts
    assert all(QUESTION - {"id"} <= example.meta.keys() for example in examples)
    assert accepted(examples, "qa") == {"correct": sum(counts.values())}


def test_real_dialogues(shared_data: Path, write: Write, tmp_path: Path) -> None:
    source = shared_data / "multidoc2dial"
    turns = [json.loads(line) for line in (source / "grounded_sample.jsonl").open("rb")]
    texts = {turn["doc_id"]: turn["document"] for turn in turns}
    for split in ("train", "validation"):
        path = source / f"multidoc2dial_dial_small_{split}.json"
        dialogues = json.loads(path.read_bytes())["dial_data"]
        mentioned = {
            reference["doc_id"]
            for domain in dialogues.values()
            for dialogue in domain
            for turn in dialogue["turns"]
            for reference in turn["references"]
        }
        documents = {name: {"doc_text": texts.get(name, "(not here)")} for name in mentioned}
        write(json.dumps({"doc_data": {"all": documents}}), "documents.json")
        options: dict[str, Any] = {"documents": str(tmp_path / "documents.json")}
        found = {e.id: e for e in read(str(path), layout="multidoc2dial", **options, **MAPPING)}
        known = flatten(source / "grounded_sample.jsonl", "multidoc2dial")
        same = [row for row in known if row["id"] in found and row["utterance"]]
        assert len(same) > 10, "the turns that were put together by hand are among them"
        for row in same:
            meta = found[row["id"]].meta
            assert meta["history"] == row["history"]
            assert meta["context"] == row["context"]
            assert found[row["id"]].completion == row["answer"]


def test_real_mappings_need_no_layout(shared_data: Path) -> None:
    svamp = read(
        str(shared_data / "svamp" / "SVAMP.json"),
        id="ID",
        prompt="{Body}\n{Question}",
        completion="{Answer}",
    )
    assert (len(svamp), svamp[0].completion) == (1000, "51")
    path = str(shared_data / "multiarith" / "mawpsmultiarith.jsonl")
    multiarith = read(path, prompt="{input}", completion="{target}")
    assert (len(multiarith), multiarith[0].completion) == (600, "39")
    assert accepted(svamp, "math") == {"correct": 1000}
    assert accepted(multiarith, "math") == {"correct": 600}


@pytest.mark.parametrize(
    ("name", "files", "count"),
    [
        ("SQuAD 2.0", "squad2/dev-v2.0.half.official-ids.json", 6078),
        ("Natural Questions (CLAPNQ)", "clapnq/*.jsonl", 600),
        ("MuSiQue", "musique/musique.json", 400),
        ("MultiDoc2Dial", "multidoc2dial/grounded_sample.jsonl", 28),
        ("GSM8K", "gsm8k/test.jsonl", 1319),
        ("MBPP", "mbpp/mbpp.jsonl", 974),
        ("SVAMP", "svamp/SVAMP.json", 1000),
        ("MultiArith", "multiarith/mawpsmultiarith.jsonl", 600),
    ],
)
def test_the_lines_in_the_docs_read_real_rows(
    shared_data: Path, name: str, files: str, count: int
) -> None:
    page = Path(__file__).parents[2] / "docs" / "data.md"
    [row] = [line for line in page.read_text().splitlines() if line.startswith(f"| {name} |")]
    lines = yaml.safe_load(row.rsplit("`", 2)[1])
    assert len(read(str(shared_data / files), **lines)) == count


@pytest.mark.slow
def test_real_gsm8k_steps(shared_data: Path) -> None:
    path = str(shared_data / "gsm8k" / "train.jsonl")
    mapping = {"prompt": "{question}", "completion": "{solution}\nThe answer is {result}."}
    examples = read(path, layout="gsm8k", **mapping)
    assert not any("<<" in e.completion or "####" in e.completion for e in examples)
    assert accepted(examples, "math") == {"correct": 7473}


@pytest.mark.slow
def test_real_mbpp_in_the_papers_form(shared_data: Path) -> None:
    prompt = (
        "{text}\n\nYour code should pass these tests:\n{test_list.0}\n{test_list.1}\n{test_list.2}"
    )
    examples = read(
        str(shared_data / "mbpp" / "mbpp.jsonl"),
        id="task_id",
        prompt=prompt,
        completion="[BEGIN]\n{code}\n[DONE]",
    )
    assert "assert min_cost(" in examples[0].prompt[0]["content"]
    setup = [example for example in examples if example.meta["test_setup_code"]]
    assert accepted(setup, "code") == {"correct": len(setup)}
