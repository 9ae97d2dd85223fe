"""The two sandboxes as the benchmark sees them: started, counted, turned and edited from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.served import Logins
from connector.core.flow import Pair

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Sandboxes:
    """`config`: the file with which the connector reaches them."""

    logins: Logins
    config: Path
    control: requests.Session

    def stats(self) -> Pair[Mapping[str, Any]]:
        """Calls by route, records written and most in flight, by system, since the last reset."""
        found = Pair(self._ask("netsuite", "GET", "stats"), self._ask("salesforce", "GET", "stats"))
        for system, counted in found:
            if counted["bugs"]:
                raise RuntimeError(f"the {system} sandbox broke: its numbers mean nothing")
        return found

    def reset_stats(self) -> None:
        for system in ("netsuite", "salesforce"):
            self._ask(system, "POST", "stats/reset", {})

    def wait(self, seconds: float) -> None:
        """Let time pass for both vendors; nobody really waits."""
        for system in ("netsuite", "salesforce"):
            self._ask(system, "POST", "clock", {"advance_seconds": seconds})

    def edit(self, system: str, type_: str, id_: str, fields: Mapping[str, Any]) -> None:
        """What a person changes in the vendor's own pages."""
        deed = {"do": "update", "type": type_, "id": id_, "fields": dict(fields)}
        self._ask(system, "POST", "act", deed)

    def _ask(self, system: str, method: str, what: str, body: Any = None) -> Any:
        url = {"netsuite": self.logins.netsuite_url, "salesforce": self.logins.salesforce_url}[system]
        answer = self.control.request(method, f"{url}/_sandbox/{what}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def sandboxes(folder: Path, leads: int) -> Iterator[Sandboxes]:
    """A fresh pair in a process of its own, with `leads` in Salesforce, until the block ends."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.served", str(folder), str(leads)]
    with (
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child,
        requests.Session() as control,
    ):
        assert child.stdin is not None and child.stdout is not None
        control.trust_env = False
        try:
            ready = child.stdout.readline()
            if not ready:
                raise RuntimeError("the sandboxes did not start")
            yield Sandboxes(Logins(**json.loads(ready)), folder / "config.yaml", control)
        finally:
            child.stdin.close()
