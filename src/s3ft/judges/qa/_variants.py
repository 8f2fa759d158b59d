"""One form for a word that is written in several ways: British or American, one or several."""

from __future__ import annotations

import re
from functools import lru_cache

_SEVERAL = {
    "children": "child", "women": "woman", "mice": "mouse", "teeth": "tooth",
    "geese": "goose", "knives": "knife", "wives": "wife", "wolves": "wolf", "halves": "half",
    "loaves": "loaf", "thieves": "thief", "shelves": "shelf", "calves": "calf",
}  # fmt: skip
_IN_IE = frozenset(
    {"movie", "cookie", "zombie", "calorie", "brownie", "rookie", "prairie", "genie", "pixie",
     "hoodie", "smoothie", "talkie", "selfie", "junkie", "collie", "birdie", "necktie", "magpie",
     "serie", "specie", "eerie", "boogie", "budgie", "cowrie", "dearie", "eyrie", "lie", "tie"}
)  # fmt: skip
_IN_E = frozenset(
    {"axe", "ache", "cache", "niche", "psyche", "avalanche", "moustache", "quiche", "creche",
     "posse", "impasse", "crevasse", "mousse", "finesse", "headache", "toothache", "stomachache",
     "cliche", "pastiche", "cartouche", "douche", "apache", "porsche"}
)  # fmt: skip
_HISSING = ("xe", "che", "she", "sse", "zze")

_AMERICAN = {
    "centre": "center", "theatre": "theater", "fibre": "fiber", "calibre": "caliber",
    "lustre": "luster", "sombre": "somber", "spectre": "specter", "sabre": "saber",
    "meagre": "meager", "defence": "defense", "offence": "offense", "licence": "license",
    "pretence": "pretense", "grey": "gray", "aluminium": "aluminum", "programme": "program",
    "tyre": "tire", "plough": "plow", "jewellery": "jewelry", "mould": "mold",
    "sulphur": "sulfur", "catalogue": "catalog", "dialogue": "dialog", "moustache": "mustache",
    "pyjama": "pajama", "kerb": "curb", "manoeuvre": "maneuver", "mediaeval": "medieval",
    "encyclopaedia": "encyclopedia", "anaemia": "anemia", "leukaemia": "leukemia",
    "foetus": "fetus", "oestrogen": "estrogen", "archaeology": "archeology",
    "archaeologist": "archeologist", "archaeological": "archeological",
}  # fmt: skip
_OUR = re.compile(r"(?<=[a-z]{2})our(?=(?:ed|ing|ful|less|able|ite|hood|er|ist)?$)")
_ISE = re.compile(
    r"(?<=[a-z]{3})is(?=(?:e|ed|er|ing|ation|able)$)|(?<=[a-z]{2}y)s(?=(?:e|ed|ing)$)"
)
_ELL = re.compile(r"(?<=[a-z]{2}[ae])ll(?=(?:ed|ing|er)$)")


@lru_cache(maxsize=50_000)  # a text repeats its words, and texts repeat each other's
def one_form(word: str) -> str:
    """The form of a word in lower case."""
    return _american(_singular(word))


def _singular(word: str) -> str:
    """One of what a word in lower case names several of, as far as its ending tells."""
    if word in _SEVERAL:
        return _SEVERAL[word]
    if not (len(word) > 3 and word[-1] == "s" and word[-2].isalpha() and word[-2] not in "sui"):
        return word
    one = word[:-1]
    if len(one) > 4 and one.endswith("ie") and one not in _IN_IE:
        return f"{one[:-2]}y"
    return one[:-1] if one.endswith(_HISSING) and one not in _IN_E else one


def _american(word: str) -> str:
    """The word in lower case as Americans spell it; others come out of shape in the same way."""
    if len(word) < 4:
        return word
    return _ELL.sub("l", _ISE.sub(_z, _OUR.sub("or", _AMERICAN.get(word, word))))


def _z(found: re.Match[str]) -> str:
    return "iz" if found[0] == "is" else "z"
