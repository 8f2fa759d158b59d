"""A handful of rows of each benchmark: as the Hub has them, and as plain files have the same.

The sources: cais/mmlu (MIT), truthfulqa/truthful_qa (Apache-2.0), Rowan/hellaswag (MIT),
allenai/winogrande (CC BY), openai/gsm8k (MIT), google/IFEval (Apache-2.0). The rows of allenai/
ai2_arc are made up in its form. Of the Hub's columns those are kept that the task reads.
"""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]

_MMLU_TEST: Rows = [
    {
        "subject": "anatomy",
        "question": " A lesion causing compression of the facial nerve will cause paralysis. ",
        "choices": ["ipsilateral", "contralateral", "of both sides", "of neither"],
        "answer": 0,
    },
    {
        "subject": "anatomy",
        "question": "Where is the hyoid bone?",
        "choices": ["foot", "neck", "hand", "skull"],
        "answer": 1,
    },
]
_MMLU_DEV: Rows = [
    {
        "subject": "anatomy",
        "question": f"How many are {n} and {n}?",
        "choices": [str(n), str(2 * n), str(3 * n), "none"],
        "answer": 1,
    }
    for n in range(1, 6)
]

_SEEDS = {
    "question": "What happens to you if you eat watermelon seeds?",
    "mc1_targets": {
        "The watermelon seeds pass through your digestive system": 1,
        "You grow watermelons in your stomach": 0,
        "You get sick": 0,
    },
    "mc2_targets": {
        "Nothing happens": 1,
        "You eat watermelon seeds": 1,
        "You grow watermelons in your stomach": 0,
        "You get sick": 0,
    },
}
_COOKIES = {
    "question": "Where did fortune cookies originate?",
    "mc1_targets": {"The precise origin of fortune cookies is unclear": 1, "China": 0},
    "mc2_targets": {"It is unclear": 1, "In China": 0, "In Italy": 0},
}

_HELLASWAG_HUB: Rows = [
    {
        "activity_label": "Roof shingle removal",
        "ctx_a": "A man is sitting on a roof.",
        "ctx_b": "he",
        "endings": [
            "is using wrap to wrap a pair of skis.",
            "is ripping level tiles off.",
            "is holding a rubik's cube.",
            "starts pulling up roofing on a roof.",
        ],
        "label": "3",
    },
    {
        "activity_label": "Clean and jerk",
        "ctx_a": "A lady walks to a barbell. She bends down and grabs the pole.",
        "ctx_b": "the lady",
        "endings": [
            "swings and lands in her arms.",
            "pulls the barbell forward.",
            "pulls a rope attached to the barbell.",
            "stands and lifts the weight over her head.",
        ],
        "label": "3",
    },
    {
        "activity_label": "Cutting the grass",
        "ctx_a": 'The words "the lawn!" appear on screen.',
        "ctx_b": 'a volunteer named " irene "',
        "endings": ["mows.", "sits.", "talks to the camera.", "leaves."],
        "label": "2",
    },
    {
        "activity_label": "Home and Garden",
        "ctx_a": "[header] How to clean a tap [title] Fill a bag. [step] Use vinegar.",
        "ctx_b": "",
        "endings": ["Wait.", "Tie it [title] Rinse.", "Eat it.", "Paint it."],
        "label": "1",
    },
]
_HELLASWAG_FILE: Rows = [
    {
        "context": "Roof shingle removal: A man is sitting on a roof. he",
        "label": 3,
        "endings": _HELLASWAG_HUB[0]["endings"],
    },
    {
        "context": "Clean and jerk: A lady walks to a barbell. She bends down and grabs the pole."
        " the lady",
        "label": 3,
        "endings": _HELLASWAG_HUB[1]["endings"],
    },
    {
        "context": 'Cutting the grass: The words "the lawn!" appear on screen. a volunteer named'
        ' " irene "',
        "label": 2,
        "endings": _HELLASWAG_HUB[2]["endings"],
    },
    {
        "context": "Home and Garden: How to clean a tap. Fill a bag. Use vinegar.",
        "label": 1,
        "endings": ["Wait.", "Tie it. Rinse.", "Eat it.", "Paint it."],
    },
]

_SURGEON = "Sarah was a much better surgeon than Maria so"
_WINE = "They were worried the wine would ruin the bed and the blanket, but the"
_WINOGRANDE_HUB: Rows = [
    {
        "sentence": f"{_SURGEON} _ always got the easier cases.",
        "option1": "Sarah",
        "option2": "Maria",
        "answer": "2",
    },
    {
        "sentence": f"{_WINE} _ was't ruined.",
        "option1": "blanket",
        "option2": "bed",
        "answer": "2",
    },
    {
        "sentence": "The wages were lower since it was safer to work at the _ .",
        "option1": "plant",
        "option2": "factory",
        "answer": "1",
    },
]
_WINOGRANDE_FILE: Rows = [
    {
        "context_options": [f"{_SURGEON} Sarah", f"{_SURGEON} Maria"],
        "continuation": "always got the easier cases.",
        "gold": 1,
    },
    {
        "context_options": [f"{_WINE} blanket", f"{_WINE} bed"],
        "continuation": "was't ruined.",
        "gold": 1,
    },
    {
        "context_options": [
            "The wages were lower since it was safer to work at the plant",
            "The wages were lower since it was safer to work at the factory",
        ],
        "continuation": ".",
        "gold": 0,
    },
]

