"""The command line: one function a verb.

Exit codes: 0 done; 1 the work failed; 2 the request is wrong. A wrong request prints one message.
"""

from . import _init, _status
from ._main import main, run_command
from ._verbs import app

__all__ = ["app", "main", "run_command"]

del _init, _status  # their verbs are in the application
