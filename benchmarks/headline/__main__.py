"""Started as a folder, ``python benchmarks/headline``, or as a module, ``python -m headline``."""

import sys
from pathlib import Path

if not __package__:  # as a folder, which is on the path itself, and not the one it lies in
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from headline.cli import main

sys.exit(main())
