"""Classes of words by which a clause abstains: the text, saying, knowing, information.

A `rule` names them in capitals: ``TEXT DENIED SAY`` reads "the passage does not really mention".
All are read from a clause of `_clauses`, in which one space stands between words; none reads more
than some twenty words.
"""

from __future__ import annotations

import re

from ._clauses import QUOTED
from ._question import KIND_WORDS


def _any(words: str) -> str:
    """A group of words; an underscore is a space."""
    return f"(?:{'|'.join(sorted(words.split(), key=len, reverse=True)).replace('_', ' ')})"


def _verbs(words: str, others: str = "") -> str:
    """A group of verbs in all regular forms, and of others as they are."""
    forms = others.split()
    for verb in words.split():
        root = verb.removesuffix("e")
        forms += [verb, f"{verb}s", f"{verb}es", f"{root}ed", f"{root}ing"]
        forms += [f"{verb[:-1]}ies", f"{verb[:-1]}ied"] if verb.endswith("y") else []
    return _any(" ".join(forms))


_CLASSES = {
    # The text. A policy, a law or a report is what questions are about.
    "NOUN": r"knowledge base|(?:(?:web|source|search|reading|reference|context|input) )?(?:"
    + _any(
        "text passage context document doc article paragraph story conversation dialogue dialog"
        " excerpt extract source snippet page webpage material information section sentence reading"
        " abstract transcript content narrative description summary search_result"
    )
    + r"s?(?! \d)|(?:author|writer|narrator)s?(?: of (?:the|this) (?:text|passage|document|article"
    r"|story|excerpt))?|(?:given|provided|above|supplied) \w+|(?:facts|details|notes|lines"
    r"|evidence|data) (?:given|provided|supplied))(?!\S)",
    "QUALITY": _any(
        "given provided above below following supplied available present current retrieved input"
        " entire whole full one two three four five short same cited quoted original accompanying"
        " attached wikipedia wiki news background relevant uploaded shared aforementioned preceding"
        " listed english other first second last single particular reference"
    ),
    "TEXT": r"(?:(?:the|this|that|these|those|any|either|both|all|all the|all of the|our|your|my"
    r"|said) )?(?:QUALITY ){0,3}NOUN(?: (?:alone|itself|above|below|here|provided|given|supplied"
    r"|(?:that )?(?:you|i|we) (?:have |was |were )?(?:given|gave|provided|shared|supplied|read|have"
    r"|see|got|sent|quoted|cited|uploaded))(?!\S)){0,2}",
    # "The article about her , which ... , does not": no verb of its own stands between.
    "SUBJ": r"TEXT(?: ,)?(?: (?:(?:which|that|who) (?:is|was|are|were)|about|on|regarding"
    r"|concerning|titled|in|from|for|at|as|with|that|which|i|we|you)(?: (?!(?:STATES|because|if|is"
    r"|are|was|were)(?!\S))\S+){1,10}?)?(?: ,)?",
    "STATES": _verbs(
        "say state mention specify tell describe discuss explain note claim argue report suggest"
        " imply"
    ),
    "SAY": _verbs(
        "say state mention specify provide contain give tell indicate include reveal explain answer"
        " discuss describe address identify clarify disclose offer cover have talk speak refer get"
        " detail elaborate note name list show suggest hint imply touch go comment report record"
        " present supply support establish make allude confirm hold set define convey share yield"
        " shed deal relate inform point determine help enable allow express declare document let"
        " explore outline quantify respond pertain quote bring concern feature expand delve appear"
        " resolve settle",
        "said told gave given has held spoke spoken made found shown had written wrote",
    ),
    "TELL": _verbs("say state mention specify tell indicate reveal explain", "said told"),
    # Denial.
    "ADV": r"(?:(?:(?!only)\w+ly|even|ever|at all|at any point|anywhere|in fact|just|yet|quite"
    "|very|so|too"
    r"|also|being|been|in any way|seem to|appear to|happen to|attempt to|try to|go on to|made|or"
    r"|go so far as to|to my knowledge|and|really|still|here|, \w+ ,) ){0,3}",
    "BE": r"(?:is|are|was|were|be|been|being|remains?|stays?|remained|seems?|appears?|goes|went)",
    "DO": r"(?:do|does|did|can|could|will|would|has|have|had)",
    "DENIED": r"(?:DO ADV not|(?:DO )?never|nowhere|no longer) ADV ",
    "NOT_BE": r"(?:BE ADV (?:not|never|nowhere)|(?:has|have|had) ADV (?:not|never) been) ADV ",
    "LITTLE": r"(?:no|nothing|zero|neither|none|not (?:a|one|any|enough)|insufficient|too little)",
    "NO": r"(?:no|not (?:\w+ly )?(?:any|enough|sufficient|a|an|a single|much|one)|insufficient"
    r"|inadequate|too little|hardly any|zero|neither)",
    "UN": _any(
        "unknown unclear unspecified unanswerable unstated unmentioned undisclosed indeterminate"
        " undetermined unanswered not_answerable not_applicable unsaid undefined indeterminable"
        " undeterminable unaddressed unexplained unresolved uncertain unavailable unidentified"
        " unnamed up_in_the_air not_available impossible"
    ),
    # What is not there: information, or what a question asks for.
    "INFO": _any(
        "information info mention answer indication reference detail data clue hint statement"
        " context description discussion explanation specifics idea knowledge response account"
        " way_to_(?:tell|know|determine|answer|say|find_out) way_of_(?:knowing|telling|saying"
        "|answering) telling knowing basis passage document text paragraph sentence section"
        " part"
    )
    + r"s?(?= (?:in|on|about|of|from|for|to|that|this|which|who|where|when|why|how|as|regarding|is"
    r"|concerning|whether|given|available|provided|here|there|at|within|with|and|or|either|,|are"
    r"|was|were|what|because|needed|required|necessary|made|contained|pertaining|related|relating"
    r"|present|found|specifying|stating|indicating|you)(?!\S)|$)",
    "NO_INFO": r"NO (?:(?!(?:but|that) )\S+ ){0,4}?INFO",
    "ASKED": r"(?:INFO|(?:KIND)s?|it|this|that|such|anything|any|one|question|answers?|details?"
    r"|specifics|information|exact|reference|mention)(?!\S)",
    "KIND": _any(" ".join(KIND_WORDS)),
    # What becomes of it. The second is said of much else too: "the suspect was not identified".
    "TOLD": _any(
        "mentioned stated specified known clear indicated said explicit evident made_clear apparent"
        " spelled_out answerable obvious named told touched_on touched_upon referred_to alluded_to"
        " noted detailed clarified elaborated_on disclosed revealed discernible determinable"
    ),
    "HELD": _any(
        "provided contained given included explained answered discussed described addressed found"
        " identified covered recorded available present listed reported documented offered supplied"
        " shown part there written featured written_down brought_up dealt_with implied supported"
        " defined established determined confirmed in within anywhere among to_be_found presented"
    ),
    "INFERRED": _any(
        "determined answered inferred concluded deduced ascertained gleaned derived discerned told"
        " worked_out said verified known pinpointed gathered established"
    ),
    # The speaker.
    "ONE": r"(?:i|we|one|you|(?:the |a )?readers?) ADV ",
    "ME": r"(?:i|we|(?:the |a )?readers?) ADV ",
    "AUX": r"(?:do|did|would|could|can|will|am|are|was|were|have|had)",
    "ABLE": r"(?:be able to |able to |manage to )?",
    "KNOW": _any(
        "know determine answer tell say infer conclude ascertain deduce pinpoint establish derive"
        " discern verify confirm figure work_out figure_out be_sure be_certain say_for_sure recall"
        " judge guess comment respond find_out say_for_certain make_out gather learn hear"
    ),
    "FIND": _any(
        "find see locate identify provide give state offer extract supply spot get access name"
    ),
    # Where, and how a clause goes on or ends.
    "WH": r"(?:where|who|whom|whose|when|whether|what|which|why|how|if|as to|that|until)",
    "IN": r"(?:in|by|within|from|on|at|inside|throughout|through|of|with|given|anywhere in|based on"
    r"|using|according to) (?:(?:any|either|none|both|all|one) of )?(?:\S+ ){0,4}?(?:TEXT|(?:this"
    r"|these|them|it|what (?:is|was|i|you|we) \w+)$)",
    "END": r"(?: (?:here|there|at all|anywhere|yet|either|\w+ly|outright|in detail|to (?:us|me|the"
    r" reader)|for (?:this|that|it)|though|sorry|at this time|enough|by me|so))*"
    rf"(?:$| ,| {QUOTED}| IN)",
    # A subject of any kind, which has no verb of its own but in a relative clause.
    "OTHER": rf"(?:because|if|but|although|so|thinks?|thought|believes?|{QUOTED}|says?|said|found"
    r"|he|she|they|BE)",
    "ANY": r"(?:(?:(?!OTHER )\S+ ){1,24}?|(?:(?!OTHER )\S+ ){0,8}?WH (?:(?!(?:because|that"
    rf"|{QUOTED}) )\S+ ){{1,20}}?)",
    # A subject that is what was asked.
    "THAT": r"(?:(?:it|this|that|which|such|there) "
    rf"|WH (?:(?!(?:because|but|{QUOTED}) )\S+ ){{0,16}}?"
    r"|(?:(?!OTHER )\S+ ){0,6}?ASKED (?:(?:of|for|about|on|to|in|that|where|when|at|which|from"
    r"|regarding)(?: (?!OTHER )\S+){1,14}? )?)",
}
_SPACED = frozenset({"ADV", "DENIED", "NOT_BE", "ONE", "ME", "ABLE", "ANY", "THAT"})
"""Classes that bring the space after them, which may be empty."""
_NAME = re.compile(r"(?: (?=END))?(?<![A-Z\\])([A-Z]{2,}(?:_[A-Z]+)*)((?: (?!END))?)")
_GAP = re.compile(r"GAP(\d+) ")


def rule(*forms: str) -> str:
    """A pattern for any of the forms, up to the end of a word.

    In a form, capitals name a class, and ``GAP3`` is up to three words, the fewer the better.
    """
    return f"(?:{'|'.join(map(_expand, forms))})(?!\\S)"


def _expand(form: str) -> str:
    return _NAME.sub(_class, _GAP.sub(r"(?:\\S+ ){0,\1}?", form))


def _class(named: re.Match[str]) -> str:
    name, after = named.groups()
    return f"(?:{_expand(_CLASSES[name])}){'' if name in _SPACED else after}"
