"""The command line as a fork of a process that has imported it already: starting Python takes longer than a run.

Reads one JSON object a line, {"arguments", "folder", "out", "err", "dies_at"}, answers {"pid"}, and {"code"} when that
process has ended. `dies_at`: the commit before (odd) or after (even) which it kills itself, null for none.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from sqlalchemy.engine import Engine

from connector.ui.cli import main as connector
from tests.crashpoints.mortal import Fate, watch_commits

IMPORTED_LATE = ("connector.wiring", "connector.config", "connector.runs.sync", "connector.runs.verify", "psycopg")


PATIENCE_SECONDS = 300
"""A run that takes longer hangs, and ends by a signal that nobody expects."""


class KillsItself(Fate):
    """Ends in a real SIGKILL instead of an exception."""

    def die(self, name: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def serve() -> None:
    for name in IMPORTED_LATE:
        __import__(name)
    _say(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _become_the_connector(order)
        _say(pid=child)
        _, status = os.waitpid(child, 0)
        _say(code=os.waitstatus_to_exitcode(status))


def _say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _become_the_connector(order: dict[str, Any]) -> None:
    for name, number in (("out", 1), ("err", 2)):
        file = os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(order["folder"])
    signal.alarm(PATIENCE_SECONDS)
    if order["dies_at"] is not None:
        watch_commits(Engine, KillsItself(order["dies_at"]))
    connector(order["arguments"], prog_name="connector")  # ends the process


if __name__ == "__main__":
    serve()
