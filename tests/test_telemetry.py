"""No library reports its use, unless the user wants it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from s3ft.telemetry import OFF

SHOW = "import json, os, subprocess, sys; import s3ft; "
OWN = "print(json.dumps(dict(os.environ)))"
CHILD = f"subprocess.run([sys.executable, '-c', 'import json, os; {OWN}'])"


def environment(code: str, **set_by_user: str) -> dict[str, str]:
    """The variables of a process that imports s3ft, or of one that it starts."""
    clean = {name: value for name, value in os.environ.items() if name not in OFF}
    done = subprocess.run(
        [sys.executable, "-c", SHOW + code],
        capture_output=True,
        text=True,
        check=True,
        env=clean | set_by_user,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("code", [OWN, CHILD], ids=["here", "in a process it starts"])
def test_reports_are_off_and_a_setting_of_the_user_wins(code: str) -> None:
    found = environment(code, HF_HUB_DISABLE_TELEMETRY="0")
    assert {name: found[name] for name in OFF} == OFF | {"HF_HUB_DISABLE_TELEMETRY": "0"}


def test_the_hub_s_library_goes_by_it() -> None:
    code = "from huggingface_hub import constants; print(json.dumps({'': constants."
    code += "HF_HUB_DISABLE_TELEMETRY}))"
    assert environment(code) == {"": True}
    assert environment(code, HF_HUB_DISABLE_TELEMETRY="0") == {"": False}
