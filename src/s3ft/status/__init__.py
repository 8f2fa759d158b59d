"""The state of a run at any time: what is done, what was found, what remains.

    status(Path("runs/a")).to_dict()

It reads, also while another process works on the run, and changes nothing.
"""

from ._lines import lines
from ._open import LOCK, RECIPE, STORE
from ._status import Stage, Status, status

__all__ = ["LOCK", "RECIPE", "STORE", "Stage", "Status", "lines", "status"]
