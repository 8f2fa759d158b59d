import random
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

import s3ft.lab
from s3ft.lab.exercise import Exercise
from s3ft.lab.passages import (
    EDGES,
    HOPS,
    KINDS,
    PATHS,
    SENTENCES,
    entities,
    make_interview,
    make_passage,
    make_register,
)
from s3ft.lab.splits import Part, part

PARTS: tuple[Part, ...] = get_args(Part)
ABSTENTIONS = ("The text does not say that.", "NO ANSWER")


@cache
def _texts() -> dict[str, Any]:
    path = Path(s3ft.lab.__file__).with_name("passages.yaml")
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@cache
def _forms(kind: str) -> list[tuple[tuple[str, str], re.Pattern[str]]]:
    """Every wording of a fact as a pattern, with the edge that it tells."""
    found = []
    for edge in EDGES:
        texts = _texts()[kind]
        names = ("-".join(edge), "-".join(reversed(edge)))
        for wording in (*(texts["say"][name] for name in names), texts["texts"][names[0]]):
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[\\w ]+)", re.escape(wording))
            found.append((edge, re.compile(pattern, re.IGNORECASE)))
    return found


@cache
def _ties(text: str, kind: str) -> list[str]:
    """The facts of a text in its order; fails where a sentence is not one fact."""
    ties = []
    known = entities(kind)
    for sentence in re.findall(r"[^.]+\.", text):
        read = {
            f"{match[a]}|{match[b]}"
            for (a, b), form in _forms(kind)
            if (match := form.fullmatch(sentence.strip()))
            and match[a] in known[a]
            and match[b] in known[b]
        }
        assert len(read) == 1, (sentence, read)
        ties += read
    return ties


def _passage(exercise: Exercise) -> str:
    return exercise.turns[0].split("\n\n")[0]


def _hops(exercise: Exercise) -> list[str]:
    """The facts asked, whether the passage tells them or not."""
    return exercise.content.split("; ")[0].split(" of ", 1)[1].split(", ")


def _named(text: str, names: list[str]) -> set[str]:
    return set(_any_of(tuple(names)).findall(text))


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds each, since none stands in another."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names)) or '(?!)'})\b")


