"""The served sandboxes, the connector's folder beside them, and what people see and do in both."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connector.sandbox.serve import serve
from connector.sandbox.stand import Addresses, Stand
from connector.ui.sandbox_config import write_config
from tests.kills.gate import Gate, Trap

SETTLED_SECONDS = 0.02


class ServedTown:
    """Both sandboxes behind gates, over HTTP, served by this process; a `deeds.Office`."""

    def __init__(self, seed: int, folder: Path, state: str) -> None:
        self.folder = folder
        self.typed: dict[tuple[str, str], str] = {}
        self.stand = Stand(seed=seed, directory=folder / "keys", running_clocks=True)
        self._gates = {"netsuite": Gate(self.stand.netsuite_front), "salesforce": Gate(self.stand.salesforce_front)}
        self._ports: dict[str, int] = {}
        self._serving = ExitStack()
        urls = self.open()
        write_config(folder / "config.yaml", self.stand, Addresses(urls["netsuite"], urls["salesforce"], None))
        self._set_state(state)

    def _set_state(self, state: str) -> None:
        config = self.folder / "config.yaml"
        lines = [line for line in config.read_text().splitlines() if not line.startswith("state:")]
        config.write_text("\n".join([*lines, f'state: "{state}"', ""]))

    # --- the servers -------------------------------------------------------------------------------------------------

    def open(self) -> dict[str, str]:
        """Serve both, on the ports that they had before; the URL of each."""
        urls = self._serving.enter_context(serve(self._gates, self._ports))  # type: ignore[arg-type]
        self._ports = {name: urlsplit(url).port or 0 for name, url in urls.items()}
        return urls

    def shut(self) -> None:
        """Both servers are gone, and every connection with them; what the vendors hold stays."""
        self._serving.close()

    def close(self) -> None:
        self.shut()
        self.stand.close()

    def set_trap(self, trap: Trap | None) -> None:
        for gate in self._gates.values():
            gate.trap = trap

    def stats(self, name: str) -> int:
        return sum(int(gate.front.stats()[name]) for gate in self._gates.values())

    def settle(self) -> None:
        """Wait until calls that outlived their caller are through."""
        seen = -1
        while self.stats("in_flight") or seen != self.stats("calls"):
            seen = self.stats("calls")
            time.sleep(SETTLED_SECONDS)

    # --- what people see and do --------------------------------------------------------------------------------------

    def rows(self, where: str, type_: str) -> list[dict[str, Any]]:
        brain = self.stand.netsuite if where == "netsuite" else self.stand.salesforce
        return brain.rows(type_)

    def netsuite(self, do: str, **deed: Any) -> dict[str, Any]:
        return self.stand.netsuite_front.act({"do": do, **deed})

    def salesforce(self, do: str, **deed: Any) -> dict[str, Any]:
        return self.stand.salesforce_front.act({"do": do, **deed})
