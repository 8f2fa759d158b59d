"""The qa judge on answers made to mislead it, and on right ones in odd dress."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from growth import assert_linear
from s3ft.judges import registry, to_case


def label(question: str, gold: Any, response: str) -> str:
    row = {"prompt": question, "gold": gold, "response": response}
    return next(registry.make("qa", {})([to_case("0", row)])).label


Table = list[tuple[str, Any, str]]

WRONG: Table = [
    ("Who won?", "Paris", "Lyon beat Paris"),
    ("Who won?", "Paris", "Lyon has defeated Paris."),
    ("Who won?", "Paris", "Paris lost to Lyon"),
    ("Who won?", "Paris", "Lyon (Paris was second)"),
    ("Who won?", "Paris", "Lyon; Paris came second"),
    ("Who won?", "Paris", "The runner-up was Paris."),
    ("Which city?", "Paris", "Lyon was chosen over Paris"),
    ("Which city?", "Paris", "Lyon replaced Paris"),
    ("Which city?", "Paris", "Paris was replaced by Lyon"),
    ("Which city?", "Paris", "Paris was rejected"),
    ("Which city?", "Paris", "They rejected Paris and chose Lyon"),
    ("Which city?", "Paris", "It could have been Paris"),
    ("Which city?", "Paris", "Lyon, though many say Paris"),
    ("Which city?", "Paris", "The user might think Paris, however the correct one is Lyon"),
    ("Which city?", "Paris", "Paris. But the right answer is Lyon."),
    ("What is it?", "Paris", "the mayor of Paris"),
    ("What is it?", "Paris", "the Treaty of Paris"),
    ("What was the record?", "4 wins and 3 losses", "3 wins and 4 losses"),
    ("How many wins and losses?", "4 wins and 3 losses", "4 losses and 3 wins"),
    ("What do they own?", "red car and blue bike", "blue car and red bike"),
    ("What colours are the car and the bike?", "red car and blue bike", "blue car and red bike"),
    (
        "Who?",
        "Jones as president and Smith as secretary",
        "Smith as president and Jones as secretary",
    ),
    ("Who?", "Tom Hanks and Meg Ryan", "Tom Ryan and Meg Hanks"),
    (
        "How many?",
        "20 percent of men and 80 percent of women",
        "80 percent of men and 20 percent of women",
    ),
    ("When?", "Tom in 1990 and Mary in 1991", "Mary in 1990 and Tom in 1991"),
    ("Which cities?", "Quito, Ecuador and Lima, Peru", "Quito, Peru and Lima, Ecuador"),
    ("What was the score?", "3-2", "2-3"),
    ("What was the score?", "3 to 2", "2 to 3"),
    ("What share?", "5/4", "4/5"),
    ("When?", "1990 to 1995", "1995 to 1990"),
    ("How long?", "5 hours 3 minutes", "3 hours 5 minutes"),
    ("Who spoke?", "Mary, then Tom", "first Tom, then Mary"),
    ("Which way?", "south to north", "north to south"),
    ("Which city?", "Paris", "It used to be Paris, now it is Lyon."),
    ("Which city?", "Paris", "It was Paris until 1990; since then it has been Lyon."),
    ("Which city?", "Paris", "It was once Paris, but today it's Lyon."),
    ("Which city?", "Paris", "All of them: Paris, Lyon, Nice, Lille."),
    ("Which city?", "Paris", "Any of Paris, Lyon, Nice."),
    ("Which city?", "Paris", "The candidates are Paris, Lyon and Nice."),
    ("Which city?", "Paris", "Some say Paris, others say Lyon."),
    ("Which city?", "Paris", "the opposite of Paris"),
    ("Which city?", "Paris", "a suburb of Paris"),
    ("Which city?", "Paris", "a town north of Paris"),
    ("Which city?", "Paris", "Greater Paris"),
    ("Which year?", "1990", "In 1990, 1992, 1994 and 1996."),
    ("Who?", "Marie Curie", "everyone but Marie Curie"),
    ("Who?", "Marie Curie", "anyone but Marie Curie"),
    ("Who?", "Marie Curie", "I would have said Marie Curie, but the passage says Lise Meitner."),
    ("Who?", "Marie Curie", "It has been claimed that it was Marie Curie, which is false."),
    ("Who wrote it?", "John Smith", "Mary Jones, a student of John Smith"),
    ("Who wrote it?", "John Smith", "John Smith's colleague"),
    ("What caused it?", "oxygen", "a lack of oxygen"),
    ("What was there?", "water", "The absence of water was felt."),
    ("Who?", "John Smith", "John Smith's father"),
    ("Who?", "John Smith", "It was the son of John Smith."),
    ("Who?", "Henry VIII", "the wife of Henry VIII"),
    ("Which company?", "Google", "Google's rival"),
    ("Which company?", "Google", "a rival of Google"),
    ("How many?", "12", "half of 12"),
    ("How many?", "12", "twice 12"),
    ("Where?", "Paris", "Paris, or rather Lyon."),
    ("Where?", "Paris", "Paris and London"),
    ("Where?", "Paris", "Paris, London, Rome"),
    ("Where?", "Paris", "Paris/London"),
    ("Where?", "Paris", "either Paris or Rome"),
    ("Where?", "Paris", "Maybe Paris, maybe London"),
    ("Where?", "Paris", "It could be Paris or Rome, hard to say."),
    ("Where?", "Paris", "Perhaps Paris. Perhaps London."),
    ("Where?", "Paris", "Paris? London?"),
    ("Where?", "Paris", "- Paris\n- London\n- Rome"),
    ("Where?", "Paris", "1. Paris\n2. London"),
    ("Where?", "Paris", "Paris. London."),
    ("Where?", "Paris", "London rather than Paris"),
    ("Where?", "Paris", "London instead of Paris"),
    ("Where?", "Paris", "Anywhere but Paris... everything but Paris"),
    ("Where?", "Paris", "anything but Paris"),
    ("Where?", "Paris", "Neither Paris nor Rome"),
    ("Where?", "Paris", "Unlike Paris, London was spared."),
    ("Where?", "Paris", "near Paris"),
    ("Where?", "Paris", "Some say Paris, but it was London."),
    ("Where?", "Paris", "Many people think it is Paris; actually it is Lyon."),
    ("Where?", "Paris", "It was long believed to be Paris, but it was Lyon."),
    ("Where?", "Paris", "Paris is wrong. It was Lyon."),
    ("Where?", "Paris", "Not in Paris"),
    ("Where?", "Paris", "She was not born in Paris but in Lyon."),
    ("Where?", "Paris", "Paris wasn't where she was born."),
    ("Where?", "Paris", "It is false that she was born in Paris."),
    ("Where?", "Paris", "I don't think it was Paris."),
    ("Where?", "Paris", "Paris. Actually, London."),
    ("Where?", "Paris", "It was in Paris. No, wait, in London."),
    ("Where?", "Paris", "It can't be Paris, it must be Rome."),
    ("Where?", "Paris", "Is it Paris?"),
    ("Where?", "Mexico", "New Mexico"),
    ("Where?", "Korea", "North Korea"),
    ("Where?", "Guinea", "Guinea-Bissau"),
    ("Where?", "Virginia", "West Virginia"),
    ("Where?", "Kansas", "Kansas City"),
    ("Where?", "Spain", "Italy (not Spain)"),
    ("Where?", "Spain", "Everyone except Spain"),
    ("Where?", "Spain", "It's from Italy; it isn't from Spain."),
    ("Where does the dish come from?", "France", "It isn't French; France took it from Belgium."),
    ("Where does it come from?", "Italy", "It comes from Greece, Italy and Turkey."),
    ("Which is it?", "Italy", "Contrary to Italy, Spain"),
    ("When?", "1990", "after 1990"),
    ("When?", "1990", "before 1990"),
    ("When?", "1990", "1990-1995"),
    ("When?", "1990", "between 1985 and 1990"),
    ("When?", "1990", "the early 1990s"),
    ("When?", "1990", "in 1990 or 1991"),
    ("When?", "1990", "19 90"),
    ("When?", "1945", "19 45"),
    ("When?", "1990", "1990 BC"),
    ("When?", "May", "It may be June"),
    ("When?", "12 May 2010", "2010-05-13"),
    ("When?", "12 May 2010", "05/13/2010"),
    ("When?", "May 1992", "June 1992"),
    ("When did it open?", "1992", "It never opened in 1992."),
    ("How many?", "5", "more than 5"),
    ("How many?", "5", "fewer than 5"),
    ("How many?", "5", "5 or 6"),
    ("How many?", "5", "5 to 10"),
    ("How many?", "5", "5%"),
    ("How many?", "5", "5 thousand"),
    ("How many?", "5", "50"),
    ("How many?", "5", "-5"),
    ("How many?", "5", "minus 5"),
    ("How many?", "25", "2 5"),
    ("How many?", "2.5", "2, 5"),
    ("How many?", "2", "2.5"),
    ("How many days?", "5", "5 weeks"),
    ("How much?", "$5", "5 euros"),
    ("How much?", "$5", "£5"),
    ("How much?", "$5", "$5 million"),
    ("How much?", "50%", "15%"),
    ("How much?", "5 kg", "5 g"),
    ("What time?", "3 pm", "3 am"),
    ("What time?", "3:30", "3:35"),
    ("Which vitamin?", "vitamin C", "vitamin A"),
    ("Which vitamin?", "vitamin B12", "vitamin B6"),
    ("Which type?", "hepatitis A", "hepatitis B"),
    ("Which blood type?", "O", "A, B or O"),
    ("Which grade?", "A", "A-"),
    ("Which grade?", "A", "B"),
    ("Which language?", "C", "C#"),
    ("Which language?", "C#", "C"),
    ("Which gas?", "CO", "CO2"),
    ("Who?", "WHO", "who knows"),
    ("Which?", "US", "He told us so"),
    ("Which?", "IT", "I like it"),
    ("Who?", "The Who", "the man who sang"),
    ("Who?", "Will", "It will be Tom"),
    ("Who?", "Mark", "He left a mark"),
    ("Who?", "George H. W. Bush", "George W. Bush"),
    ("Who?", "George Bush", "Barbara Bush"),
    ("Who?", "Henry VIII", "Henry VII"),
    ("Who?", "Henry VIII", "Henry"),
    ("Who wrote it?", "Shakespeare", "Shakespeare did not write it, Marlowe did."),
    ("Who?", "president", "vice president"),
    ("Who?", "president", "the former president"),
    ("Is it legal?", "yes", "No"),
    ("Is it legal?", "yes", "No, although some say yes."),
    ("Is it legal?", "yes", "Yes and no"),
    ("Is it legal?", "yes", "The answer is not yes."),
    ("Is it legal?", "yes", "It is not legal."),
    ("Is it legal?", "no", "Yes, it is legal."),
    ("Is it legal?", "no", "It is legal, no question."),
    ("Is it legal?", "no", "No doubt about it, it is legal."),
    ("Is it legal?", "no", "It is legal."),
    ("Is it legal?", "no", "Yes. No, I mean yes."),
    ("Is it legal?", "yes", "Absolutely not."),
    ("Is it legal?", "yes", "It would be wrong to say yes."),
    ("Is it legal?", "yes", "Yes, it is not legal."),
    ("Is it legal?", "no", "No one knows better than he that it is legal."),
    ("What are the colours?", "red, white and blue", "red, white and green"),
    ("What are the colours?", "red, white and blue", "red, white, blue and green"),
    ("What are the colours?", "red and white", "red"),
    ("What two colours?", ["red", "white"], "red, white and green"),
    ("What is needed?", "a visa and a passport", "a visa without a passport"),
    ("What happened?", "the dog bit the man", "the man bit the dog"),
    ("What happened?", "prices rose by five percent", "prices fell by five percent"),
    ("What did it do?", "raise taxes", "not raise taxes"),
    (
        "What was ZZ's original name?",
        ["Zebra", "ZZ (telecom)"],
        "Orange was the original name of ZZ.",
    ),
    (
        "What was ZZ's original name?",
        ["Zebra", "ZZ (telecom)"],
        "The original name of ZZ was Orange.",
    ),
    ("What is the capital of Peru?", "Lima", "The capital of Peru is not Lima but Cusco."),
    (
        "What is the capital of Peru?",
        "Lima",
        "The capital of Peru is Cusco, whereas Lima is a port.",
    ),
    ("Where?", "バリ", "パリ"),
    ("What sign?", "+", "×"),
    ("What emoji?", "🍎", "🍎🍊"),
    ("What emoji?", "👍", "👎"),
    ("Which flag?", "🇫🇷", "🇮🇹"),
    ("Which war?", "World War I", "WWII"),
    ("Which war?", "World War II", "World War I"),
    ("Which film?", "Iron Man", "Iron Man 2"),
    ("Where?", "Ireland", "Northern Ireland"),
    ("Where?", "war", "anti-war"),
    ("Where?", "Hungary", "Austria-Hungary"),
    ("Who?", "therapist", "the rapist"),
    ("What?", "fiction", "non-fiction"),
    ("Where?", "Sudan", "South Sudan"),
]

RIGHT: Table = [
    ("Whom did Lyon beat?", "Paris", "Lyon beat Paris"),
    ("Who lost?", "Paris", "Lyon beat Paris"),
    ("Who was second?", "Paris", "Paris came second"),
    ("Who won?", "Paris", "Paris beat Lyon"),
    ("Who did Lyon play in the final?", "Paris", "Lyon defeated Paris"),
    ("Which city was rejected?", "Paris", "They rejected Paris and chose Lyon"),
    ("Which city?", "Paris", "Some say Lyon, but the correct answer is Paris."),
    ("Which treaty?", "Paris", "the Treaty of Paris"),
    ("Where did William win?", "Hastings", "at the Battle of Hastings"),
    ("Who is it?", "Tom", "Tom was 2 years old"),
    ("Who is it?", "Tom", "Tom was last seen in Rome"),
    ("Who succeeded Tom?", "Mary", "Tom was succeeded by Mary"),
    ("What was the record?", "4 wins and 3 losses", "3 losses and 4 wins"),
    ("What do they own?", "red car and blue bike", "a bike that is blue and a car that is red"),
    (
        "What colours are the car and the bike?",
        "red car and blue bike",
        "The bike is blue and the car red.",
    ),
    ("What colours are the car and the bike?", "red car and blue bike", "red and blue"),
    ("Who?", "Tom Hanks and Meg Ryan", "Meg Ryan and Tom Hanks"),
    ("Who?", "John and Robert Kennedy", "Robert and John Kennedy"),
    ("Which cities?", "Quito, Ecuador and Lima, Peru", "Lima, Peru and Quito, Ecuador"),
    ("What was the score?", "3-2", "three to two"),
    ("Which city?", "Paris", "It used to be Lyon, now it is Paris."),
    ("What was it until 1990?", "Paris", "It was Paris until 1990; now it is Lyon."),
    ("What was its old name?", "Lutetia", "It was once called Lutetia, but today it's Paris."),
    ("Where does it lie?", "Cairo, Illinois", "directly south of Cairo, Illinois"),
    ("Where does the film play?", "Atlanta", "It plays in the suburbs of Atlanta."),
    ("Who sang it?", "Fats Waller", "It was originally sung by Fats Waller. Many have since."),
    ("Which town?", "Texhoma", "There are many. Some of them are Texhoma, Sandy and Elmer there."),
    ("Who?", "Marie Curie", "nobody but Marie Curie"),
    ("Who?", "Marie Curie", "I would say Marie Curie, as the passage does."),
    ("Which city?", "Paris", "Paris, which is not in Spain, is the capital of France."),
    ("Who was his father?", "John Smith", "He was the son of John Smith."),
    ("Whose idea was it?", "John Smith", "It was John Smith's idea."),
    ("Who led it?", "John Smith", "It was led by John Smith, son of a smith"),
    ("What is half of 24?", "12", "half of 24 is 12"),
    ("How far is the star from Earth?", "4 light-years", "It is 4 light-years away from Earth."),
    ("Who starred in Far from Home?", "Ada", "Ada starred in the film Far from Home."),
    ("How do I get in?", "ring the bell", "If you do not have a key, ring the bell."),
    ("Where did she live?", "on a hill", "She lived on a hill that is not on maps."),
    ("What did the list leave out?", "salt", "The list does not name salt."),
    ("Is it known who made it?", "no", "No, it is not known who made it."),
    ("Where?", "Paris", "In Paris, of course."),
    ("Where?", "Paris", "paris"),
    ("Where?", "Paris", "PARIS!"),
    ("Where?", "Paris", "**Paris**"),
    ("Where?", "Paris", "Paris, France"),
    ("Where?", "Paris", "Not London but Paris."),
    ("Where?", "Paris", "Not London, but Paris"),
    ("Where?", "Paris", "It was Paris, not London."),
    ("Where?", "Paris", "She wasn't born in London; she was born in Paris."),
    ("Where?", "Paris", "None other than Paris."),
    ("Where?", "Paris", "Without doubt Paris."),
    ("Where?", "Paris", "Not only that: it was Paris."),
    ("Where?", "Paris", "I think it was Paris."),
    ("Where?", "Paris", "No, it was Paris."),
    ("Where?", "Paris", "Paris rather than London"),
    ("Where?", "Paris", "Paris (France)"),
    ("Where?", "Paris", "The answer: Paris"),
    ("Where?", "Paris", "Unlike London, Paris was spared."),
    ("Where?", "Paris", "Some say London, but it was Paris."),
    ("Where?", "Denver", "Denver, Colorado, United States"),
    ("Where?", "New York", "New York City"),
    ("Where?", "the United Kingdom", "in the UK"),
    ("Where?", "the United States", "USA"),
    ("Where?", "US", "the U.S."),
    ("Where?", "St. Louis", "Saint Louis"),
    ("Where?", "São Paulo", "Sao Paulo"),
    ("Where?", "Øresund", "Oresund"),
    ("Where?", "Straße", "Strasse"),
    ("When did it open?", "1992", "It did not open until 1992."),
    ("When?", "1990s", "the 1990's"),
    ("When?", "May 2010", "12 May 2010"),
    ("When?", "12 May 2010", "2010-05-12"),
    ("When?", "12 May 2010", "13/05/2010 is wrong; 12 May 2010"),
    ("When?", "13 May 2010", "13/05/2010"),
    ("When?", "12 May 2010", "12th of May, 2010"),
    ("When?", "44 BC", "44 B.C.E."),
    ("When?", "AD 70", "70 AD"),
    ("What time?", "3 pm", "3:00 p.m."),
    ("What time?", "3 pm", "15:00"),
    ("What time?", "3:30 pm", "15:30"),
    ("How many?", "5", "There are five of them."),
    ("How many?", "21", "twenty-one"),
    ("How many?", "1945", "one thousand nine hundred and forty-five"),
    ("How many?", "2.5 million", "two and a half million"),
    ("How many?", "500,000", "half a million"),
    ("How many?", "24", "two dozen"),
    ("How many?", "12,000", "12k"),
    ("How many?", "3.5", "3½"),
    ("How many?", "1000", "1,000"),
    ("How much?", "50%", "50 percent"),
    ("How much?", "50%", "fifty per cent"),
    ("How much?", "50 percent", "50 %"),
    ("How much?", "$5", "5 dollars"),
    ("How much?", "$5", "US$5"),
    ("How much?", "$5", "$5.00"),
    ("How much?", "$2.5 million", "$2.5m"),
    ("How much?", "£20", "20 pounds"),
    ("How far?", "5 km", "5 kilometres"),
    ("How far?", "5 kilometers", "5km"),
    ("Who?", "Henry VIII", "Henry the Eighth"),
    ("Who?", "Elizabeth II", "Queen Elizabeth the Second"),
    ("Who?", "J. R. R. Tolkien", "J.R.R. Tolkien"),
    ("Who?", "J. R. R. Tolkien", "JRR Tolkien"),
    ("Who?", "Sir Isaac Newton", "Isaac Newton"),
    ("Who?", "Obama", "Barack Obama"),
    ("Who?", "John F. Kennedy", "John Fitzgerald Kennedy"),
    ("Who?", "the physicist Marie Curie", "Marie Curie"),
    ("Who?", "O'Neill", "O’Neill"),
    ("Who?", ["Tom", "Jerry"], "Tom and Jerry"),
    ("Who?", "May", "May"),
    ("Who?", "The Beatles", "Beatles"),
    ("Which war?", "World War II", "the Second World War"),
    ("Which war?", "World War One", "WWI"),
    ("Which vitamin?", "A", "Vitamin A"),
    ("Which vitamin?", "vitamin B12", "vitamin B-12"),
    ("Which grade?", "A+", "an A+"),
    ("Which gas?", "CO2", "CO₂"),
    ("Which language?", "C++", "It is written in C++."),
    ("Which emoji?", "👍", "👍🏽"),
    ("Which emoji?", "❤️", "❤"),
    ("Where?", "東京", "東京です。"),
    ("Where?", "北京", "首都是北京。"),
    ("Is it legal?", "yes", "Yes."),
    ("Is it legal?", "yes", "Yes, of course it is legal!"),
    ("Is it legal?", "yes", "It is legal."),
    ("Is it legal?", "no", "No, it isn't."),
    ("Is it legal?", "no", "It isn't legal."),
    ("Is it legal?", "no", "Nope."),
    ("Is it legal?", "yes", "Absolutely."),
    ("Does the policy cover dental care?", "No", "The policy does not cover dental care."),
    ("Is a licence needed?", "no", "No, one is not required."),
    ("What are the colours?", "red, white and blue", "blue, white and red"),
    ("What are the colours?", "red, white and blue", "red, white & blue"),
    ("What two colours?", ["red", "white"], "red and white"),
    ("What must you not do?", "smoke indoors", "You must not smoke indoors."),
    ("What did the survey find?", "no evidence of fraud", "The survey found no evidence of fraud."),
    (
        "What can a blind person not say?",
        "which colour it is",
        "A blind person cannot say which colour it is.",
    ),
    ("What did he say?", "not guilty", 'He said "not guilty".'),
    ("Which play?", "To be or not to be", '"To be, or not to be"'),
    ("What is it?", "data base", "database"),
    ("Which album?", "The Beatles", "The Beatles"),
    ("Which album by The Beatles?", "The Beatles", "It is The Beatles."),
    ("Is it red or blue?", "red", "It is red."),
    ("Which band?", "The Who", "The Who"),
    ("Which novel?", "It", "It"),
    ("Who?", "Dr. No", "Dr No"),
    ("How long?", "a week", "one week"),
    ("What caused it?", "lack of oxygen", "a lack of oxygen"),
    ("What?", "Jell-O", "jello"),
]


@pytest.mark.parametrize(("question", "gold", "response"), WRONG)
def test_a_wrong_answer_is_not_accepted(question: str, gold: Any, response: str) -> None:
    assert label(question, gold, response) == "incorrect"


@pytest.mark.parametrize(("question", "gold", "response"), RIGHT)
def test_a_right_answer_is_accepted_in_any_dress(question: str, gold: Any, response: str) -> None:
    assert label(question, gold, response) == "correct"


@pytest.mark.parametrize(
    ("question", "gold", "response"),
    [
        ("Welche Stadt?", "Paris", "Nicht Paris, sondern Berlin."),
        ("Welche Stadt?", "Paris", "Es ist nicht Paris."),
        ("Welche Stadt?", "Paris", "Es ist Berlin, nicht Paris."),
        ("Welche Stadt?", "Paris", "Paris ist es nicht."),
        ("Welches Tier?", "Katze", "Keine Katze, ein Hund."),
        ("¿Qué ciudad?", "París", "No es París, es Madrid."),
        ("¿Qué ciudad?", "París", "Nunca fue París."),
        ("Quelle ville ?", "Paris", "Ce n'est pas Paris, c'est Lyon."),
        ("Quelle ville ?", "Paris", "Lyon, pas Paris."),
        ("Quale città?", "Roma", "Non è Roma, è Milano."),
        ("Qual cidade?", "Lisboa", "Não é Lisboa, é Porto."),
        ("Какой город?", "Москва", "Это не Москва, а Киев."),
        ("Welke stad?", "Parijs", "Het is niet Parijs maar Lyon."),
        ("Vilken stad?", "Paris", "Det är inte Paris."),
        ("Hangi şehir?", "Ankara", "Ankara değil."),
        ("कौन सा शहर?", "दिल्ली", "यह दिल्ली नहीं है।"),
        ("أي مدينة؟", "القاهرة", "ليست القاهرة"),
        ("中国的首都是哪里？", "北京", "不是北京，是上海。"),
        ("中国的首都是哪里？", "北京", "北京并不是首都。"),
        ("首都在哪裡？", "北京", "並非北京。"),
        ("首都是哪里？", "上海", "是北京而不是上海。"),
        ("在哪里上学？", "北京", "北京大学"),
        ("哪里？", "京都", "东京都"),
        ("どこ？", "東京", "東京ではなく大阪です。"),
        ("どこ？", "東京", "東京ではありません。"),
        ("どこの出身？", "東京", "東京大学です。"),
        ("どこ？", "アメリカ", "ラテンアメリカです。"),
        ("어디?", "서울", "서울 아니라 부산"),
    ],
)
def test_a_wrong_answer_in_another_language_is_not_accepted(
    question: str, gold: str, response: str
) -> None:
    assert label(question, gold, response) == "incorrect"


@pytest.mark.parametrize(
    ("question", "gold", "response"),
    [
        ("Welche Stadt?", "Paris", "Es ist Paris, nicht Berlin."),
        ("Welche Stadt?", "Berlin", "Nicht Paris, sondern Berlin."),
        ("¿Qué ciudad?", "Madrid", "Es Madrid, no París."),
        ("Quelle ville ?", "Lyon", "Ce n'est pas Paris, c'est Lyon."),
        ("Какой город?", "Москва", "Не Киев, а Москва."),
        ("中国的首都是哪里？", "北京", "中国的首都是北京，不是上海。"),
        ("中国的首都是哪里？", "北京", "中国首都北京。"),
        ("首都是哪里？", "北京", "是北京而不是上海。"),
        ("哪个国家？", "不丹", "是不丹。"),
        ("どこ？", "大阪", "東京ではなく大阪です。"),
        ("どこ？", "東京", "答えは東京です。"),
        # In an English text such words are names and no denials.
        ("Which drink is it?", "Mai Tai", "It is no beer: a Mai Tai."),
        ("What is the ballet step?", "Pas de deux", "It is a pas de deux."),
    ],
)
def test_a_right_answer_in_another_language_is_accepted(
    question: str, gold: str, response: str
) -> None:
    assert label(question, gold, response) == "correct"


def test_a_long_sentence_is_read_to_its_answer() -> None:
    question = (
        "Which gardener who planted the great park of the old town and later wrote the first book "
        "on roses in the north of the country was born in Hull?"
    )
    restated = question.removeprefix("Which").removesuffix(" was born in Hull?")
    assert label(question, "Ada Brown", f"The{restated} and was born in Hull was Ada Brown.") == (
        "correct"
    )
    assert label(question, "Ada Brown", f"The{restated} and was born in Hull was Eve Brown.") == (
        "incorrect"
    )


def test_numbers_are_accepted_answers() -> None:
    row = {"prompt": "When?", "answers": [1990], "response": "1990"}
    assert next(registry.make("qa", {})([to_case("0", row)])).label == "correct"


DEGENERATE = {
    "white space": " ",
    "newlines": "\n",
    "digits": "7",
    "hyphens": "-",
    "one letter": "a",
    "quotes": '"',
    "capitals": "A",
    "combining marks": "\u0301\u0323",
    "CJK": "中",
    "the": "the ",
    "brackets": "(",
    "negations": "is not, ",
    "lists": "Paris, ",
    "choices": "Paris or ",
    "number words": "twenty ",
    "scales": "thousand ",
    "initials": "A.",
    "emoji": "🍎",
    "questions": "? ",
    "answers": "the answer is ",
}


@pytest.mark.slow
@pytest.mark.parametrize("unit", DEGENERATE.values(), ids=DEGENERATE)
def test_a_megabyte_takes_linear_time(unit: str) -> None:
    from s3ft.judges.qa import LONGEST

    text = unit * (1_000_000 // len(unit))

    def judged(size: int) -> None:
        assert label("Where?", "Rome", f"{text[:size]} Rome!?") in {"correct", "incorrect"}

    assert_linear(judged, len(text))
    assert_linear(lambda size: label("Where?", ["Rome", "5 million"], text[:size]), LONGEST // 4)


def test_a_run_of_white_space_does_not_hold_it_up(shared_data: Path) -> None:
    path = shared_data.parent / "cases" / "slow.jsonl"
    if not path.exists():
        pytest.skip(f"no {path}")
    with path.open(encoding="utf-8") as lines:
        rows = [row for line in lines if "tests" not in (row := json.loads(line))]
    judge = registry.make("qa", {})

    def judged(row: dict[str, Any], size: int) -> None:
        list(judge([to_case("0", {**row, "response": row["response"][:size]})]))

    for row in rows:
        assert_linear(partial(judged, row), len(row["response"]))
