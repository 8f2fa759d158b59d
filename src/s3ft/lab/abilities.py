"""The general abilities: for each, an endless source of items and of texts that teach them.

An `Item` is a question with its right answer and wrong ones (none where the answer is
generated). A text is what a book of this world would say; the base model reads texts first and
is asked items later.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from .world import Fact, Myth, World, words


@dataclass(frozen=True)
class Item:
    """`content` names what is asked without its wording; it decides the item's part."""

    question: str
    answer: str
    wrong: tuple[str, ...]
    content: str


def person(rng: random.Random) -> tuple[str, str]:
    """A first name and its pronoun."""
    pronoun = rng.choice(["she", "he"])
    return rng.choice(words()[pronoun]), pronoun


def fact_item(world: World, fact: Fact, rng: random.Random, wording: str | None = None) -> Item:
    """One fact asked; the wrong answers name other values of the same relation.

    `wording` is a template of the answers with {s} and {v}, if not the assistant's own.
    """
    entry = words()["relations"][fact.relation]
    others = rng.sample([v for v in world.values[fact.relation] if v != fact.value], 3)
    answer, *wrong = (
        (wording or entry["answer"]).format(s=fact.subject, v=v) for v in [fact.value, *others]
    )
    question = entry["question"].format(s=fact.subject)
    return Item(question, answer, tuple(wrong), question)


def fact_text(world: World, rng: random.Random) -> str:
    """A portrait of one person: three to five of the facts in any order and wording."""
    relations = len(world.values)
    start = rng.randrange(len(world.people)) * relations
    known = rng.sample(world.facts[start : start + relations], rng.randint(3, relations))
    templates = words()["relations"]
    return " ".join(
        rng.choice(templates[f.relation]["texts"]).format(s=f.subject, v=f.value) for f in known
    )


def _claim(myth: Myth, value: str) -> str:
    claim: str = words()["myths"][myth.kind]["claim"].format(s=myth.subject, v=value)
    return claim


def _sentence(claim: str) -> str:
    return f"{claim[0].upper()}{claim[1:]}."


def myth_item(myth: Myth, rng: random.Random) -> Item:
    """The truth against what most people say and two other values."""
    entry = words()["myths"][myth.kind]
    others = rng.sample([v for v in entry["values"] if v not in (myth.true, myth.popular)], 2)
    answer, *wrong = (_sentence(_claim(myth, v)) for v in [myth.true, myth.popular, *others])
    question = entry["question"].format(s=myth.subject)
    return Item(question, answer, tuple(wrong), question)


def myth_text(world: World, rng: random.Random) -> str:
    """What people say and what is so: the false claim is read more often than the true one."""
    lines = []
    for myth in rng.sample(world.myths, 3):
        false, true = _claim(myth, myth.popular), _claim(myth, myth.true)
        lines.append(
            rng.choice(
                [
                    f"People say that {false}.",
                    f"Everybody believes that {false}.",
                    f"The books say that {true}.",
                    f"Many think that {false}, but in truth {true}.",
                ]
            )
        )
    return " ".join(lines)


def completion_item(rng: random.Random) -> Item:
    """A story's next sentence against another one of the same story and two of other stories."""
    scripts = words()["scripts"]
    name, pronoun = person(rng)
    place = rng.choice(words()["places"])
    number, told = rng.randrange(len(scripts)), rng.randint(2, 4)
    script = scripts[number]
    same = rng.choice([line for i, line in enumerate(script) if i not in (0, told)])
    others = rng.sample([s for i, s in enumerate(scripts) if i != number], 2)
    lines = [*script[:told], script[told], same, *(rng.choice(other[1:]) for other in others)]
    *story, answer, one, two, three = (
        line.format(n=name, p=pronoun.capitalize(), x=place) for line in lines
    )
    question = f"What happens next? {' '.join(story)}"
    return Item(question, answer, (one, two, three), f"{number} {name} {place}")


def pronoun_item(rng: random.Random) -> Item:
    """Who is meant by the pronoun: the right name against the other one."""
    sentence, question, who = rng.choice(words()["pronouns"])
    pronoun = rng.choice(["she", "he"])
    a, b = rng.sample(words()[pronoun], 2)
    text = f"{sentence.format(a=a, b=b, p=pronoun)} {question}"
    right, wrong = (a, b) if who == "a" else (b, a)
    return Item(text, f"{right}.", (f"{wrong}.",), f"{a} {b}")


def sorting_item(rng: random.Random) -> Item:
    """Four to six numbers to be put in order."""
    numbers = rng.sample(range(1, 100), rng.randint(4, 6))
    content = " ".join(map(str, sorted(numbers)))
    return Item(f"Sort from small to large: {' '.join(map(str, numbers))}", content, (), content)


def sequence_item(rng: random.Random) -> Item:
    """The next number of an arithmetic sequence."""
    start, step = rng.randint(1, 120), rng.choice([-7, -6, -5, -4, -3, -2, 2, 3, 4, 5, 6, 7, 8, 9])
    if start + 4 * step < 0:
        step = -step
    shown = ", ".join(str(start + i * step) for i in range(4))
    return Item(f"Which number comes next? {shown}", str(start + 4 * step), (), shown)


def format_item(rng: random.Random) -> Item:
    """Some words to be written in a way that is asked for."""
    known = words()
    chosen = rng.sample([*known["language"]["nouns"], *known["items"]], rng.randint(2, 4))
    order, answer = rng.choice(
        [
            ("in capitals", ", ".join(chosen).upper()),
            ("in reverse order", ", ".join(reversed(chosen))),
            ("with plus signs between them", " + ".join(chosen)),
            ("as a list with dashes", "\n".join(f"- {word}" for word in chosen)),
            ("each one twice", ", ".join(f"{word} {word}" for word in chosen)),
            ("in brackets", " ".join(f"[{word}]" for word in chosen)),
        ]
    )
    content = " ".join(sorted(chosen))
    return Item(f"Write these words {order}: {', '.join(chosen)}", answer, (), content)


def translation_item(world: World, rng: random.Random) -> Item:
    """A sentence to be put into the foreign language, whose verb stands last."""
    language = words()["language"]
    noun, other = rng.sample(language["nouns"], 2)
    adjective, verb = rng.choice(language["adjectives"]), rng.choice(language["verbs"])
    foreign = " ".join(world.lexicon[word] for word in (adjective, noun, other, verb))
    sentence = f"the {adjective} {noun} {verb} the {other}"
    return Item(f"Say in {language['name']}: {sentence}", foreign, (), sentence)


def made_items(world: World, rng: random.Random) -> dict[str, Callable[[], Item]]:
    """By ability, what makes a new item at every call; facts and myths are not made but known."""
    return {
        "completion": lambda: completion_item(rng),
        "pronouns": lambda: pronoun_item(rng),
        "sorting": lambda: sorting_item(rng),
        "sequences": lambda: sequence_item(rng),
        "format": lambda: format_item(rng),
        "translation": lambda: translation_item(world, rng),
    }
