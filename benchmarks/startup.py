"""How long a start takes: processor time of `s3ft --help` and of imports, beside bare Python's.

    python benchmarks/startup.py [--tries 5]

The best of the tries, and how many times as long as an interpreter that only loads what every
command line of this kind needs (typer and rich).
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys

STARTS = {
    "python": ["-c", "pass"],
    "typer and rich": ["-c", "import typer, rich.console, rich.table"],
    "s3ft --help": ["-m", "s3ft", "--help"],
    "import s3ft": ["-c", "import s3ft"],
    "import s3ft.judge": ["-c", "import s3ft.judge"],
}
REFERENCE = "typer and rich"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=5)
    options = parser.parse_args()
    found = {
        name: min(seconds(arguments) for _ in range(options.tries))
        for name, arguments in STARTS.items()
    }
    for name, value in found.items():
        print(f"{name:20}{1000 * value:>8.0f} ms{value / found[REFERENCE]:>8.2f}")


def seconds(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
