"""Made-up leads, prospects and customers with contacts, and opportunities: the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from connector.sandbox.netsuite import handlers
from connector.sandbox.netsuite.account import UI, Account
from connector.sandbox.netsuite.handlers import read_body

_FIRST = (
    "Ada Amir Beatriz Bruno Chloe Daan Dana Elif Emeka Farah Felix Grace Hana Hugo Ines Ivan Jonas Julia Kavya Kenji "
    "Lara Leo Maya Milan Nadia Noah Olga Omar Paula Quinn Rania Ravi Sofia Stefan Tara Tomas Uma Victor Wanda Xenia "
    "Yara Yusuf Zoe"
)
_LAST = (
    "Abbott Acheson Bianchi Brandt Castillo Chowdhury Dahl Dubois Eriksen Fischer Forde Garcia Gupta Haas Hughes "
    "Ibrahim Jansen Kaya Kowalski Lindqvist Lopez Maier Moreau Nakamura Novak Okafor Olsen Park Petrov Quist Rossi "
    "Santos Schmidt Silva Tanaka Torres Underhill Varga Weber Xu Young Zhang"
)
_TRADES = "Logistics Foods Robotics Textiles Software Optics Energy Design Metals Pharma Print Travel Tools Paper Media"
_PLACES = "Harbor Summit Willow Granite Cedar Lake North Orchid River Silver Stone Sun Valley Vista Amber Falcon Iron"
_ENDINGS = ("Inc.", "LLC", "Ltd", "GmbH", "& Sons", "Group", "Partners", "Co.")
_TITLES = "Owner|Buyer|Head of Purchasing|IT Manager|Chief Financial Officer|Operations Lead|Office Manager"
_TOWNS = (
    ("Portland", "OR", "97204", "US"),
    ("Austin", "TX", "78701", "US"),
    ("Toronto", "ON", "M5H 2N2", "CA"),
    ("Hamburg", None, "20095", "DE"),
    ("Leeds", None, "LS1 4AP", "GB"),
    ("Lyon", None, "69002", "FR"),
)
_LEAD_STATUSES = ("6", "7", "17")
_PROSPECT_STATUSES = ("8", "9", "10", "11", "12", "18", "19", "20", "21")
_SOURCES = ("-6", "2", "3", "4", "5", "7", "9", "12")


@dataclass(frozen=True)
class Wanted:
    """How many of each. Prospects and customers come with one contact each."""

    leads: int = 0
    prospects: int = 0
    customers: int = 0
    opportunities: int = 0


def fill(account: Account, wanted: Wanted) -> dict[str, int]:
    """Make them in one transaction; how many records of each type were made."""
    with account.change():
        maker = _Maker(account)
        for _ in range(wanted.leads):
            maker.lead()
        companies = [maker.company(_PROSPECT_STATUSES) for _ in range(wanted.prospects)]
        companies += [maker.company(("13",)) for _ in range(wanted.customers)]
        if wanted.opportunities and not companies:
            raise ValueError("opportunities need prospects or customers")
        for number in range(wanted.opportunities):
            maker.opportunity(companies[number % len(companies)])
        return maker.made


class _Maker:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._random = random.Random(f"made up {account.world.seed}")
        self._serial = account.one("SELECT value FROM counter WHERE name = 'entity'") or {}
        self._number = int(self._serial["value"])
        self.made = {"customer": 0, "contact": 0, "opportunity": 0}

    def lead(self) -> int:
        company = self._company_name()
        return self._create(
            "customer",
            {
                "isPerson": True,
                **self._person(company),
                "companyName": company,
                "entityStatus": self._random.choice(_LEAD_STATUSES),
                **self._qualification(),
                **self._company_details(company),
            },
        )

    def company(self, statuses: tuple[str, ...]) -> int:
        name = self._company_name()
        fields = {
            "isPerson": False,
            "companyName": name,
            "email": f"office@{_domain(name)}",
            "phone": self._phone(),
            "category": str(self._random.randint(1, 32)),
            "entityStatus": self._random.choice(statuses),
            **self._qualification(),
            **self._company_details(name),
        }
        company = self._create("customer", fields)
        self._create("contact", {**self._person(name), "company": str(company)})
        return company

    def opportunity(self, company: int) -> int:
        amount = self._random.randrange(1_000, 250_000, 500)
        month = self._random.randint(1, 12)
        year = self._account.zone.local(self._account.now()).year + 1
        return self._create(
            "opportunity",
            {
                "entity": str(company),
                "title": f"{self._random.choice(_TRADES.split())} order {self._next()}",
                "entityStatus": self._random.choice(_PROSPECT_STATUSES),
                "expectedCloseDate": f"{year}-{month:02d}-15",
                "projectedTotal": amount,
            },
        )

    def _create(self, table: str, fields: dict[str, Any]) -> int:
        kind = self._account.types[table]
        if "subsidiary" in kind.fields and table != "opportunity":
            fields = {**fields, "subsidiary": "1"}
        self.made[table] += 1
        return handlers.create(self._account, kind, read_body(self._account, kind, fields), UI)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _company_name(self) -> str:
        place, trade = self._random.choice(_PLACES.split()), self._random.choice(_TRADES.split())
        return f"{place} {trade} {self._next()} {self._random.choice(_ENDINGS)}"

    def _person(self, company: str) -> dict[str, Any]:
        first, last = self._random.choice(_FIRST.split()), self._random.choice(_LAST.split())
        return {
            "firstName": first,
            "lastName": last,
            "title": self._random.choice(_TITLES.split("|")),
            "email": f"{first}.{last}.{self._next()}@{_domain(company)}".lower(),
            "phone": self._phone(),
        }

    def _phone(self) -> str:
        return f"+1 555 {self._random.randint(200, 999)} {self._random.randint(0, 9999):04d}"

    def _qualification(self) -> dict[str, Any]:
        return {
            "leadSource": self._random.choice(_SOURCES),
            "salesReadiness": str(self._random.randint(1, 5)),
            "estimatedBudget": self._random.randrange(1_000, 90_000, 1_000),
            "salesRep": self._random.choice(("11", "12")),
        }

    def _company_details(self, company: str) -> dict[str, Any]:
        town, state, zip_, country = self._random.choice(_TOWNS)
        address = {"addr1": f"{self._random.randint(1, 999)} Main Street", "city": town, "zip": zip_}
        line = {"addressee": company, **address, "state": state, "country": {"id": country}}
        return {
            "url": f"https://www.{_domain(company)}",
            "addressBook": {"items": [{"defaultBilling": True, "addressBookAddress": line}]},
        }


def _domain(company: str) -> str:
    return "".join(letter for letter in company.lower() if letter.isalnum()) + ".example"
