"""Orgs full of automation that rewrites what is saved: a quiet run writes nothing, and what a person types crosses.

Each org has fifteen kinds of rules and more at once, on leads, companies, people and sales, and two of each thing: one
born in either system.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from connector.core.flow import Link, Pair
from connector.core.schema import Entity, SystemName
from tests.story.people import LEAD_STATUS, PROSPECT_STATUS, open_holds, writes
from tests.story.town import Town

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
LEAD, COMPANY, PERSON, SALE = Entity.LEAD, Entity.ORGANIZATION, Entity.PERSON, Entity.OPPORTUNITY
TYPES = {
    LEAD: Pair("customer", "Lead"),
    COMPANY: Pair("customer", "Account"),
    PERSON: Pair("contact", "Contact"),
    SALE: Pair("opportunity", "Opportunity"),
}
COUNTRY = "country"
"""Of a NetSuite address, which is a list of its own."""

Away = tuple[Any, Any]
"""Typed in the system that has no such rule; what the other one makes of it."""
Home = tuple[Any, Any, Any]
"""Typed in the system that has the rule; what the other one shows then, and what the rule has made of it."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One automation, and what people type into its field: twice in the other system, then twice in its own."""

    kind: str
    argument: Any
    entity: Entity
    fields: Pair[str]
    away: tuple[Away, Away]
    home: tuple[Home, Home]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity} {self.fields.salesforce}"


def rule(kind: str, argument: Any, entity: Entity, fields: tuple[str, str], *typed: Any) -> Rule:
    return Rule(kind, argument, entity, Pair(*fields), typed[:2], typed[2:])