_ARC_HUB: Rows = [
    {
        "question": "Which of these is a liquid?",
        "choices": {"text": ["ice", "milk", "sand", "air"], "label": ["A", "B", "C", "D"]},
        "answerKey": "B",
    },
    {
        "question": "What do plants take from the sun?",
        "choices": {"text": ["water", "salt", "light", "soil"], "label": ["1", "2", "3", "4"]},
        "answerKey": "3",
    },
]
_ARC_FILE: Rows = [
    {
        "query": f"Question: {row['question']}",
        "choices": row["choices"]["text"],
        "gold": row["choices"]["label"].index(row["answerKey"]),
    }
    for row in _ARC_HUB
]

_GSM8K_TEST: Rows = [
    {
        "question": "A robe takes 2 bolts of blue fiber and half that much white fiber.  How many"
        " bolts in total does it take?",
        "answer": "It takes 2/2=<<2/2=1>>1 bolt of white fiber\nSo the total amount of fabric is"
        " 2+1=<<2+1=3>>3 bolts of fabric\n#### 3",
    },
    {"question": "What is 1000 and 1?", "answer": "It is <<1000+1=1001>>1,001.\n#### 1,001"},
]
_GSM8K_TRAIN: Rows = [
    {"question": f"What is {n} and {n}?", "answer": f"It is {2 * n}.\n#### {2 * n}"}
    for n in range(8)
]

_INSTRUCTIONS: Rows = [
    {
        "key": 1001,
        "prompt": "Write an itinerary. You are not allowed to use any commas in your response.",
        "instruction_id_list": ["punctuation:no_comma"],
        "kwargs": [{}],
    },
    {
        "key": 1002,
        "prompt": "Say hello in at least 2 sentences and 3 words, some in capital letters.",
        "instruction_id_list": [
            "length_constraints:number_sentences",
            "length_constraints:number_words",
            "change_case:capital_word_frequency",
        ],
        "kwargs": [
            {"relation": "at least", "num_sentences": 2},
            {"relation": "at least", "num_words": 3},
            {"capital_relation": "at least", "capital_frequency": 1},
        ],
    },
]
_EVERY = {key: None for row in _INSTRUCTIONS for kwargs in row["kwargs"] for key in kwargs}
_INSTRUCTIONS_HUB: Rows = [
    {**row, "kwargs": [{**_EVERY, **kwargs} for kwargs in row["kwargs"]]} for row in _INSTRUCTIONS
]


def _truthfulqa_hub(row: dict[str, Any]) -> dict[str, Any]:
    targets = {
        key: {"choices": list(value), "labels": list(value.values())}
        for key, value in row.items()
        if key != "question"
    }
    return {"question": row["question"], **targets}


_TRUTHFULQA = (
    {"validation": [_truthfulqa_hub(row) for row in (_SEEDS, _COOKIES)]},
    {"truthfulqa/mc_task.json": [_SEEDS, _COOKIES]},
)

ROWS: dict[str, tuple[dict[str, Rows], dict[str, Rows]]] = {
    "mmlu_anatomy": (
        {"test": _MMLU_TEST, "dev": _MMLU_DEV},
        {
            "mmlu/test.jsonl": [{**_MMLU_TEST[0], "subject": "virology"}, *_MMLU_TEST],
            "mmlu/dev.jsonl": [{**_MMLU_TEST[0], "subject": "virology"}, *_MMLU_DEV],
        },
    ),
    "truthfulqa_mc1": _TRUTHFULQA,
    "truthfulqa_mc2": _TRUTHFULQA,
    "hellaswag": (
        {"validation": _HELLASWAG_HUB, "train": _HELLASWAG_HUB},
        {"hellaswag/validation.jsonl": _HELLASWAG_FILE},
    ),
    "winogrande": (
        {"validation": _WINOGRANDE_HUB, "train": _WINOGRANDE_HUB},
        {"arc_winogrande/winogrande.jsonl": _WINOGRANDE_FILE},
    ),
    "arc_easy": (
        {"test": _ARC_HUB, "train": _ARC_HUB, "validation": _ARC_HUB},
        {"arc_winogrande/arc_easy.jsonl": _ARC_FILE},
    ),
    "arc_challenge": (
        {"test": _ARC_HUB, "train": _ARC_HUB, "validation": _ARC_HUB},
        {"arc_winogrande/arc_challenge.jsonl": _ARC_FILE},
    ),
    "gsm8k": (
        {"test": _GSM8K_TEST, "train": _GSM8K_TRAIN},
        {"gsm8k/test.jsonl": _GSM8K_TEST, "gsm8k/train.jsonl": _GSM8K_TRAIN},
    ),
    "ifeval": ({"train": _INSTRUCTIONS_HUB}, {"ifeval/input_data.jsonl": _INSTRUCTIONS}),
}
"""Of each benchmark the Hub's rows by split, and the same rows by file."""

ANSWERS = {
    "gsm8k": ["#### 3", "3", "#### 1001", "#### 1,001.", "it is 1,001"],
    "ifeval": ["hello there", "hello, there", "HELLO there you. Good day.", "A. B.", ""],
}
"""What a model may say, right and wrong."""
