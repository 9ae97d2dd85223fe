"""One org: its rows, its people, its clock, and the transactions that are still open.

Law: everything that changes rows goes through here or through the rules built on it (writes, convert, merge);
reading changes nothing. A late commit becomes visible when the clock has passed its moment: `settle` is
called before every request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.describe import SObject, build_schema
from connector.sandbox.salesforce.errors import row_is_locked
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.ids import IdMaker, base62, checksum
from connector.sandbox.salesforce.moments import stamp
from connector.sandbox.salesforce.settings import Settings
from connector.sandbox.salesforce.store import Store
from connector.sandbox.world import World

BIN_DAYS = 15


@dataclass(frozen=True)
class Saver:
    """Who saves, and under which request headers.

    allow_duplicates: `allowSave` of the duplicate rule header. assign: `Sforce-Auto-Assign`.
    """

    user_id: str
    allow_duplicates: bool = False
    assign: bool = True
    version: float = 62.0


@dataclass(frozen=True)
class OpenTransaction:
    """A row written but not committed: nobody sees it, nobody else may write the row."""

    sobject: str
    record_id: str
    row: dict[str, Any]
    creates: bool
    opened_at: datetime
    commits_at: datetime


@dataclass(frozen=True)
class Automation:
    """A rule that rewrites a field after each save; `bump_seconds` > 0 makes it a second, later save."""

    sobject: str
    field: str
    kind: str
    argument: Any = None
    bump_seconds: int = 0


@dataclass
class People:
    integration: str = ""
    humans: list[str] = field(default_factory=list)
    inactive: str = ""
    queue: str = ""


class Org:
    """State of one org. `database` is a path or `:memory:`."""

    def __init__(self, world: World, settings: Settings, database: str = ":memory:") -> None:
        self.world = world
        self.settings = settings
        self.org_id = settings.org_id or _org_id(world.seed)
        self.schema = build_schema(settings)
        self.store = Store(self.schema, database)
        self.ids = IdMaker(world.seed)
        self.automations: list[Automation] = []
        self.open_transactions: list[OpenTransaction] = []
        self.made_as: dict[tuple[str, str], str] = {}
        for sobject in self.schema.sobjects:
            self.ids.continue_after(self.store.highest_id(sobject))
        self._purged_at = self.now()
        self.people = _found(self)

    def close(self) -> None:
        self.store.close()

    def now(self) -> datetime:
        return self.world.clock.now()

    def stamp(self) -> str:
        return stamp(self.now())

    def sobject(self, name: str) -> SObject:
        return self.schema.get(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.store.transaction():
            yield

    def settle(self) -> None:
        """Commit what is due and empty the recycle bin of what is older than 15 days."""
        now = self.now()
        due = [opened for opened in self.open_transactions if opened.commits_at <= now]
        for opened in sorted(due, key=lambda opened: opened.commits_at):
            self._commit(opened)
            self.open_transactions.remove(opened)
        if now - self._purged_at >= timedelta(hours=1):
            self._purge(now)

    def _commit(self, opened: OpenTransaction) -> None:
        sobject = self.sobject(opened.sobject)
        if opened.creates:
            self.store.insert(sobject, opened.row)
        else:
            self.store.update(sobject, opened.record_id, opened.row)

    def _purge(self, now: datetime) -> None:
        self._purged_at = now
        before = stamp(now - timedelta(days=BIN_DAYS))
        for sobject in self.schema.sobjects:
            if sobject.has_recycle_bin:
                self.store.purge(sobject, before)

    def refuse_if_locked(self, *record_ids: str | None) -> None:
        """Refusal UNABLE_TO_LOCK_ROW while an open transaction holds one of the rows."""
        if not self.open_transactions:
            return
        held = {opened.record_id for opened in self.open_transactions}
        for record_id in record_ids:
            if record_id in held:
                raise row_is_locked(str(record_id))

    def safe_mark(self, sobject: SObject, end: datetime) -> datetime:
        """Up to when every change of `sobject` is visible: the start of the oldest open transaction."""
        opened = [one.opened_at for one in self.open_transactions if one.sobject == sobject.name]
        return min([end, self.now(), *opened])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All rows of one object with stored values, deleted ones too, ordered by id."""
        return self.store.find(self.sobject(name), '1 ORDER BY "Id"')

    def rename_field(self, sobject: SObject, old: Field, new: Field) -> None:
        """An admin gives a custom field another API name: the values stay where they are."""
        self.made_as[sobject.name, new.name] = self.made_as.pop((sobject.name, old.name), old.name)
        self.store.rename_column(sobject, old.name, new.name)
        self.schema = self.schema.with_field(sobject, old, new)

    def digest(self) -> str:
        """A hash of every row of every object."""
        sums = hashlib.sha256()
        for sobject in self.schema.sobjects:
            for row in self.rows(sobject.name):
                sums.update(repr((sobject.name, tuple(row.values()))).encode())
        return sums.hexdigest()