# fmt: off
IN_BOTH = (
    rule("upper", None, LEAD, ("title", "Title"),
         ("buyer", "BUYER"), ("chair", "CHAIR"), ("ceo", "CEO", "CEO"), ("owner", "OWNER", "OWNER")),
    rule("lower", None, PERSON, ("email", "Email"),
         ("A.Ray@ray.example", "a.ray@ray.example"), ("B.Ray@ray.example", "b.ray@ray.example"),
         ("C.RAY@ray.example", "c.ray@ray.example", "c.ray@ray.example"),
         ("D.RAY@ray.example", "d.ray@ray.example", "d.ray@ray.example")),
    rule("title", None, PERSON, ("title", "Title"),
         ("head of sales", "Head Of Sales"), ("chief of staff", "Chief Of Staff"),
         ("vice chair", "Vice Chair", "Vice Chair"), ("board member", "Board Member", "Board Member")),
    rule("round", -2, LEAD, ("estimatedbudget", "Budget__c"),
         (1249.5, 1200), (3318, 3300), (449, 400, 400), (551, 600, 600)),
    rule("phone_format", None, LEAD, ("phone", "Phone"),
         ("415-555-0101", "(415) 555-0101"), ("415-555-0102", "(415) 555-0102"),
         ("4155550103", "(415) 555-0103", "(415) 555-0103"), ("4155550104", "(415) 555-0104", "(415) 555-0104")),
    rule("prefix", "AC-", COMPANY, ("accountnumber", "AccountNumber"),
         ("101", "AC-101"), ("102", "AC-102"), ("103", "AC-103", "AC-103"), ("104", "AC-104", "AC-104")),
    rule("truncate", 12, SALE, ("actionitem", "NextStep"),
         ("call the board again", "call the boa"), ("write to the board", "write to the"),
         ("visit the whole board", "visit the wh", "visit the wh"),
         ("send the offer soon", "send the off", "send the off")),
    rule("strip_accents", None, PERSON, ("lastname", "LastName"),
         ("Müller", "Muller"), ("Núñez", "Nunez"), ("Gómez", "Gomez", "Gomez"), ("Çelik", "Celik", "Celik")),
    rule("set_always", None, LEAD, ("fax", "Fax"),
         ("415-555-0121", None), ("415-555-0122", None),
         ("415-555-0123", None, None), ("415-555-0124", "415-555-0122", None)),
    rule("at_least", 10, LEAD, ("custentity_employees", "NumberOfEmployees"),
         (3, 10), (40, 40), (50, 50, 50), (7, 10, 10)),
)
IN_SALESFORCE = (
    *IN_BOTH,
    rule("trim", None, LEAD, ("companyname", "Company"),
         ("Ray   Works", "Ray Works"), ("Ray   Mills", "Ray Mills"),
         ("Ray   Labs", "Ray Labs", "Ray Labs"), ("Ray   Farms", "Ray Farms", "Ray Farms")),
    rule("phone_e164", None, PERSON, ("phone", "Phone"),
         ("(415) 555-0111", "+14155550111"), ("(415) 555-0112", "+14155550112"),
         ("415.555.0113", "+14155550113", "+14155550113"), ("415.555.0114", "+14155550114", "+14155550114")),
    rule("set_default", "Cold", LEAD, ("custentity_rating", "Rating"),
         (None, "Cold"), (1, "Hot"), ("Warm", 2, "Warm"), (None, 3, "Cold")),
    rule("suffix", " (checked)", COMPANY, ("comments", "Description"),
         ("met at fair", "met at fair (checked)"), ("met again", "met again (checked)"),
         ("came by", "came by (checked)", "came by (checked)"), ("wrote", "wrote (checked)", "wrote (checked)")),
    rule("strip_scheme", None, COMPANY, ("url", "Website"),
         ("https://one.example", "one.example"), ("http://two.example", "two.example"),
         ("https://three.example", "https://three.example", "three.example"),
         ("https://four.example", "https://four.example", "four.example")),
    rule("replace", {"US": "United States", "DE": "Germany", "FR": "France", "IT": "Italy"},
         PERSON, (COUNTRY, "MailingCountry"),
         ("US", "United States"), ("DE", "Germany"), ("FR", "FR", "France"), ("IT", "IT", "Italy")),
    rule("replace", {"Partner Referral": "Other"}, LEAD, ("leadsource", "LeadSource"),
         (3, "Other"), (2, "Phone Inquiry"), ("Partner Referral", 5, "Other"), ("Web", -6, "Web")),
    rule("first_of_month", None, SALE, ("expectedclosedate", "CloseDate"),
         ("2026-03-17", "2026-03-01"), ("2026-04-18", "2026-04-01"),
         ("2026-05-19", "2026-05-01", "2026-05-01"), ("2026-06-20", "2026-06-01", "2026-06-01")),
)
IN_NETSUITE = (
    *IN_BOTH,
    rule("trim", None, COMPANY, ("comments", "Description"),
         ("met  at\nfair", "met at fair"), ("met   again", "met again"),
         ("came   by", "came by", "came by"), ("wrote\n\nus", "wrote us", "wrote us")),
    rule("phone_e164", None, PERSON, ("mobilephone", "MobilePhone"),
         ("(415) 555-0111", "+14155550111"), ("(415) 555-0112", "+14155550112"),
         ("415.555.0113", "+14155550113", "+14155550113"), ("415.555.0114", "+14155550114", "+14155550114")),
    rule("set_default", 5, LEAD, ("leadsource", "LeadSource"),
         (None, 5), ("Web", -6), (2, "Phone Inquiry", 2), (None, "Other", 5)),
    rule("suffix", "/", COMPANY, ("url", "Website"),
         ("https://one.example", "https://one.example/"), ("two.example", "https://two.example/"),
         ("https://three.example", "https://three.example/", "https://three.example/"),
         ("https://four.example", "https://four.example/", "https://four.example/")),
    rule("replace", {"29": 10}, LEAD, ("category", "Industry"),
         ("Technology", 10), ("Banking", 3), (29, "Electronics", 10), (11, "Energy", 11)),
    rule("set_always", 2, SALE, ("leadsource", "LeadSource"),
         ("Web", 2), ("Other", 2), (5, "Phone Inquiry", 2), (-6, "Other", 2)),
)
# fmt: on


