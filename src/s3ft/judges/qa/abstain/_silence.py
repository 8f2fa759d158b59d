"""The grammar of abstaining: clauses that say of the text, or of the speaker, that they are silent.

A clause abstains if its subject is the text and its verb, denied, one of saying ("the passage does
not mention it"); if it is the speaker and the verb one of knowing ("I could not find that"); if no
information exists ("there is no mention"); or if what was asked is not said ("her birthplace is not
given in the text", "it is unclear where"). A law that does not mention something, a witness who
does not know and an argument that is not stated in a letter are what questions are about.
"""

from __future__ import annotations

import re
from functools import cache

from ._question import stem
from ._speech import rule

_ON = r"(?:about|on|of|to|for|with|WH|the|her|his|its|their)"
_TOPIC = r"about|describes?|discuss(?:es)?|covers?|deals? with|focus(?:es)? on|concerns?"
_TEXT_IS_SILENT = (
    r"SUBJ ADV DENIED SAY",
    r"SUBJ ADV (?:fail(?:s|ed)?|neglect(?:s|ed)?|omit(?:s|ted)?|declines?|refuses?) to ADV SAY",
    r"SUBJ ADV (?:omits|excludes|leaves out|skips|withholds|does not$|(?:stops|falls) short of)",
    r"SUBJ ADV (?:lacks?|is lacking|is missing|is devoid of|does not have) GAP5 ASKED",
    r"SUBJ ADV leaves? GAP12 (?:open|out|un\w+ed|unsaid|unclear|unknown|in the dark|guessing|to"
    r" the imagination)",
    r"SUBJ ADV (?:SAY|is about) ADV (?:us )?(?:about )?LITTLE",
    rf"SUBJ SAY GAP20 (?:not {_ON}|without ADV SAY)",
    rf"SUBJ (?:is |are )?(?:only|just|merely|solely) (?:SAY )?(?:{_TOPIC}) GAP20 not {_ON}",
    r"SUBJ ADV neither ADV SAY",
    rf"TEXT (?:not|nothing) (?:{_ON}|any|mention)",
    r"SUBJ BE ADV (?:silent|mute|quiet|vague|unclear|ambiguous|inconclusive|unanswerable"
    r"|unrelated|irrelevant|of no help|insufficient|unspecific|no help|unhelpful|inadequate"
    r"|incomplete|unable to SAY|not ADV (?:clear|specific|explicit|sufficient|enough|helpful"
    r"|answerable|about|relevant|related|detailed|able|informative))",
    r"SUBJ can ADV not be (?:used|relied)",
    r"does ADV not ADV TELL END",
)
_NO_TEXT_SAYS = (
    r"(?:none|neither|not one|no part|not a single one|nothing|not any) of (?:these|those|them|this"
    r"|SUBJ) ADV (?:SAY|BE|DO)",
    r"(?:neither|no|not one|not a single)(?: one)? (?:QUALITY )?(?:part of )?SUBJ ADV (?:SAY|BE"
    r" ADV (?:about|relevant|clear|explicit))",
    r"neither (?:\S+ ){1,8}?nor (?:\S+ ){0,6}?TEXT ADV SAY",
    r"(?:nothing|nowhere)(?: \S+){0,3}? (?:in|within|from|inside|on) (?:TEXT|it)(?:$| ,| (?:SAY|BE"
    r"|DO|about|on|regarding|to|that|WH))",
    r"(?:nothing|nowhere)(?: (?:here|there|is|does|it|at|all|that|about|on|this|in)){0,5} TELL",
    r"nothing(?: (?:about|on|regarding)(?: \S+){1,8}?)? BE ADV (?:TOLD|HELD)",
    r"nowhere (?:DO|BE) (?:SUBJ|it|they) ADV SAY",
    r"(?:in|on|from) (?:none|neither|no part) of TEXT",
)
_NO_INFORMATION = (
    r"there (?:BE|exists?|does not (?:seem|appear) to be|(?:has|have) ADV been) (?:to be )?ADV "
    r"(?:NO_INFO|(?:no|not any) evidence(?: \S+){0,8}? IN)",
    r"there (?:BE|exists?) (?:to be )?ADV (?:nothing|not anything)(?: \S+){0,8}? (?:IN|here"
    r"|(?:here )?(?:about|on|regarding|concerning) \w+)",
    r"NO_INFO(?! (?:was|were) (?!TOLD|provided|given|available|found|made)\w)(?! (?:is|are)"
    r" (?:required|needed|necessary))",
    r"(?:nobody |no one |no (?!one )(?:\S+ ){1,8}?)(?:is|are|was|were) ADV (?:TOLD END|(?:TOLD"
    r"|HELD)(?: \S+){0,3}? IN)",
    r"no (?!one )GAP4 ASKED GAP6 (?:(?:BE|(?:can|could) be) )?ADV (?:HELD|TOLD|INFERRED)(?:END|"
    r" (?:for|of|about|on|as to|regarding|concerning|WH))",
    r"(?:no|not) (?:such )?(?:\S+ ){1,3}IN$",
    r"(?:i (?:would )?need )?(?:more|additional|further) (?:\S+ )?(?:information|context|details?)"
    r"(?: \S+){0,4}? (?:is|are|would be|to answer|to determine)",
    r"(?:i )?(?:would )?(?:need|require) (?:more|additional|further) (?:\S+ )?(?:information"
    r"|context|details?)",
    r"(?:the |this |that )?(?:question|it) has no (?:\S+ )?(?:answer|solution)",
    r"(?:the|this|that|your) (?:question|premise|query) (?:assumes|presupposes|asks|seeks|requires)"
    r" (?:(?!,)\S+ ){1,14}?(?:, )?(?:(?:that|which) )?SUBJ ADV DENIED SAY",
)
_SPEAKER_KNOWS_NOT = (
    r"(?:ONE )?(?:AUX ADV not|never) ADV ABLE (?:KNOW|been able to)(?! (?:him|them|her)$)",
    r"(?:ONE )?AUX ADV not ADV ABLE FIND(?: GAP4 ASKED|$| ,)",
    r"ME (?:AUX ADV not|never) ADV (?:find|found|see|seen) GAP6 ASKED",
    r"(?:ME )?AUX ADV not ADV have ADV (?:any |enough |the |sufficient |a |an |access )GAP4 ASKED",
    r"ME AUX ADV not ADV have GAP3 INFO",
    r"ME (?:have|had|found|see|saw|got) ADV (?:no|nothing|not enough|insufficient)(?: GAP4"
    r" (?:ASKED|clue|access|evidence|idea)| (?:in|about|on|here)|$)",
    r"ME lack(?:ed)? GAP4 ASKED",
    r"(?:ME )?(?:failed|fail|am unable|are unable|was unable|were unable|unable|not able|am at a"
    r" loss|at a loss) to ADV (?:KNOW|FIND|help)",
    r"ME (?:am|BE) ADV (?:(?:not|never) ADV (?:sure|certain|aware|told|given|informed|in a position"
    r"|familiar|able|shown|clear)|unsure|uncertain|unaware|clueless|ignorant|at a loss|in the"
    r" dark)",
    r"ME (?:have|has) ADV not ADV been ADV (?:told|given|shown|informed)",
    r"you (?:have|did) ADV not ADV (?:provided?|give|given|shared?|included?)",
    r"ME do not ADV (?:think|believe|see|find)(?: that| where| how)? (?:TEXT|it|there|that) ADV "
    r"(?:SAY|is any)",
    r"not ADV (?:sure|certain|UN|TOLD|a clue|able to KNOW|possible to KNOW|enough (?:to go on"
    r"|INFO))(?:END| WH| about)",
    r"not ADV (?:HELD END|(?:\S+ ){0,2}?IN$)",
    r"(?:ME (?:have |has )?(?:got )?)?(?:no|not an?|not any|not the \w+) (?:idea|clue)",
    r"(?:ME )?(?:have|do) not (?:got |have )?(?:an?|any|the \w+) (?:idea|clue)",
    r"(?:idk|dunno|beats me|search me|(?:it|that) is anyone's guess)",
    r"(?:no one|nobody) (?:really )?knows",
)
_NOT_SAID = (
    r"ANY NOT_BE (?:TOLD END|HELD(?: \S+){0,3}? IN)",
    r"THAT (?:NOT_BE |not ADV )(?:TOLD|HELD) END",
    r"(?!(?:it|this|that|such|there) )THAT (?:is|are) not$",
    r"THAT BE ADV (?:missing|absent|lacking|omitted|left out|left open) END",
    r"ANY NOT_BE (?:something|anything|information|a \w+) (?:that |which )?(?:TEXT|i|we)",
    r"ANY (?:falls|lies) (?:outside|beyond) (?:the scope of )?TEXT",
    r"ANY BE ADV (?:absent|missing|omitted|left out|left open|lacking|outside|beyond|not|nowhere"
    r"|neither)(?: (?:the )?scope)? ADV IN",
    r"(?:absent|missing|omitted|left out|nowhere) IN",
    r"ANY BE ADV (?:nowhere|not) to be found",
    r"(?:it|this) NOT_BE (?:TOLD|HELD|possible to KNOW) (?:WH|in|from|by)",
    r"it BE ADV (?:UN|not ADV TOLD) ADV (?:WH|exactly)",
    r"it BE ADV (?:not possible|impossible) IN",
    r"(?:(?:it|this|that) BE ADV )?(?:impossible|not possible|not feasible|infeasible) (?:for \S+"
    r" )?to ADV (?:KNOW|FIND)",
    r"(?:(?:it|this|that) BE ADV )?(?:hard|difficult) to ADV KNOW END",
    r"ANY (?:can|could) ADV not ADV be ADV INFERRED",
    r"ANY (?:can|could|does|do|did) ADV not ADV (?:be ADV (?:HELD|TOLD)|appear|occur|come up"
    r"|feature|figure)(?: \S+){0,3}? IN",
    r"THAT (?:can|could) ADV not ADV be ADV (?:HELD|TOLD)END",
    r"(?:can|could) not be ADV (?:INFERRED|found|identified|located) END",
    r"THAT (?:BE ADV (?:left )?|remains? )UN(?:END| WH| with| without| because)",
    r"ANY (?:is|are|remains?) ADV (?:left )?(?:unknown|unspecified|unanswerable|unstated|unsaid"
    r"|unmentioned|undisclosed|undetermined|unnamed) END",
    r"(?:\S+ ){1,40}?BE (?:unanswerable|not answerable) END",
    r"(?:UN|n/a|no answer|cannotanswer|noanswer)(?:END| WH| at)",
)


