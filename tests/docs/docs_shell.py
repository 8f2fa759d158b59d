"""Runs what a page prints, as it is printed, and looks whether it says what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

from docs_blocks import Block, Command

from processes import heeds_ctrl_c
from s3ft import cli

SHELL = re.compile(r"[|&;<>$`*?~()]|^\w+=")
"""What a shell would see to outside of quotes."""

MODULES_HERE = "PYTHONPATH=. "

WAITS = "until Ctrl-C"
"""What a command says that then waits for its end."""


def write_file(block: Block) -> None:
    """Write what a fence with a title holds."""
    Path(block.title).parent.mkdir(parents=True, exist_ok=True)
    Path(block.title).write_text(block.body, encoding="utf-8")


def run_page(found: list[Block]) -> None:
    """Write a page's files and run its blocks, one after the other, in the current folder."""
    names: dict[str, Any] = {}
    said: str | None = None
    for block in found:
        if block.title:
            write_file(block)
        elif block.language == "text" and said is not None and not block.follows:
            assert_shown(block.body.splitlines(), said, block)
        said = None
        if not block.is_run:
            continue
        if block.language == "python":
            with redirect_stdout(StringIO()) as output:
                exec(compile(block.body, block.where, "exec"), names)
            said = output.getvalue()
            continue
        for command in block.commands:
            code, output_of = run(command)
            expected = 1 if block.mark == "exit code 1" else 0
            if command.shown and command.shown[0].startswith("s3ft: "):
                expected = 2
            assert code == expected, f"{block.where}: {command.line}\n{output_of}"
            assert_shown(command.shown, output_of, block)


def assert_shown(shown: list[str], said: str, block: Block) -> None:
    """That all lines that are shown were said, in this order; ``...`` stands for anything."""
    left = said.splitlines()
    for line in shown:
        if line == "...":
            continue
        pattern = re.escape(line.rstrip()).replace(re.escape("..."), ".*")
        if block.mark == "figures vary":
            pattern = re.sub(r"\d(?:[\d,]|\\\.)*", r"[\\d,.]+", pattern)
        at = next((n for n, one in enumerate(left) if re.fullmatch(pattern, one.rstrip())), None)
        assert at is not None, f"{block.where}: does not say {line!r}:\n{said}"
        left = left[at + 1 :]


def run(command: Command) -> tuple[int, str]:
    """Exit code, and all that is printed. Where it is the same, in this process: quicker."""
    line = command.line.removeprefix(MODULES_HERE)
    words = shlex.split(line, comments=True)
    if SHELL.search(re.sub(r"'[^']*'|#.*", "", line)):
        return _in_shell(command.line)
    if words[0] == "s3ft" and words[1] != "review":
        return _here(words[1:], [os.getcwd()] if line != command.line else [])
    return _in_shell(shlex.join(words))


def _here(arguments: list[str], modules: list[str]) -> tuple[int, str]:
    written, path = BytesIO(), sys.path.copy()
    said = TextIOWrapper(written, encoding="utf-8", write_through=True)
    sys.path[:0] = modules
    with redirect_stdout(said), redirect_stderr(said):
        code = cli.run_command(arguments)
    sys.path[:] = path
    return code, written.getvalue().decode()


def _in_shell(line: str) -> tuple[int, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        ["bash", "-c", f"exec {line}" if re.match("s3ft review", line) else line],
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=heeds_ctrl_c,
    )
    assert process.stdout is not None
    said = ""
    for printed in process.stdout:
        said += printed
        if WAITS in printed:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            process.wait(30)
            return 0, said
    return process.wait(), said