class Org:
    """A town whose `system` has all of `rules`, with every thing once born here and once born there."""

    def __init__(self, town: Town, system: SystemName, rules: tuple[Rule, ...], later: int = 0) -> None:
        self.town, self.system, self.rules = town, system, rules
        for one in rules:
            self._install(one, later)
        self._born(system.other, {one: one.away[0][0] for one in rules})
        self._born(system, {one: one.home[0][0] for one in rules})

    def _install(self, one: Rule, later: int) -> None:
        deed = {"type": TYPES[one.entity].of(self.system), "field": one.fields.of(self.system), "kind": one.kind}
        if self.system is SALESFORCE:
            self.town.salesforce("automation", **deed, argument=one.argument, bump_seconds=later)
        else:
            self.town.netsuite("automation", **deed, argument=one.argument)

    def _born(self, where: SystemName, typed: dict[Rule, Any]) -> None:
        """A lead, a company with a person, and a sale to it, as people make them in `where`."""

        def fields(entity: Entity) -> dict[str, Any]:
            mine = {one: value for one, value in typed.items() if one.entity is entity and value is not None}
            return {name: value for one, value in mine.items() for name, value in shape(where, one, value).items()}

        if where is SALESFORCE:
            make = self.town.new_salesforce
            make(
                "Lead",
                **{"FirstName": "Sue", "LastName": "Lee", "Company": "Lee", "Email": "s@lee.example", **fields(LEAD)},
            )
            company = make("Account", **{"Name": "Sun Ltd", "Type": "Prospect", **fields(COMPANY)})
            make("Contact", **{"FirstName": "Sue", "LastName": "Sun", "AccountId": company, **fields(PERSON)})
            sale = {"Name": "Sun deal", "AccountId": company, "StageName": "Prospecting", "CloseDate": "2026-03-31"}
            make("Opportunity", **{**sale, **fields(SALE)})
        else:
            make = self.town.new_netsuite
            person = {
                "isPerson": True,
                "firstName": "Nan",
                "lastName": "Lee",
                "companyName": "Nan",
                "email": "n@nan.example",
            }
            make("customer", **{**person, "entityStatus": LEAD_STATUS, **fields(LEAD)})
            company = make("customer", **{"companyName": "Nil Ltd", "entityStatus": PROSPECT_STATUS, **fields(COMPANY)})
            make("contact", **{"firstName": "Nan", "lastName": "Nil", "company": company, **fields(PERSON)})
            sale = {"title": "Nil deal", "entity": company, "entityStatus": "18", "expectedclosedate": "2026-03-31"}
            make("opportunity", **{**sale, **fields(SALE)})

    def links(self) -> list[Link]:
        return list(self.town.store.iter_links())

    def people_type(self, where: SystemName, values: dict[Rule, Any]) -> None:
        """Somebody gives the fields of all records these values, one save for each field."""
        act = self.town.netsuite if where is NETSUITE else self.town.salesforce
        for link in self.links():
            ref = link.refs.of(where)
            for one, value in values.items():
                if one.entity is link.entity:
                    line = self._address(ref.id)["id"] if one.fields.of(where) == COUNTRY else None
                    act("update", type=ref.type, id=ref.id, fields=shape(where, one, value, line))

    def _address(self, owner: str) -> dict[str, Any]:
        (line,) = [row for row in self.town.rows("netsuite", "addressbook") if str(row["owner"]) == owner]
        return line

    def shown(self, link: Link, one: Rule) -> tuple[Any, Any]:
        """What the system without the rule holds in its field, and what the one with it holds."""
        return self._held(link, one, self.system.other), self._held(link, one, self.system)

    def _held(self, link: Link, one: Rule, where: SystemName) -> Any:
        ref, name = link.refs.of(where), one.fields.of(where)
        if name == COUNTRY:
            return self._address(ref.id)["country"]
        value = self.town.row(str(where), ref.type, ref.id)[name]
        if name == "expectedclosedate":
            return self.town.stand.netsuite.account.zone.written(value, "YYYY-MM-DD")
        return float(value) if name in ("estimatedbudget", "Budget__c") else value