# Both are long, and compiled when a text is first read: not at each start of the program.
@cache
def _abstains() -> re.Pattern[str]:
    return re.compile(
        rule(*_TEXT_IS_SILENT, *_NO_TEXT_SAYS, *_NO_INFORMATION, *_SPEAKER_KNOWS_NOT, *_NOT_SAID)
    )


@cache
def _talk() -> re.Pattern[str]:
    return re.compile(rf"(?<!\S){rule('SAY|TOLD|HELD|KNOW|FIND|INFERRED|INFO')}")


# One of these is in all of the forms, and few texts that answer hold one.
_CUE = re.compile(
    r"n['’ʼ´]t\b|\b(?:not?|none|nothing|never|nowhere|neither|nobody|cannot|cant|\w+answer|n/?a"
    r"|null|(?:do|does|did|is|was|are|were|has|have|had|could|would)nt|idk|dunno|as an ai|hardly"
    r"|little|un(?!der|it|iv|ion|til|less)\w+|impossible|infeasible|insufficient|inadequate"
    r"|indetermin\w+|incomplete|inconclusive|lack\w*|fail\w*|omit\w*|neglect\w*|decline\w*"
    r"|refuse\w*|silent|mute|quiet|vague|ambiguous|absent|missing|leaves?|left|skips|withholds"
    r"|excludes|stops|falls|lies|outside|beyond|devoid|zero|more|further|additional|clueless"
    r"|ignorant|loss|hard|difficult|dark|beats|without|guess|search)\b",
    re.IGNORECASE,
)


def may_abstain(text: str) -> bool:
    """Whether anything in it might abstain; quick to tell."""
    return bool(_CUE.search(text))


def silence(clause: str) -> int | None:
    """How far the words reach that abstain, from the start of a `bare` clause; None if none do."""
    found = _abstains().match(clause)
    return found.end() if found else None


def talk(words: str) -> frozenset[str]:
    """The stems of its words of saying and knowing."""
    return frozenset(stem(word) for found in _talk().findall(words) for word in found.split())