def _org_id(seed: int) -> str:
    number = Random(f"salesforce org {seed}").randrange(62**9)
    short = f"00DbB0{base62(number, 9)}"
    return short + checksum(short)


PERSONS = (
    ("Maren", "Holt", "maren.holt@northwind.example", True),
    ("Tobias", "Okafor", "tobias.okafor@northwind.example", True),
    ("Ruth", "Delacroix", "ruth.delacroix@northwind.example", False),
)
QUEUE = "Inbound Leads"


def _found(org: Org) -> People:
    """The people of the org; made when the database is new."""
    if not org.store.count(org.sobject("User")):
        _settle_in(org)
    by_name = {row["Username"]: row["Id"] for row in org.rows("User")}
    persons = [by_name[username] for _, _, username, _ in PERSONS]
    queue = org.rows("Group")[0]["Id"]
    return People(by_name[org.settings.username], persons[:2], persons[2], queue)


def _settle_in(org: Org) -> None:
    creator = org.ids.make("005")
    stamps = {
        "CreatedDate": org.stamp(),
        "CreatedById": creator,
        "LastModifiedDate": org.stamp(),
        "LastModifiedById": creator,
        "SystemModstamp": org.stamp(),
    }
    store, settings = org.store, org.settings
    store.insert(org.sobject("User"), _user(creator, "Integration", "User", settings.username, True) | stamps)
    for first, last, username, active in PERSONS:
        person = _user(org.ids.make("005"), first, last, username, active)
        store.insert(org.sobject("User"), person | stamps)
    queue = {"Id": org.ids.make("00G"), "Name": QUEUE, "DeveloperName": "Inbound_Leads", "Type": "Queue"}
    store.insert(org.sobject("Group"), queue | stamps)
    store.insert(org.sobject("Organization"), _organization(org) | stamps)
    for order, status in enumerate(settings.lead_statuses, start=1):
        labels = {"MasterLabel": status.label, "ApiName": status.label, "SortOrder": order}
        flags = {"IsDefault": int(status.default), "IsConverted": int(status.converted)}
        store.insert(org.sobject("LeadStatus"), {"Id": org.ids.make("01J")} | labels | flags | stamps)
    record_types.found(org, stamps)


def _user(record_id: str, first: str, last: str, username: str, active: bool) -> dict[str, Any]:
    names = {"Username": username, "FirstName": first, "LastName": last, "Name": f"{first} {last}"}
    zone = {"TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US"}
    more = {"Email": username, "Alias": (first[0] + last)[:8].lower(), "IsActive": int(active)}
    return {"Id": record_id, "UserType": "Standard"} | names | more | zone


def _organization(org: Org) -> dict[str, Any]:
    return {
        "Id": org.org_id,
        "Name": org.settings.org_name,
        "OrganizationType": "Developer Edition",
        "InstanceName": "EU42" if not org.settings.is_sandbox else "EU42S",
        "IsSandbox": int(org.settings.is_sandbox),
        "TimeZoneSidKey": "GMT",
        "LanguageLocaleKey": "en_US",
        "DefaultLocaleSidKey": "en_US",
        "FiscalYearStartMonth": 1,
    }