def shape(where: SystemName, one: Rule, value: Any, line: int | None = None) -> dict[str, Any]:
    """A value as people type it into that system."""
    name = one.fields.of(where)
    if name == COUNTRY:
        item = {"addressBookAddress": {"country": value}, **({"id": line} if line else {"defaultBilling": True})}
        return {"addressBook": {"items": [item]}}
    is_list = where is NETSUITE and name in ("leadsource", "category", "custentity_rating") and value is not None
    return {name: {"id": str(value)} if is_list else value}


ORGS = {"Salesforce": (SALESFORCE, IN_SALESFORCE), "NetSuite": (NETSUITE, IN_NETSUITE)}


@pytest.fixture(params=ORGS)
def org(request: pytest.FixtureRequest, make_town: Callable[..., Town]) -> Org:
    """All rules in one of the two systems, where they rewrite what is saved in the same transaction."""
    return Org(make_town(), *ORGS[request.param])


def quiet(org: Org) -> None:
    report = org.town.sync()
    assert (dict(report.counts), open_holds(org.town)) == ({}, [])


def settled(org: Org, runs: int = 2) -> Org:
    """After its first runs, which may write; people come back another day."""
    for _ in range(runs):
        org.town.sync()
    assert len(org.links()) == 8
    org.town.wait(2 * 24 * 3600)
    return org


def unlike(org: Org, expected: Callable[[Link, Rule], tuple[Any, Any]]) -> list[str]:
    """The rules whose fields hold something else than expected, which is told as (elsewhere, here)."""
    pairs = [(link, one) for link in org.links() for one in org.rules if one.entity is link.entity]
    found = ((one, org.shown(link, one), expected(link, one)) for link, one in pairs)
    return [f"{one}: {held}, not {wanted}" for one, held, wanted in found if held != wanted]


def test_more_than_fifteen_kinds_in_either_org() -> None:
    assert all(len({one.kind for one in rules}) >= 15 for _, rules in ORGS.values())


def test_a_third_run_is_quiet_and_so_is_a_fourth(org: Org) -> None:
    settled(org)
    quiet(org)
    quiet(org)
    assert org.town.verify().differences == ()


def test_what_is_born_crosses_as_the_rule_leaves_it(org: Org) -> None:
    settled(org)
    born_here = f"new in {org.system.title}"
    assert unlike(org, lambda link, one: one.home[0][1:] if link.reason == born_here else one.away[0]) == []


def test_what_a_person_types_crosses_as_the_rule_leaves_it_and_a_run_later_all_is_quiet(org: Org) -> None:
    settled(org)
    org.people_type(org.system.other, {one: one.away[1][0] for one in org.rules})
    assert writes(org.town.sync()) == 8
    assert unlike(org, lambda _, one: one.away[1]) == []
    quiet(org)
    org.people_type(org.system, {one: one.home[1][0] for one in org.rules})
    assert writes(org.town.sync()) == 8
    assert unlike(org, lambda _, one: one.home[1][1:]) == []
    quiet(org)


def test_a_rule_that_saves_a_second_time_as_somebody_else_reads_as_that_persons_edit(
    make_town: Callable[..., Town],
) -> None:
    """What it makes crosses back, once; then all is quiet here too."""
    org = settled(Org(make_town(), SALESFORCE, IN_SALESFORCE, later=2))
    quiet(org)
    edits = {
        NETSUITE: {one: (one.away[1][0], one.away[1][1]) for one in org.rules},
        SALESFORCE: {one: (one.home[1][0], one.home[1][2]) for one in org.rules},
    }
    for where, typed in edits.items():
        org.people_type(where, {one: value for one, (value, _) in typed.items()})
        assert [writes(org.town.sync()) <= 8 for _ in range(2)] == [True, True]
        quiet(org)
        assert unlike(org, lambda link, one: (org.shown(link, one)[0], typed[one][1])) == []  # noqa: B023 - called at once
        assert org.town.verify().equal == 8, "each says the same in its own words"
        org.town.wait(2 * 24 * 3600)
