"""What makes two records look alike, and what our keys say."""

from __future__ import annotations

import pytest

from connector.core.matching.keys import key_of, parse_key
from connector.core.matching.likeness import child_key, likeness
from connector.core.schema import Entity, Value
from tests.unit.core.builders import NETSUITE, SALESFORCE, netsuite, salesforce


def alike(entity: Entity, one: dict[str, Value], other: dict[str, Value]) -> bool:
    mine, yours = likeness(entity, one), likeness(entity, other)
    return bool(mine.seeks & yours.carries) or bool(yours.seeks & mine.carries)


ORGANIZATIONS = [
    ({"name": "Ray Ltd"}, {"name": "ray, Limited"}, True),
    ({"name": "Ray Ltd"}, {"name": "Rays Ltd"}, False),
    ({"name": "Ray", "website": "https://ray.example"}, {"name": "Ray", "website": "www.ray.example/x"}, True),
    ({"name": "Ray", "website": "https://ray.example"}, {"name": "Ray", "website": "https://ray.test"}, False),
    ({"name": "Ray", "website": "https://ray.example"}, {"name": "Ray"}, True),
    ({"name": None}, {"name": None}, False),
]
PEOPLE = [
    ({"last_name": "Ray", "email": "R@r.example"}, {"last_name": "RAY", "email": "r@r.example "}, True),
    ({"last_name": "Ray", "email": "r@r.example"}, {"last_name": "Moss", "email": "r@r.example"}, False),
    ({"last_name": "Ray", "company": "A Inc"}, {"last_name": "Ray", "company": "A"}, True),
    ({"last_name": "Ray", "company": "A"}, {"last_name": "Ray", "company": "B"}, False),
    ({"last_name": "Ray"}, {"last_name": "Ray"}, False),
    ({"company": "A", "email": "a@a.example"}, {"company": "A", "email": "a@a.example"}, False),
]


@pytest.mark.parametrize(("one", "other", "expected"), ORGANIZATIONS)
def test_organizations(one: dict[str, Value], other: dict[str, Value], expected: bool) -> None:
    assert alike(Entity.ORGANIZATION, one, other) is expected


@pytest.mark.parametrize(("one", "other", "expected"), PEOPLE)
def test_leads(one: dict[str, Value], other: dict[str, Value], expected: bool) -> None:
    assert alike(Entity.LEAD, one, other) is expected


def test_a_person_whose_organization_has_no_counterpart_can_be_found_by_it_but_is_not_matched_by_it() -> None:
    account = salesforce("Account", 1)
    found = likeness(Entity.PERSON, {"last_name": "Ray", "organization": f"ref:{account}"})
    assert child_key(account) in found.carries
    assert child_key(account) not in found.seeks


@pytest.mark.parametrize("ref", [netsuite("customer", 647), netsuite("contact", 3), netsuite("opportunity", 1)])
def test_netsuite_keys_come_back_as_they_went(ref: object) -> None:
    assert parse_key(key_of(ref), SALESFORCE) == ref  # type: ignore[arg-type]


@pytest.mark.parametrize("type_", ["Lead", "Account", "Contact", "Opportunity"])
def test_salesforce_keys_come_back_as_they_went(type_: str) -> None:
    assert parse_key(key_of(salesforce(type_, 8)), NETSUITE) == salesforce(type_, 8)


@pytest.mark.parametrize("text", [None, "", "acme-77", "ns-vendor-1", "ns-customer-x", "sf-123", "sf-00Q", "SF-1-2-3"])
def test_other_peoples_keys_name_nobody(text: str | None) -> None:
    assert parse_key(text, SALESFORCE) is None
    assert parse_key(text, NETSUITE) is None
