"""The two sandboxes as the benchmark sees them: started, counted, turned and edited from outside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.served import Logins
from bench.usage import ROOT
from connector.core.flow import Pair
from connector.core.schema import SystemName


@dataclass(frozen=True)
class Counted:
    """What one sandbox counted. `writing_calls`: calls that changed something; one may carry 200 records."""

    calls: int
    by_route: Mapping[str, int]
    writing_calls: int
    most_in_flight: int
    throttled: int


@dataclass(frozen=True)
class Sandboxes:
    """A running pair; `folder` holds what their clients need."""

    folder: Path
    logins: Logins
    session: requests.Session

    def counted(self) -> Pair[Counted]:
        """What both counted since the last time. RuntimeError if one of them broke: its numbers mean nothing."""
        return Pair(self._count(SystemName.NETSUITE), self._count(SystemName.SALESFORCE))

    def wait(self, seconds: float) -> None:
        """Let time pass for both vendors; nobody really waits."""
        for system in SystemName:
            self._control(system, "POST", "clock", {"advance_seconds": seconds})

    def edit(self, system: SystemName, type_: str, id_: str, fields: Mapping[str, Any]) -> None:
        """What a person changes in the vendor's own pages."""
        self._control(system, "POST", "act", {"do": "update", "type": type_, "id": id_, "fields": dict(fields)})

    def _count(self, system: SystemName) -> Counted:
        found = self._control(system, "GET", "stats")
        self._control(system, "POST", "stats/reset")
        if found["bugs"]:
            raise RuntimeError(f"the {system.title} sandbox broke {found['bugs']} times")
        return Counted(
            calls=found["calls"],
            by_route=found["by_route"],
            writing_calls=found["writes"],
            most_in_flight=found["most_in_flight"],
            throttled=found["throttled"],
        )

    def _control(self, system: SystemName, method: str, what: str, body: Any = None) -> Any:
        url = Pair(self.logins.netsuite_url, self.logins.salesforce_url).of(system)
        answer = self.session.request(method, f"{url}/_sandbox/{what}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def sandboxes(folder: Path, leads: int) -> Iterator[Sandboxes]:
    """A fresh pair in a process of its own, with `leads` in Salesforce, until the block ends."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.served", str(folder), str(leads)]
    with (
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child,
        requests.Session() as session,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        session.trust_env = False
        try:
            if not child.stdout.readline():
                raise RuntimeError("the sandboxes did not start")
            yield Sandboxes(folder, Logins.of_folder(folder), session)
        finally:
            child.stdin.close()