@cache
def _every(kind: str, count: int = 60) -> tuple[tuple[int, Part, Exercise], ...]:
    found = []
    for at in PARTS:
        for level in SENTENCES:
            rng = random.Random(f"{at} {level}")
            found += [(level, at, make_passage(level, at, rng, kind=kind)) for _ in range(count)]
    return tuple(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_passage_has_its_length_and_only_facts_of_its_part(kind: str) -> None:
    for level, at, exercise in _every(kind):
        ties = _ties(_passage(exercise), kind)
        shortest, longest = SENTENCES[level]
        assert shortest <= len(ties) <= longest
        assert len(set(ties)) == len(ties)
        assert {part(tie) for tie in [*ties, *_hops(exercise)]} == {at}


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_follows_from_the_passage_in_both_styles(kind: str) -> None:
    known = entities(kind)
    for level, _, exercise in _every(kind):
        if not exercise.fields["answerable"]:
            continue
        (answer,) = exercise.fields["answers"]
        ties = _ties(_passage(exercise), kind)
        told = _ties(exercise.own, kind)
        assert told == _hops(exercise)
        assert set(told) <= set(ties)
        assert len(told) in HOPS[level]
        first, chain = exercise.gold.split(" | ")
        steps = chain.split(" > ")
        assert first == steps[-1] == answer
        pairs = pairwise(steps)
        assert [tie in (f"{a}|{b}", f"{b}|{a}") for tie, (a, b) in zip(told, pairs, strict=True)]
        assert exercise.own.endswith(f"{answer}.")
        (role,) = (role for role, names in known.items() if answer in names)
        assert _named(exercise.own, known[role]) == {answer}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_hop_has_its_like_elsewhere_in_the_passage(kind: str) -> None:
    known = entities(kind)

    def edge(tie: str) -> tuple[str, ...]:
        ends = tie.split("|")
        return tuple(role for end in ends for role in known if end in known[role])

    for _, _, exercise in _every(kind):
        ties = _ties(_passage(exercise), kind)
        for hop in _hops(exercise):
            others = [tie for tie in ties if tie != hop and edge(tie) == edge(hop)]
            assert others
            assert all(set(hop.split("|")).isdisjoint(other.split("|")) for other in others)


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_answer_just_one_fact_asked_is_missing(kind: str) -> None:
    missing_at = set()
    for _, _, exercise in _every(kind):
        if exercise.fields["answerable"]:
            continue
        told = _ties(_passage(exercise), kind)
        missing = [number for number, hop in enumerate(_hops(exercise)) if hop not in told]
        assert len(missing) == 1
        missing_at.update(missing)
        assert (exercise.own, exercise.gold) == ABSTENTIONS
        assert exercise.fields["answers"] == []
    assert missing_at == {0, 1, 2}


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_is_an_answer_from_the_passage_or_abstains_in_a_quarter(kind: str) -> None:
    abstained = answerable = 0
    for _, _, exercise in _every(kind):
        answerable += exercise.fields["answerable"]
        if exercise.wrong == ABSTENTIONS[0]:
            assert exercise.fields["answerable"]
            abstained += 1
            continue
        told = _ties(exercise.wrong, kind)
        assert len(told) == len(_hops(exercise))
        assert not set(told) <= set(_ties(_passage(exercise), kind))
        assert not _named(exercise.wrong, exercise.fields["answers"])
        role = exercise.content.split(" of ")[0]
        (answer,) = _named(exercise.wrong, entities(kind)[role])
        assert _named(_passage(exercise), [answer])
    assert 0.18 < abstained / answerable < 0.32


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_is_needed_and_its_answers_are_true(kind: str) -> None:
    known = entities(kind)
    everything = [name for names in known.values() for name in names]
    lengths = set()
    for _, _, exercise in _every(kind):
        lengths.add(len(exercise.turns))
        if len(exercise.turns) == 1:
            continue
        ties = _ties(_passage(exercise), kind)
        for question, gold in zip(exercise.turns[0::2], exercise.turns[1::2], strict=False):
            a, b = gold.split(" | ")[1].split(" > ")
            assert _named(question.split("\n\n")[-1], everything) == {a}
            assert gold.startswith(f"{b} | ")
            assert {f"{a}|{b}", f"{b}|{a}"} & set(ties)
        assert not _named(exercise.turns[-1], everything)
        # The entity meant has just been talked about, and is an end of what is asked.
        talked = _named(exercise.turns[-2], everything)
        assert talked & {end for tie in _hops(exercise) for end in tie.split("|")}
        assert not talked & set(exercise.fields["answers"])
    assert lengths == {1, 3, 5}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", SENTENCES)
def test_the_shares_are_those_promised_at_every_level(kind: str, level: int) -> None:
    rng = random.Random(level)
    made = [make_passage(level, "test", rng, kind=kind) for _ in range(2000)]
    assert 0.36 < sum(len(e.turns) > 1 for e in made) / len(made) < 0.44
    assert 0.29 < sum(not e.fields["answerable"] for e in made) / len(made) < 0.38
    hops = [len(_hops(e)) for e in made]
    for number in HOPS[level]:
        assert abs(hops.count(number) / len(made) - 1 / len(HOPS[level])) < 0.05


def test_equal_states_give_equal_exercises_and_others_differ() -> None:
    one, two = ([make_passage(3, "dev", random.Random(s)) for s in range(50)] for _ in range(2))
    assert one == two
    assert len({exercise.turns for exercise in one}) == 50
    assert len({exercise.content for exercise in one}) == 50


def test_the_kinds_share_no_entity_and_no_sentence() -> None:
    house, harbour = (
        {
            word.lower()
            for names in entities(kind).values()
            for name in names
            for word in name.split()
        }
        for kind in KINDS
    )
    assert not house & harbour
    sentences = [set(_texts()[kind]["say"].values()) for kind in KINDS]
    assert not sentences[0] & sentences[1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [make_interview, make_register])
def test_an_interview_is_answered_from_its_passage(kind: str, make: Any) -> None:
    rng, abstained = random.Random(1), 0
    everything = [name for names in entities(kind).values() for name in names]
    for _ in range(100):
        start, *rest = make("base", rng, kind=kind)
        passage, first = start.split("\n\n")
        told = _ties(passage, kind)
        assert len(set(told)) == len(told)
        assert {part(tie) for tie in told} == {"base"}
        questions, own = [first, *rest[1::2]], rest[0::2]
        for question, answer in zip(questions, own, strict=True):
            (subject,) = _named(question, everything)
            if answer == ABSTENTIONS[0]:
                abstained += 1
                continue
            assert set(_ties(answer, kind)) <= set(told)
            assert _named(answer, [subject])
    assert bool(abstained) == (make is make_interview)


@pytest.mark.parametrize("kind", KINDS)
def test_a_register_has_only_like_facts_with_no_entity_in_common(kind: str) -> None:
    known, rng, lengths = entities(kind), random.Random(2), set()
    for _ in range(200):
        ties = _ties(make_register("base", rng, kind=kind)[0].split("\n\n")[0], kind)
        edges = [tuple(r for e in tie.split("|") for r in known if e in known[r]) for tie in ties]
        assert len(set(edges)) in (1, 2)
        for edge in set(edges):
            ends = [
                end
                for tie, e in zip(ties, edges, strict=True)
                if e == edge
                for end in tie.split("|")
            ]
            assert len(set(ends)) == len(ends)
        lengths.add(len(ties))
    assert lengths >= set(range(2, 13))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_part_has_many_facts_and_no_name_stands_in_another(kind: str) -> None:
    known = entities(kind)
    names = [name for role in known for name in known[role]]
    assert len(set(names)) == len(names)
    assert not [
        name for name in names for other in names if name != other and _named(other, [name])
    ]
    ties = [f"{x}|{y}" for a, b in EDGES for x in known[a] for y in known[b]]
    for at in PARTS:
        assert sum(part(tie) == at for tie in ties) > 600


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_question_is_asked_in_every_wording(kind: str) -> None:
    texts, last = _texts()[kind], set[str]()
    for _, _, exercise in _every(kind, 600):
        last.add(exercise.turns[-1].split("\n\n")[-1])
    ends = {f"{path[0]}-{path[-1]}" for paths in PATHS.values() for path in paths}
    assert set(texts["ask"]) == ends
    wordings = [wording for forms in texts["ask"].values() for wording in forms]
    assert len(set(wordings)) == 2 * len(ends)
    for wording in [*wordings, *texts["then"].values()]:
        form = re.compile(re.sub(r"\\\{\w+\\\}", r"[\\w ]+", re.escape(wording)))
        assert any(form.fullmatch(question) for question in last), wording


class Counting(random.Random):
    """Counts what is drawn."""

    drawn = 0

    def random(self) -> float:
        self.drawn += 1
        return super().random()

    def getrandbits(self, k: int) -> int:
        self.drawn += 1
        return super().getrandbits(k)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", PARTS)
def test_few_draws_are_thrown_away_in_every_part(kind: str, at: Part) -> None:
    """What was to be of one part and fell into another is drawn anew: that must stay rare."""
    drawn = []
    for seed in range(300):
        rng = Counting(seed)
        make_passage(5, at, rng, kind=kind)
        drawn.append(rng.drawn)
    assert sum(drawn) / len(drawn) < 200  # 82 to 126
    assert max(drawn) < 1000
