"""A small town for stories: both sandboxes in process, the real adapters, a real store, the shipped mappings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping.document import Mappings, load_mappings
from connector.runs.parts import Parts, RunSettings
from connector.runs.report import SyncReport, VerifyReport
from connector.runs.sync import sync
from connector.runs.verify import verify
from connector.sandbox.netsuite.settings import Settings as NetSuiteSandbox
from connector.sandbox.salesforce.settings import Settings as SalesforceSandbox
from connector.sandbox.stand import Stand
from connector.state.store import open_store
from connector.systems.netsuite.settings import NetSuiteSettings, TokenLogin
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem
from connector.systems.salesforce.system import open_session as open_salesforce

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"


@cache
def shipped_mappings() -> Mappings:
    """Read once: reading them takes as long as a whole small story."""
    return load_mappings(MAPPINGS)


class TestClock:
    """Our own clock, turned by sleeping."""

    __test__ = False

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Town:
    """Two vendors, the connector between them, and the people who work in both."""

    def __init__(
        self,
        *,
        seed: int = 1,
        netsuite: NetSuiteSandbox | None = None,
        salesforce: SalesforceSandbox | None = None,
        settings: RunSettings | None = None,
        state: str = ":memory:",
        mappings: Path = MAPPINGS,
    ) -> None:
        self.stand = Stand.in_process(seed=seed, netsuite=netsuite, salesforce=salesforce)
        self.clock = TestClock()
        self.mappings_folder = mappings
        self.mappings = shipped_mappings() if mappings == MAPPINGS else load_mappings(mappings)
        self.settings = settings or RunSettings()
        self.state = state
        self.store = open_store(state)
        self.parts = self._wire()

    def _wire(self) -> Parts:
        ours, theirs = self.stand.netsuite_login, self.stand.salesforce_login
        netsuite_settings = NetSuiteSettings(
            ours.account_id,
            TokenLogin(ours.consumer_key, ours.consumer_secret, ours.token_id, ours.token_secret),
            concurrency=1,
        )
        salesforce_settings = SalesforceSettings(
            ClientCredentials(theirs.consumer_key, theirs.client_secret), domain="sandbox"
        )
        self.netsuite_session = netsuite_session(netsuite_settings, sleep=self.clock.sleep)
        self.salesforce_session = open_salesforce(salesforce_settings, sleep=self.clock.sleep)
        for session in (self.netsuite_session, self.salesforce_session):
            self.stand.mount(session)
        systems = Pair(
            NetSuiteSystem(netsuite_settings, self.netsuite_session),
            SalesforceSystem(salesforce_settings, self.salesforce_session),
        )
        return Parts(systems, self.store, self.mappings, self.clock, self.settings)  # type: ignore[arg-type]

    # --- what the connector does

    def sync(self, **options: Any) -> SyncReport:
        """A run, a minute after whatever happened last."""
        self.wait(60)
        return sync(self.parts, **options)

    def verify(self) -> VerifyReport:
        return verify(self.parts)

    def forget(self) -> None:
        """Lose the connector's state."""
        self.store.close()
        self.store = open_store(":memory:")
        self.parts = self._wire()

    def reload(self) -> None:
        """Read the mapping files anew, as the next run of the command line does."""
        self.mappings = load_mappings(self.mappings_folder)
        self.parts = self._wire()

    def close(self) -> None:
        self.netsuite_session.close()
        self.salesforce_session.close()
        self.store.close()
        self.stand.close()

    # --- what people do

    def wait(self, seconds: float) -> None:
        self.stand.turn_clocks(seconds)
        self.clock.sleep(seconds)

    def salesforce(self, do: str, **deed: Any) -> dict[str, Any]:
        self.wait(1)
        return self.stand.salesforce_front.act({"do": do, **deed})

    def netsuite(self, do: str, **deed: Any) -> dict[str, Any]:
        self.wait(1)
        return self.stand.netsuite_front.act({"do": do, **deed})

    def new_salesforce(self, type_: str, **fields: Any) -> str:
        return str(self.salesforce("create", type=type_, fields=fields)["id"])

    def new_netsuite(self, type_: str, **fields: Any) -> str:
        return str(self.netsuite("create", type=type_, fields=fields)["id"])

    # --- what is there

    def rows(self, where: str, type_: str) -> list[dict[str, Any]]:
        brain = self.stand.netsuite if where == "netsuite" else self.stand.salesforce
        return brain.rows(type_)

    def row(self, where: str, type_: str, id_: str) -> dict[str, Any]:
        name = "id" if where == "netsuite" else "Id"
        return next(row for row in self.rows(where, type_) if str(row[name]) == id_)
