"""The command line: one function a verb.

Exit codes: 0 done; 1 the work failed; 2 the request is wrong. A wrong request prints one message.
"""

# Verbs are listed in the order in which their modules are imported.
# isort: off
from . import _init
from ._main import main, run_command
from ._verbs import app
from . import _compare, _export, _status

__all__ = ["app", "main", "run_command"]

del _compare, _export, _init, _status
