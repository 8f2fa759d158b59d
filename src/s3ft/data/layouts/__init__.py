"""Published data sets to flat rows, from the files they are published as or from the Hub.

A layout is a function of one row as it stands there, which may be a whole file of articles. It
yields what is to become a row of its own: where it stands inside that row, and how it is made. So
one that is wrong is an error in its place, and the others go on.

Every layout of questions gives the same columns, of which a recipe's mapping and the judge ``qa``
know the names:

=============  ===================================================================
``id``         the question's own
``question``   what is asked
``context``    the passage, the document or the paragraphs to answer from
``title``      of the article or document, where there is one
``answerable`` whether the context has the answer
``answers``    all accepted answers, each once; empty where there is none
``answer``     the first of them, or the text that stands for none
``gold``       ``answers``, or that text alone
=============  ===================================================================
"""

from ._clapnq import clapnq
from ._documents import OFFICIAL, Documents
from ._gsm8k import gsm8k
from ._multidoc2dial import multidoc2dial
from ._musique import musique
from ._nested import Found, LayoutOptions
from ._sharegpt import sharegpt
from ._squad import squad
from ._xlam import xlam

LAYOUTS = {
    "squad": squad,
    "clapnq": clapnq,
    "multidoc2dial": multidoc2dial,
    "musique": musique,
    "gsm8k": gsm8k,
    "xlam": xlam,
    "sharegpt": sharegpt,
}
"""By the names that `data.layout` knows."""

__all__ = [
    "LAYOUTS",
    "OFFICIAL",
    "Documents",
    "Found",
    "LayoutOptions",
    "clapnq",
    "gsm8k",
    "multidoc2dial",
    "musique",
    "sharegpt",
    "squad",
    "xlam",
]
