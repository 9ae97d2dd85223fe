"""`connector demo`: the whole story on both local sandboxes, over real HTTP, told with tables.

Two systems start apart. A sync brings them together; people edit and convert on both sides; a second sync carries
that across; a third writes nothing. The sandboxes themselves count the writes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from connector.runs.parts import Parts, RunSettings
from connector.runs.sync import sync
from connector.runs.verify import verify
from connector.ui import reports
from connector.ui.sandbox_config import write_config
from connector.ui.tables import heading, table

if TYPE_CHECKING:
    from connector.sandbox.front import Front
    from connector.sandbox.stand import Stand

MINUTE: Final = 60.0
DIFFERENT_STORY: Final = 6

SALESFORCE_LEADS: Final = (
    ("Ada", "Winter", "Aurora Lighting Inc", "ada@aurora.example", "(212) 555-0101"),
    ("Ben", "Okafor", "Brightwater Ltd", "ben@brightwater.example", "(212) 555-0102"),
    ("Cora", "Lindqvist", "Cobalt Mining AB", "cora@cobalt.example", "+46 8 555 0103"),
    ("Dev", "Raman", "Dune Logistics", "dev@dune.example", "212.555.0104x12"),
)
NETSUITE_LEADS: Final = (
    ("Elif", "Kaya", "Ember Foods", "elif@ember.example", "555-0201"),
    ("Finn", "Murphy", "Falcon Tools", "finn@falcon.example", "555-0202"),
    ("Grace", "Adeyemi", "Granite Works", "grace@granite.example", "555-0203"),
    ("Hugo", "Silva", "Harbor Shipping", "hugo@harbor.example", "555-0204"),
)


@dataclass(slots=True)
class Cast:
    """The people whose leads the demo follows: family name -> record id, by where the lead began."""

    stand: Stand
    salesforce: dict[str, str] = field(default_factory=dict)
    netsuite: dict[str, str] = field(default_factory=dict)
    deeds: list[tuple[str, str, str]] = field(default_factory=list)

    def customer_of(self, name: str) -> str:
        """The NetSuite lead that a Salesforce lead was given, by its key."""
        row = self.salesforce_lead(self.salesforce[name])
        return str(row["NetSuite_Id__c"]).rpartition("-")[2]

    def lead_of(self, name: str) -> str:
        """The Salesforce lead that a NetSuite lead was given, by its key."""
        key = f"ns-customer-{self.netsuite[name]}"
        return next(str(row["Id"]) for row in self.stand.salesforce.rows("Lead") if row["NetSuite_Id__c"] == key)

    def salesforce_lead(self, id_: str) -> dict[str, Any]:
        return next(row for row in self.stand.salesforce.rows("Lead") if row["Id"] == id_)


def run_demo(*, as_json: bool = False) -> int:
    """Run the whole story; the exit code is 0 if the last run wrote nothing and both sides agree."""
    tell: Callable[[str], None] = _hush if as_json else click.echo
    with _town() as (stand, parts):
        cast = Cast(stand)
        _seed(cast)
        tell(_counts(stand, "Two systems, two stories. Both run here, as local sandboxes, over real HTTP."))
        first = _sync(stand, parts, tell, "First sync")
        _people_work(cast)
        tell(_deeds(cast))
        second = _sync(stand, parts, tell, "Second sync")
        tell(_where_they_are(cast))
        third = _sync(stand, parts, tell, "Third sync")
        compared = verify(parts).data()
        tell(_closing(third, compared))
    if as_json:
        click.echo(json.dumps({"syncs": [first, second, third], "verify": reports.masked(compared)}))
    return DIFFERENT_STORY if third["written"] or compared["differences"] else 0


def _hush(text: str) -> None:
    """Nobody reads along."""


# --- setting -------------------------------------------------------------------------------------------------


@contextmanager
def _town() -> Iterator[tuple[Stand, Parts]]:
    """Both sandboxes served on loopback, and the connector configured for them, in a folder that goes away."""
    from connector.config import load_config
    from connector.sandbox.stand import Stand
    from connector.wiring import build

    with tempfile.TemporaryDirectory(prefix="connector-demo-") as folder:
        stand = Stand(seed=7, directory=Path(folder) / "secrets")
        try:
            with stand.serving() as at:
                path = Path(folder) / "config.yaml"
                write_config(path, stand, at)
                with build(load_config(path)) as parts:
                    yield stand, Parts(parts.systems, parts.store, parts.mappings, parts.clock, RunSettings())
        finally:
            stand.close()


def _seed(cast: Cast) -> None:
    """A crowd on both sides, and the eight leads that the story follows."""
    cast.stand.salesforce.seed(12, accounts=4, contacts=6, opportunities=3)
    cast.stand.netsuite.seed(leads=10, prospects=3, customers=2, opportunities=2)
    for first, last, company, email, phone in SALESFORCE_LEADS:
        names: dict[str, Any] = {
            "FirstName": first,
            "LastName": last,
            "Company": company,
            "Email": email,
            "Phone": phone,
        }
        cast.salesforce[last] = _act(cast.stand.salesforce_front, do="create", type="Lead", fields=names)["id"]
    for first, last, company, email, phone in NETSUITE_LEADS:
        person: dict[str, Any] = {"isPerson": True, "firstName": first, "lastName": last, "companyName": company}
        fields = {**person, "email": email, "phone": phone, "entityStatus": {"id": "6"}}
        cast.netsuite[last] = _act(cast.stand.netsuite_front, do="create", type="customer", fields=fields)["id"]


def _act(front: Front, **deed: Any) -> dict[str, Any]:
    return front.act(deed)


def _people_work(cast: Cast) -> None:
    """A day's work by people on both sides, the connector not looking."""
    cast.stand.turn_clocks(5 * MINUTE)
    salesforce, netsuite = cast.stand.salesforce_front, cast.stand.netsuite_front

    def note(system: str, who: str, what: str) -> None:
        cast.deeds.append((system, who, what))

    _act(salesforce, do="update", type="Lead", id=cast.salesforce["Winter"], fields={"Title": "Head of Purchasing"})
    note("Salesforce", "Ada Winter", "is given the title Head of Purchasing")
    _act(netsuite, do="update", type="customer", id=cast.customer_of("Winter"), fields={"phone": "(212) 555-0199"})
    note("NetSuite", "Ada Winter", "gets a new phone number at the same time")
    _act(salesforce, do="update", type="Lead", id=cast.lead_of("Kaya"), fields={"Title": "Buyer"})
    note("Salesforce", "Elif Kaya", "becomes a Buyer ...")
    _act(netsuite, do="update", type="customer", id=cast.netsuite["Kaya"], fields={"title": "Owner"})
    note("NetSuite", "Elif Kaya", "... and an Owner")
    _act(salesforce, do="convert", id=cast.salesforce["Okafor"], opportunity="Brightwater pumps")
    note("Salesforce", "Ben Okafor", "is converted, with an opportunity")
    _act(salesforce, do="convert", id=cast.salesforce["Lindqvist"])
    note("Salesforce", "Cora Lindqvist", "is converted")
    _act(netsuite, do="set_status", id=cast.netsuite["Murphy"], status="8")
    note("NetSuite", "Finn Murphy", "becomes a prospect by a new status")
    _act(netsuite, do="save_and_convert", lead=cast.netsuite["Adeyemi"], variant="disappears")
    note("NetSuite", "Grace Adeyemi", "goes through Save & Convert; the lead's id disappears")
    _act(netsuite, do="sales_order", customer=cast.netsuite["Silva"])
    note("NetSuite", "Hugo Silva", "gets a sales order and so becomes a customer")


