"""Made-up but believable records in any number: the same seed makes the same people.

Bulk inserts: ten thousand leads take a fraction of a second. Stamps step back in time, 200 rows to a second,
so that ties are as normal as in a real org.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from connector.sandbox.salesforce.derived import derive
from connector.sandbox.salesforce.moments import stamp
from connector.sandbox.salesforce.objects_sales import (
    INDUSTRY,
    READINESS,
    REASONS,
    SOURCES,
    STAGES,
    TIME_FRAMES,
)
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.record_types import by_default

FIRST = re.findall(
    r"\w+",
    "Ada Amara Anders Beatriz Bjorn Carmen Chidi Daniela Dmitri Elif Emre Farah Felix Greta Hana Hugo Ines Ivo "
    "Jonas Kamila Kofi Lena Liam Mateo Mira Nadia Nils Oriol Paula Quentin Rosa Samir Tara Ulf Vera Wanda Xenia "
    "Yara Yusuf Zoe",
)
LAST = re.findall(
    r"\w+",
    "Abbott Almeida Bakker Bianchi Castillo Cohen Dahl Duarte Eriksen Farkas Fischer Garnier Haas Ibrahim "
    "Ivanova Jansen Keller Kowalski Larsen Lindqvist Marchetti Meyer Moreau Nakamura Novak Ochoa Olsen Petrov "
    "Quist Ramos Rossi Schmidt Silva Tanaka Tremblay Usman Varga Weber Yilmaz Zeman",
)
WORDS = re.findall(
    r"\w+",
    "Alder Amber Anchor Atlas Beacon Birch Bright Cedar Cobalt Coral Delta Ember Falcon Granite Harbor Indigo "
    "Juniper Keystone Lantern Maple Meridian Nimbus Onyx Orchard Pioneer Quarry Redwood Summit Tidal Vertex",
)
TRADES = re.findall(
    r"\w+",
    "Logistics Foods Textiles Energy Robotics Clinics Hotels Foundry Shipping Optics Paper Ceramics Software "
    "Instruments Farms",
)
LEGAL = ("Inc", "Ltd", "GmbH", "LLC", "SA")
TITLES = ("CEO", "CFO", "VP, Facilities", "Director of Operations", "Plant Manager", "Buyer", "IT Manager")
PLACES = (
    ("12 Harbour Road", "Bristol", None, "BS1 4QA", "United Kingdom"),
    ("480 Market Street", "San Francisco", "CA", "94105", "USA"),
    ("Lange Gasse 7", "Graz", None, "8010", "Austria"),
    ("31 Rue des Carmes", "Nantes", None, "44000", "France"),
    ("900 Oak Avenue", "Austin", "TX", "78701", "USA"),
    ("5 King William Street", "Adelaide", "SA", "5000", "Australia"),
)
ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
STATUSES = ("Open - Not Contacted", "Working - Contacted")
ROWS_PER_SECOND = 200
Maker = Callable[[Random, int], dict[str, Any]]


def seed(org: Org, leads: int, accounts: int, contacts: int, opportunities: int) -> dict[str, int]:
    """Insert the asked numbers; contacts and opportunities hang on the accounts made in the same call."""
    draw = Random(f"salesforce people {org.world.seed}")
    with org.transaction():
        made = {"Account": _insert(org, draw, "Account", accounts, _account)}
        people = _insert(org, draw, "Contact", contacts, _under(made["Account"], _contact))
        deals = _insert(org, draw, "Opportunity", opportunities, _under(made["Account"], _opportunity))
        made |= {"Contact": people, "Opportunity": deals, "Lead": _insert(org, draw, "Lead", leads, _lead)}
    return {name: len(ids) for name, ids in made.items() if ids}


def _insert(org: Org, draw: Random, name: str, count: int, make: Maker) -> list[str]:
    if count == 0:
        return []
    sobject = org.sobject(name)
    base = {f.name: f.default for f in sobject.fields if f.default is not None} | by_default(org, sobject)
    rows = []
    for at in range(count):
        row = base | make(draw, at) | _system(org, count - at) | {"Id": org.ids.make(sobject.prefix)}
        rows.append(row | derive(name, row, row))
    columns = list(dict.fromkeys(key for row in rows for key in row))
    org.store.insert_many(sobject, columns, ([row.get(key) for key in columns] for row in rows))
    return [str(row["Id"]) for row in rows]


def _system(org: Org, remaining: int) -> dict[str, Any]:
    at = stamp(org.now() - timedelta(seconds=1 + remaining // ROWS_PER_SECOND))
    owner = org.people.humans[remaining % len(org.people.humans)]
    dates = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), at)
    return dates | dict.fromkeys(("OwnerId", "CreatedById", "LastModifiedById"), owner)


def _company(draw: Random) -> str:
    return f"{draw.choice(WORDS)} {draw.choice(TRADES)} {draw.choice(LEGAL)}"


def _domain(company: str) -> str:
    return "".join(company.lower().split()[:2]) + ".example"


def _phone(draw: Random) -> str:
    return f"({draw.randrange(200, 990)}) 555-{draw.randrange(10000):04d}"


def _place(draw: Random, prefix: str) -> dict[str, Any]:
    parts = draw.choice(PLACES)
    return {f"{prefix}{name}": part for name, part in zip(ADDRESS, parts, strict=True)}


def _person(draw: Random, at: int, company: str) -> dict[str, Any]:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    mail = f"{first}.{last}{at}@{_domain(company)}".lower()
    names = {"FirstName": first, "LastName": last, "Salutation": draw.choice(("Mr.", "Ms.", "Dr."))}
    return names | {"Email": mail, "Title": draw.choice(TITLES), "Phone": _phone(draw)}


def _qualification(draw: Random) -> dict[str, Any]:
    return {
        "Sales_Readiness__c": draw.choice(READINESS),
        "Buying_Time_Frame__c": draw.choice(TIME_FRAMES),
        "Buying_Reason__c": draw.choice(REASONS),
        "Budget__c": float(draw.randrange(5, 500) * 100),
        "Budget_Approved__c": draw.randrange(2),
    }


def _lead(draw: Random, at: int) -> dict[str, Any]:
    company = _company(draw)
    more = {
        "Company": company,
        "Website": f"https://{_domain(company)}",
        "Status": draw.choice(STATUSES),
        "LeadSource": draw.choice(SOURCES),
        "Industry": draw.choice(INDUSTRY),
        "NumberOfEmployees": draw.randrange(3, 5000),
    }
    return _person(draw, at, company) | more | _place(draw, "") | _qualification(draw)


def _account(draw: Random, at: int) -> dict[str, Any]:
    name = f"{_company(draw)} {at + 1}"
    more = {"Website": f"https://{_domain(name)}", "Industry": draw.choice(INDUSTRY), "Type": "Prospect"}
    return {"Name": name, "Phone": _phone(draw)} | more | _place(draw, "Billing")


def _under(accounts: list[str], make: Maker) -> Maker:
    """Rows that belong to one of `accounts`, if there are any."""
    return lambda draw, at: make(draw, at) | ({"AccountId": draw.choice(accounts)} if accounts else {})


def _contact(draw: Random, at: int) -> dict[str, Any]:
    return _person(draw, at, _company(draw)) | _place(draw, "Mailing")


def _opportunity(draw: Random, at: int) -> dict[str, Any]:
    close = f"2026-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
    values = {"StageName": draw.choice(STAGES), "CloseDate": close, "Amount": float(draw.randrange(1, 900) * 250)}
    return {"Name": f"{draw.choice(WORDS)} supply {at + 1}"} | values | _qualification(draw)
