"""Starting the connector and waiting for it: cold, as anybody starts it, or warm (see `warm`)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.story.command_line import ROOT, environment

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Ended:
    """How a process ended. `code`: below 0 for a signal."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The JSON object on stdout; empty where there is none."""
        try:
            found = json.loads(self.out)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Running(Protocol):
    """A connector at work."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> Ended: ...


def signal_to(pid: int, which: signal.Signals) -> bool:
    """Whether the process was still there to get it."""
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return False
    return True


class Cold:
    """`python -m connector ...`"""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        command = [sys.executable, "-m", "connector", *arguments]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=folder, env=environment(), text=True, stdout=pipe, stderr=pipe)
        self.pid = self._process.pid

    def wait(self) -> Ended:
        with self._process as process:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
            return Ended(process.returncode, out, err)


class Starter:
    """Starts warm connectors, one at a time. `number` tells starters of one folder apart."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "tests.kills.warm"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), text=True, stdin=pipe, stdout=pipe)
        self._hear()

    def start(self, arguments: list[str], dies_at: int | None = None) -> Warm:
        out, err = (self._folder / f"{name}{self._number}.txt" for name in ("out", "err"))
        order = {"arguments": arguments, "folder": str(self._folder), "out": str(out), "err": str(err)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({**order, "dies_at": dies_at}) + "\n")
        self._process.stdin.flush()
        return Warm(self, self._hear()["pid"], out, err)

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        facts: dict[str, Any] = json.loads(self._process.stdout.readline())
        return facts

    def code(self) -> int:
        """The exit code of the connector that was started last, once it has ended."""
        return int(self._hear()["code"])

    def close(self) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()


@dataclass(frozen=True)
class Warm:
    """A connector that a starter forked."""

    starter: Starter
    pid: int
    out: Path
    err: Path

    def wait(self) -> Ended:
        return Ended(self.starter.code(), self.out.read_text(), self.err.read_text())
