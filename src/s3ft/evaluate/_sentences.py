"""What IFEval's checkers need beside their code, found on this machine or asked for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ..errors import InputError

DATA = "tokenizers/punkt_tab"
"""Of NLTK: where sentences end. `number_sentences` and `capital_word_frequency` count by it."""


def check_ifeval() -> None:
    """See that IFEval's checkers run here, and give the same verdicts each time.

    lm-eval downloads NLTK's sentence data when it imports the task; here nothing is downloaded.
    They are taken from NLTK's own folders, else from the package llama-index-core, whose wheel
    holds them. The detection of languages draws at random unless its seed is set.

    Raises:
        InputError: a package or the data are missing.
    """
    for package in ("nltk", "langdetect", "immutabledict"):
        if find_spec(package) is None:
            problem = f"'ifeval' needs the package {package!r}, which is not installed"
            raise InputError("evaluate.benchmarks", problem, "Run: pip install 'lm-eval[ifeval]'")
    import langdetect
    import nltk

    langdetect.DetectorFactory.seed = 0
    if (carried := _carried()) is not None and str(carried) not in nltk.data.path:
        nltk.data.path.append(str(carried))
    try:
        nltk.data.find(DATA)
    except LookupError:
        remedy = (
            "Run `pip install --no-deps llama-index-core`, whose wheel holds them, "
            "or `python -m nltk.downloader punkt_tab`; or leave it out."
        )
        problem = "'ifeval' needs NLTK's sentence data (punkt_tab), which are not on this machine"
        raise InputError("evaluate.benchmarks", problem, remedy) from None


def _carried() -> Path | None:
    """NLTK's data in the package that carries them; it is looked up, not imported."""
    package = find_spec("llama_index")
    for folder in (package and package.submodule_search_locations) or ():
        data = Path(folder) / "core" / "_static" / "nltk_cache"
        if data.is_dir():
            return data
    return None