# --- telling -------------------------------------------------------------------------------------------------


def _sync(stand: Stand, parts: Parts, tell: Callable[[str], None], title: str) -> dict[str, Any]:
    """One run, a minute after whatever happened last; the sandboxes count what was written."""
    stand.turn_clocks(MINUTE)
    fronts = (stand.netsuite_front, stand.salesforce_front)
    for front in fronts:
        front.reset_stats()
    data = sync(parts).data()
    data["written"] = sum(front.stats()["writes"] for front in fronts)
    tell(f"\n{heading(f'--- {title} ' + '-' * (60 - len(title)))}\n{reports.sync(data)}")
    return data


def _counts(stand: Stand, title: str) -> str:
    netsuite, salesforce = stand.netsuite, stand.salesforce
    rows = [
        ("leads", _stage(netsuite, "Lead"), len(salesforce.rows("Lead"))),
        ("organizations", _stage(netsuite, "Prospect") + _stage(netsuite, "Customer"), len(salesforce.rows("Account"))),
        ("persons", len(netsuite.rows("contact")), len(salesforce.rows("Contact"))),
        ("opportunities", len(netsuite.rows("opportunity")), len(salesforce.rows("Opportunity"))),
    ]
    return "\n".join([heading(title), "", *table(("", "NetSuite", "Salesforce"), rows)])


def _stage(netsuite: Any, stage: str) -> int:
    return sum(row["searchstage"] == stage and row["isinactive"] == "F" for row in netsuite.rows("customer"))


def _deeds(cast: Cast) -> str:
    title = heading("\nNow people work, on both sides, and nobody tells anybody:")
    return "\n".join([title, "", *table(("where", "who", "what"), cast.deeds)])


def _where_they_are(cast: Cast) -> str:
    """Each person of the story, as either system tells it now."""
    names = [*(one[1] for one in SALESFORCE_LEADS), *(one[1] for one in NETSUITE_LEADS)]
    rows = [(name, _in_netsuite(cast.stand, name), _in_salesforce(cast.stand, name)) for name in names]
    title = heading("\nWhere they are now, as the two systems themselves tell it:")
    return "\n".join([title, "", *table(("who", "NetSuite", "Salesforce"), rows)])


def _in_netsuite(stand: Stand, name: str) -> str:
    customers = {row["id"]: row for row in stand.netsuite.rows("customer")}
    for contact in stand.netsuite.rows("contact"):
        if contact["lastname"] == name:
            company = customers[contact["company"]]
            return f"contact at {company['searchstage'].lower()} {company['companyname']}"
    lead = next(row for row in customers.values() if row.get("lastname") == name)
    return f"{lead['searchstage'].lower()}, {lead.get('title') or 'no title'}, {lead['phone']}"


def _in_salesforce(stand: Stand, name: str) -> str:
    accounts = {row["Id"]: row for row in stand.salesforce.rows("Account")}
    for contact in stand.salesforce.rows("Contact"):
        if contact["LastName"] == name:
            account = accounts[contact["AccountId"]]
            return f"contact at {account.get('Type') or 'account'} {account['Name']}"
    lead = next(row for row in stand.salesforce.rows("Lead") if row["LastName"] == name)
    return f"lead, {lead.get('Title') or 'no title'}, {lead['Phone']}"


def _closing(third: dict[str, Any], compared: dict[str, Any]) -> str:
    held = len(compared["explained"])
    lines = [
        "",
        heading(f"The third run wrote {third['written']} records. The story is the same on both sides:"),
        f"  {compared['compared']} linked pairs compared, {len(compared['differences'])} differences, "
        f"{held} held for a person (a conflict keeps both values until somebody decides).",
        "",
        "Try it by hand, after `. .venv/bin/activate`:",
        "  connector sandbox serve --config-out sandbox/config.yaml",
        "  connector sync --config sandbox/config.yaml",
    ]
    return "\n".join(lines)
