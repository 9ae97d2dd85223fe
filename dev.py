#!/usr/bin/env python3
"""Set up and run: needs Python 3.11 or newer and nothing else.

    python3 dev.py demo       the main job, on local sandboxes of both vendors
    python3 dev.py test       the tests (more words go to pytest)
    python3 dev.py check      formatting, lint and types
    python3 dev.py bench      the benchmark (more words go to it)
    python3 dev.py connector  the command line itself, e.g. `python3 dev.py connector doctor --help`

The first call makes `.venv` beside this file and installs the project into it; later calls reuse it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
STAMP = HOME / "installed"

COMMANDS = {
    "demo": [["connector", "demo"]],
    "test": [["python", "-m", "pytest", "-n", "auto"]],
    "check": [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
    ],
    "bench": [["python", "-m", "bench"]],
    "connector": [["connector"]],
}


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people so
        print("This needs Python 3.11 or newer.", file=sys.stderr)
        return 2
    name, *words = sys.argv[1:] or ["--help"]
    if name not in COMMANDS:
        print((__doc__ or "").strip())
        return 0 if name in ("-h", "--help", "help") else 2
    set_up()
    for command in COMMANDS[name]:
        program, *options = command
        last = command is COMMANDS[name][-1]
        code = subprocess.call([str(BIN / program), *options, *(words if last else [])], cwd=ROOT)
        if code:
            return code
    return 0


def set_up() -> None:
    """Make `.venv` and install, unless that was done for this very pyproject.toml."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Setting up .venv (once, about a minute) ...", file=sys.stderr, flush=True)
    venv.create(HOME, with_pip=True)
    install = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.check_call([*install, "--editable", f"{ROOT}[dev]"], stdout=sys.stderr)
    STAMP.write_text(wanted)


if __name__ == "__main__":
    raise SystemExit(main())
