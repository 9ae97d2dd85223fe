#!/usr/bin/env python3
"""Set up and run: needs Python 3.11 or newer and nothing else.

    python3 dev.py demo       the main job, on local sandboxes of both vendors
    python3 dev.py test       the tests (more words go to pytest)
    python3 dev.py check      formatting, lint and types
    python3 dev.py plant      planted bugs, which the tests must notice
    python3 dev.py walk       2,000 fresh lives of both systems, some four minutes (more words go to it)
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
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
BIN = HOME / "bin"
STAMP = HOME / "installed"

COMMANDS = {
    "demo": [["connector", "demo"]],
    "test": [["pytest", "-n", "auto"]],
    "check": [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
    ],
    "plant": [["python", "-m", "tests.mutants", "--quick"]],
    "walk": [["python", "-m", "tests.walk", "--seeds", "2000", "--start", "random", "--jobs", "2"]],
    "bench": [["python", "-m", "bench"]],
    "connector": [["connector"]],
}

NO_VENV = """\
Could not make .venv or install into it; the message above says why. What helps most often:
  no network    pip needs a package index, or a mirror of one (PIP_INDEX_URL)
  no pip        Debian and Ubuntu keep it apart: apt-get install python3-venv"""


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people so
        print("This needs Python 3.11 or newer.", file=sys.stderr)
        return 2
    name, *words = sys.argv[1:] or ["--help"]
    if name not in COMMANDS:
        print((__doc__ or "").strip())
        return 0 if name in ("-h", "--help", "help") else 2
    try:
        set_up()
        *earlier, last = COMMANDS[name]
        for command in earlier:
            code = subprocess.call(program(command), cwd=ROOT)  # noqa: S603 - only what COMMANDS names
            if code:
                return code
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError:
        print(NO_VENV, file=sys.stderr)
        return 1
    # Whoever calls the command line names files as seen from where they are; the rest works in the project.
    return become([*program(last), *words], Path.cwd() if name == "connector" else ROOT)


def program(command: list[str]) -> list[str]:
    return [str(BIN / command[0]), *command[1:]]


def become(command: list[str], folder: Path) -> NoReturn:
    """Turn into `command`: what ends it, Ctrl-C among it, reaches it and nobody else."""
    os.chdir(folder)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def set_up() -> None:
    """Make `.venv` and install, unless that was done for this very project file, folder and Python."""
    facts = (ROOT / "pyproject.toml").read_bytes() + f"{ROOT} {sys.version}".encode()
    wanted = hashlib.sha256(facts).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Setting up .venv (once, a minute or two) ...", file=sys.stderr, flush=True)
    # Only what was made here is thrown away, never an environment of somebody's own.
    venv.create(HOME, with_pip=True, symlinks=True, clear=STAMP.exists())
    install = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.check_call([*install, "--editable", f"{ROOT}[dev]"], stdout=sys.stderr)  # noqa: S603 - pip, fixed words
    STAMP.write_text(wanted)


if __name__ == "__main__":
    raise SystemExit(main())
