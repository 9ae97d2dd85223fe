"""The command line as a user has it: a process of its own, called in a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def complains(self, code: int, *parts: str) -> None:
        """One clear message on stderr, the right exit code, and no traceback anywhere."""
        assert "Traceback" not in self.out + self.err
        assert self.code == code, self.err or self.out
        assert [line for line in self.err.splitlines() if line.startswith("connector: ")] == [self.err.splitlines()[0]]
        for part in parts:
            assert part in self.err


def environment(**extra: str) -> dict[str, str]:
    """Our source tree, and nothing of the user's home."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **extra}


def start(*arguments: str, folder: Path, **extra: str) -> subprocess.Popen[str]:
    """Start `connector <arguments>` in `folder` and leave it running."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "connector", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment(**extra), text=True, stdout=pipe, stderr=pipe)


def connector(*arguments: str, folder: Path, **extra: str) -> Ended:
    """Run `connector <arguments>` in `folder` to its end."""
    with start(*arguments, folder=folder, **extra) as process:
        out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out, err)
