"""One mapping, compiled: what it reads, what it writes, and what an account cannot hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.core.flow import Later, Pair, Ref
from connector.core.mapping.document import Mappings
from connector.core.mapping.translate import EntityMapping, Reading
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Address, Entity, SystemName
from tests.unit.mapping.conftest import FakeLinks

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
LINKS = FakeLinks()


@pytest.fixture
def lead(shipped: Mappings) -> EntityMapping:
    return shipped.of(Entity.LEAD)


def info(system: SystemName, type_: str, *fields: FieldInfo) -> RecordInfo:
    return RecordInfo(system, type_, {field.name: field for field in fields})


def created(mapping: EntityMapping, system: SystemName, values: dict[str, Any]) -> dict[str, Any]:
    return dict(mapping.write(system, values, creating=True, links=LINKS, info=None).fields)


def updated(mapping: EntityMapping, system: SystemName, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return dict(mapping.write(system, values, creating=False, links=LINKS, info=None, **more).fields)


# --- reading ---------------------------------------------------------------------------------------------


def test_absent_empty_and_not_understood_are_three_things(lead: EntityMapping) -> None:
    reading = lead.read(SALESFORCE, {"LastName": "Akin", "Title": "", "LeadSource": "Carrier pigeon"}, LINKS)
    assert reading == Reading(
        {"last_name": "Akin", "job_title": None}, {"source": "'Carrier pigeon' is not in the values table"}
    )


def test_a_company_has_no_persons_name(lead: EntityMapping) -> None:
    raw = {"isPerson": False, "firstName": None, "lastName": None, "companyName": "Acme"}
    assert lead.read(NETSUITE, raw, LINKS).values == {"company": "Acme"}


def test_defaults_do_not_come_back(lead: EntityMapping) -> None:
    made = created(lead, SALESFORCE, {"email": "a@b.example"})
    assert made == {"LastName": "[not provided]", "Company": "[not provided]", "Email": "a@b.example"}
    assert lead.read(SALESFORCE, made, LINKS).values == {"last_name": None, "company": None, "email": "a@b.example"}


def test_numbers_in_text_fields_are_text(shipped: Mappings) -> None:
    reading = shipped.of(Entity.ORGANIZATION).read(NETSUITE, {"accountNumber": Decimal(42)}, LINKS)
    assert reading.values == {"number": "42"}


def test_a_sub_record_in_a_text_field_is_a_problem(lead: EntityMapping) -> None:
    reading = lead.read(SALESFORCE, {"Title": {"id": "1"}, "LastName": "Akin"}, LINKS)
    assert reading == Reading({"last_name": "Akin"}, {"job_title": "{'id': '1'} is not text"})


# --- writing ---------------------------------------------------------------------------------------------


def test_a_single_edit_writes_a_single_field(lead: EntityMapping) -> None:
    assert updated(lead, SALESFORCE, {"job_title": "CEO"}) == {"Title": "CEO"}
    assert updated(lead, NETSUITE, {"job_title": None}) == {"title": None}


def test_a_new_record_is_given_constants_defaults_and_no_empty_fields(lead: EntityMapping) -> None:
    values = {"company": "Acme", "fax": None, "status": "Working - Contacted"}
    assert created(lead, NETSUITE, values) == {
        "isPerson": True,
        "entityStatus": "7",
        "firstName": "[not provided]",
        "lastName": "[not provided]",
        "companyName": "Acme",
    }


def test_a_value_that_no_codec_can_express_is_not_covered_up_by_a_default(lead: EntityMapping) -> None:
    line = replace(lead.fields["email"], default=Pair(None, "nobody@nowhere.example"))
    mapping = EntityMapping(lead.entity, {"email": line}, lead.sides)
    assert created(mapping, SALESFORCE, {}) == {"Email": "nobody@nowhere.example"}
    assert created(mapping, SALESFORCE, {"email": "nobody"}) == {}


def test_a_create_only_field_is_written_once(lead: EntityMapping) -> None:
    line = replace(lead.fields["job_title"], create_only=True)
    mapping = EntityMapping(lead.entity, {"job_title": line}, lead.sides)
    assert created(mapping, SALESFORCE, {"job_title": "CEO"}) == {"Title": "CEO"}
    assert updated(mapping, SALESFORCE, {"job_title": "CEO"}) == {}


def test_clearing_a_name_writes_its_default(lead: EntityMapping) -> None:
    assert updated(lead, SALESFORCE, {"last_name": None}) == {"LastName": "[not provided]"}


def test_one_way_fields_are_passed_over(lead: EntityMapping) -> None:
    assert updated(lead, NETSUITE, {"email_opt_out": True}) == {}
    assert updated(lead, SALESFORCE, {"email_opt_out": True}) == {"HasOptedOutOfEmail": True}


def test_of_an_address_only_what_differs_is_written_to_salesforce(lead: EntityMapping) -> None:
    was, wanted = Address("a", "b", "VA", None, "US"), Address("a", "c", "VA", None, "US")
    assert updated(lead, SALESFORCE, {"address": wanted}, holds={"address": was}) == {"City": "c"}


def test_what_does_not_fit_a_codec_is_a_problem(lead: EntityMapping) -> None:
    rendering = lead.write(NETSUITE, {"email": "nobody", "fax": "1"}, creating=False, links=LINKS, info=None)
    assert rendering.fields == {}
    assert set(rendering.problems) == {"email", "fax"}


def test_parents_that_are_not_linked_yet_are_written_later(shipped: Mappings) -> None:
    values = {"organization": "ref:netsuite:customer:9"}
    fields = updated(shipped.of(Entity.PERSON), SALESFORCE, values)
    assert fields == {"AccountId": Later(Ref(NETSUITE, "customer", "9"))}


# --- what an account can hold ----------------------------------------------------------------------------

TITLE = FieldInfo("Title", "text", length=10)


def fitted(mapping: EntityMapping, values: dict[str, Any], *fields: FieldInfo, creating: bool = False) -> Any:
    return mapping.write(SALESFORCE, values, creating=creating, links=LINKS, info=info(SALESFORCE, "Lead", *fields))


def test_text_that_is_too_long_is_held(lead: EntityMapping) -> None:
    rendering = fitted(lead, {"job_title": "Director of Vendor Relations"}, TITLE)
    assert rendering.fields == {}
    assert rendering.problems == {"job_title": "28 characters, Title holds 10 in Salesforce"}


def test_a_length_is_the_last_one_that_fits(lead: EntityMapping) -> None:
    assert fitted(lead, {"job_title": "x" * 10}, TITLE).problems == {}
    assert fitted(lead, {"job_title": "x" * 11}, TITLE).fields == {}


def test_or_cut_at_a_word_where_the_line_says_so(lead: EntityMapping) -> None:
    line = replace(lead.fields["job_title"], on_too_long="cut")
    cutting = EntityMapping(lead.entity, {"job_title": line}, lead.sides)
    assert fitted(cutting, {"job_title": "Director of Vendor Relations"}, TITLE).fields == {"Title": "Director"}
    assert fitted(cutting, {"job_title": "Vicepresident"}, TITLE).fields == {"Title": "Vicepresid"}
    assert fitted(cutting, {"job_title": "Vice Chair"}, TITLE).fields == {"Title": "Vice Chair"}


def test_a_value_that_the_list_lacks_is_held(lead: EntityMapping) -> None:
    options = {"Hot": "Hot"}
    free = FieldInfo("Rating", "picklist", options=options)
    assert fitted(lead, {"rating": "Cold"}, free).fields == {"Rating": "Cold"}
    closed = replace(free, restricted=True)
    assert fitted(lead, {"rating": "Cold"}, closed).problems == {
        "rating": "'Cold' is not a value of Rating in Salesforce"
    }
    assert fitted(lead, {"rating": "Hot"}, closed).fields == {"Rating": "Hot"}


def test_a_reference_to_a_list_value_that_does_not_exist_is_held(lead: EntityMapping) -> None:
    reference = FieldInfo("Rating", "reference", options={"1": "Hot"})
    assert fitted(lead, {"rating": "Cold"}, reference).fields == {}


@pytest.mark.parametrize(
    ("field", "creating"),
    [
        (FieldInfo("Title", "text", createable=False, updateable=False), True),
        (FieldInfo("Title", "text", createable=False), True),
        (FieldInfo("Title", "text", updateable=False), False),
        (FieldInfo("Other", "text"), False),
    ],
)
def test_what_may_not_be_written_is_held(lead: EntityMapping, field: FieldInfo, creating: bool) -> None:
    rendering = fitted(lead, {"job_title": "CEO"}, field, creating=creating)
    assert "Title" not in rendering.fields
    assert "job_title" in rendering.problems


def test_a_required_field_is_not_emptied(lead: EntityMapping) -> None:
    rendering = fitted(lead, {"job_title": None}, replace(TITLE, required=True))
    assert rendering.problems == {"job_title": "Title of Lead cannot be empty in Salesforce"}


def test_one_part_that_does_not_fit_holds_the_whole_address(lead: EntityMapping) -> None:
    parts = [FieldInfo(name, "text") for name in ("Street", "State", "PostalCode", "Country")]
    rendering = fitted(lead, {"address": Address("a", "Llanfair")}, FieldInfo("City", "text", length=4), *parts)
    assert rendering.fields == {}
    assert rendering.problems == {"address": "8 characters, City holds 4 in Salesforce"}


def test_a_value_that_is_held_is_not_replaced_by_the_default(lead: EntityMapping) -> None:
    long = FieldInfo("LastName", "text", length=5)
    rendering = fitted(lead, {"last_name": "Longstocking"}, long, FieldInfo("Company", "text"), creating=True)
    assert rendering.fields == {"Company": "[not provided]"}
    assert set(rendering.problems) == {"last_name"}


# --- comparing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "one", "other", "equal"),
    [
        ("job_title", None, "", True),
        ("job_title", "CEO ", "CEO", True),
        ("job_title", "CEO", "ceo", False),
        ("description", "a\r\nb", "a\nb", True),
        ("email", "A@b.example", "a@B.example", True),
        ("phone", "(434) 369-3100", "+1 434 369 3100", True),
        ("website", "a.example", "https://a.example/", True),
        ("budget", Decimal("10"), Decimal("10.00"), True),
        ("budget", None, Decimal("0"), False),
        ("budget_approved", None, False, True),
        ("employees", 0, None, False),
        ("address", None, Address(), True),
        ("address", Address(country="US"), Address(country="CA"), False),
    ],
)
def test_equality_is_the_codecs(lead: EntityMapping, name: str, one: Any, other: Any, equal: bool) -> None:
    assert lead.same(name, one, other) is equal
    assert lead.same(name, other, one) is equal


def test_everything_to_read_is_named_once(shipped: Mappings) -> None:
    for entity in Entity:
        for system in SystemName:
            names = shipped.of(entity).vendor_fields(system)
            assert list(names) == sorted(set(names))
    assert "isPerson" in shipped.of(Entity.LEAD).vendor_fields(NETSUITE)
