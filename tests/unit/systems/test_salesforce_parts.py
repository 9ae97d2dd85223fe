"""The pure parts of the Salesforce adapter: ids, queries, errors, envelopes, rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.flow import Conversion, Deferred, Ref, Refused, Unknown
from connector.core.schema import SystemName
from connector.errors import (
    AuthFailed,
    ConfigError,
    DuplicateFound,
    OutcomeUnknown,
    RemoteError,
    Throttled,
    Unavailable,
    Unintelligible,
)
from connector.systems.salesforce import soql
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.changes import Reading
from connector.systems.salesforce.client import to_json
from connector.systems.salesforce.convert import message
from connector.systems.salesforce.errors import error_from, masked, outcome_of, refusal
from connector.systems.salesforce.ids import to_18
from connector.systems.salesforce.records import object_info, raw, source_record
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.soap import body_of

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "reference" / "salesforce"
ACCOUNT, CONTACT, LEAD = "001D000000IRFmaIAH", "003aj000002oTldAAE", "00Q2x00000AH981EAD"


def recorded(name: str) -> str:
    path = RECORDINGS / name
    if not path.exists():
        pytest.skip(f"the recording {name} is not on this machine")
    return path.read_text()


# --- ids ---


def test_an_id_is_widened_to_18_characters_and_a_wide_one_stays() -> None:
    assert to_18("001D000000IRFma") == ACCOUNT
    assert to_18(ACCOUNT) == ACCOUNT


@pytest.mark.parametrize("bad", [None, 7, "", "001", "001D000000IRFma'", "001D000000IRFmaIA", "../../../../001"])
def test_what_is_no_id_never_becomes_part_of_a_path(bad: object) -> None:
    with pytest.raises(Unintelligible):
        to_18(bad)


# --- queries ---


def literals(query: str) -> list[str]:
    """The string literals of a query, read back by SOQL's rules; fails where the rest is not as we wrote it."""
    escapes = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "\\": "\\", "'": "'", '"': '"'}
    found, place = [], 0
    while place < len(query):
        assert query[place] == "'", query[place:]
        place, value = place + 1, ""
        while query[place] != "'":
            if query[place] == "\\":
                place += 1
                value += escapes[query[place]]
            else:
                value += query[place]
            place += 1
        found.append(value)
        place += 2
    return found


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_no_value_gets_out_of_its_quotes(values: list[str]) -> None:
    query = soql.one_of("NetSuite_Id__c", values)
    assert query.startswith("NetSuite_Id__c IN (")
    assert literals(query.removeprefix("NetSuite_Id__c IN (").removesuffix(")")) == values


@pytest.mark.parametrize("bad", ["", "a b", "Name,Id", "Id FROM User--", "1x", "a.b.c", "x'", "Näme", "Id\n"])
def test_only_names_stand_where_names_stand(bad: str) -> None:
    with pytest.raises(ValueError, match="not a field"):
        soql.select((bad,), "Lead")


def test_rows_come_in_an_order_that_ties_cannot_upset() -> None:
    query = Reading("Lead", ("Company",), None, datetime(2026, 5, 1, tzinfo=UTC)).soql()
    assert query.endswith("WHERE SystemModstamp >= 2026-05-01T00:00:00Z ORDER BY SystemModstamp, Id")


def test_a_query_asks_for_a_field_once() -> None:
    query = soql.select(("Id", "Name", "Id"), "Lead", "Name != null", "Id")
    assert query == "SELECT Id,Name FROM Lead WHERE Name != null ORDER BY Id"


# --- errors ---


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", "stale"),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "x: UNABLE_TO_LOCK_ROW, unable to obtain", "stale"),
        ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "converted"),
        ("ENTITY_IS_DELETED", "entity is deleted", "missing"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Say why", "rule"),
        ("SOMETHING_NEW", "?", "rule"),
    ],
)
def test_the_table_of_row_errors(code: str, message: str, kind: str) -> None:
    outcome = refusal("Lead", code, message, ("Name",))
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code, outcome.fields) == (kind, code, ("Name",))


def test_a_unique_value_that_is_taken_names_the_other_record() -> None:
    text = "duplicate value found: NetSuite_Id__c duplicates value on record with id: 001D000000IRFma"
    outcome = refusal("Account", "DUPLICATE_VALUE", text)
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.existing) == ("duplicate", Ref(SystemName.SALESFORCE, "Account", ACCOUNT))


def duplicates(spelling: str, *matches: tuple[str, str], saved: str = "Contact") -> list[dict[str, object]]:
    results = [{"entityType": type_, "matchRecords": [{"record": {"Id": id_}}]} for type_, id_ in matches]
    result = {"duplicateRuleEntityType": saved, "matchResults": results}
    return [{spelling: result, "errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?"}]


@pytest.mark.parametrize("spelling", ["duplicateResult", "duplicateResut"])
def test_a_duplicate_rule_names_the_record_that_it_found(spelling: str) -> None:
    error = error_from(duplicates(spelling, ("Contact", CONTACT)), 400)
    assert isinstance(error, DuplicateFound)
    assert error.existing == CONTACT


def test_a_match_of_another_object_or_several_matches_name_none() -> None:
    for matches in ([("Lead", LEAD)], [("Contact", CONTACT), ("Contact", "003aj000002oTleAAE")], []):
        error = error_from(duplicates("duplicateResult", *matches), 400)
        assert isinstance(error, DuplicateFound)
        assert error.existing is None


def test_a_recorded_duplicate_is_understood() -> None:
    error = error_from(json.loads(recorded("errors/duplicates_detected_400_v60.json")), 400)
    assert isinstance(outcome_of(error, "Contact"), Refused)
    assert outcome_of(error, "Contact").existing == Ref(SystemName.SALESFORCE, "Contact", CONTACT)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OutcomeUnknown("x"), Unknown),
        (Unintelligible("x"), Unknown),
        (Unavailable("x"), Deferred),
        (Throttled("x", retry_after_seconds=3), Deferred),
        (AuthFailed("x"), Deferred),
    ],
)
def test_what_a_failed_call_means_for_its_records(error: RemoteError, kind: type) -> None:
    assert isinstance(outcome_of(error, "Lead"), kind)


@pytest.mark.parametrize(
    "text",
    [
        "duplicate value found: jane@canary.example",
        "bad value 'canary'",
        "Rating: bad value for restricted picklist field: canary",
        "Company: data value too large: canary canary (max length=255)",
        "call +1 (555) 010-9999",
    ],
)
def test_values_do_not_leave_in_messages(text: str) -> None:
    assert "canary" not in masked("X", text)
    assert "010-9999" not in masked("X", text)


# --- envelopes ---


def test_a_conversion_is_written_in_the_order_of_the_wsdl() -> None:
    conversion = Conversion(
        LEAD, ACCOUNT, CONTACT, "Closed - Converted", "0055f00000AbCdEAAV", True, "A & <B>" + "x" * 90
    )
    root = fromstring(message([conversion], allow_duplicates=False))
    lead_convert = next(root.iter("{urn:partner.soap.sforce.com}leadConverts"))
    names = [child.tag.rpartition("}")[2] for child in lead_convert]
    assert names == [
        "accountId", "contactId", "convertedStatus", "doNotCreateOpportunity", "leadId", "opportunityName",
        "overwriteLeadSource", "ownerId", "sendNotificationEmail",
    ]  # fmt: skip
    name = lead_convert.findtext("{urn:partner.soap.sforce.com}opportunityName")
    assert name is not None
    assert name.startswith("A & <B>")
    assert len(name) == 80


def test_without_an_opportunity_none_is_named() -> None:
    text = message([Conversion(LEAD, ACCOUNT, None, "x", opportunity_name="N")], allow_duplicates=True).decode()
    assert "<urn:doNotCreateOpportunity>true<" in text
    assert "opportunityName" not in text
    assert "contactId" not in text


def test_an_answer_with_entities_is_not_read() -> None:
    namespace = "http://schemas.xmlsoap.org/soap/envelope/"
    honest = f'<e:Envelope xmlns:e="{namespace}"><e:Body><x>a</x></e:Body></e:Envelope>'.encode()
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + honest.replace(b"<x>a", b"<x>&a;")
    assert body_of(honest).text == "a"
    for bad in (bomb, b"<html>", b"", b"<x/>"):
        with pytest.raises(ValueError):
            body_of(bad)


def test_the_recorded_conversion_answers_are_understood() -> None:
    for name, success in (("convertLead_response", "true"), ("convertLead_already_converted_response", "false")):
        result = body_of(recorded(f"soap/{name}.xml").encode())[0]
        assert result.findtext("{urn:partner.soap.sforce.com}success") == success


# --- rows and fields ---


def test_a_row_becomes_a_record() -> None:
    row = {
        "attributes": {"type": "Lead"}, "Id": LEAD, "SystemModstamp": "2026-05-01T07:25:37.000+0000",
        "LastModifiedById": "0055f00000AbCdEAAV", "NetSuite_Id__c": "ns-customer-1", "IsConverted": True,
        "ConvertedAccountId": ACCOUNT, "ConvertedContactId": CONTACT, "ConvertedOpportunityId": None,
        "Company": "X", "AnnualRevenue": Decimal("139000000"), "Email": None, "Seen__c": "2026-05-01T07:25:37.500+0000",
    }  # fmt: skip
    record = source_record("Lead", row, ("Company", "AnnualRevenue", "Email", "Seen__c", "Hidden__c"), "NetSuite_Id__c")
    assert record.fields == {
        "Company": "X", "AnnualRevenue": Decimal(139000000), "Email": None, "Seen__c": "2026-05-01T07:25:37.500Z",
    }  # fmt: skip
    assert record.key == "ns-customer-1"
    assert record.modified_at is not None
    assert record.modified_at.isoformat() == "2026-05-01T07:25:37+00:00"
    assert record.converted is not None
    assert record.converted.account == Ref(SystemName.SALESFORCE, "Account", ACCOUNT)
    assert record.converted.opportunity is None


def test_a_merged_row_names_the_winner() -> None:
    row = {"Id": LEAD, "IsDeleted": True, "MasterRecordId": "00Q2x00000AH982EAD", "Company": "X"}
    record = source_record("Lead", row, ("Company",), None)
    assert record.deleted
    assert record.fields == {}
    assert record.merged_into == Ref(SystemName.SALESFORCE, "Lead", "00Q2x00000AH982EAD")


def test_moments_end_in_z_and_other_texts_stay() -> None:
    assert raw("2026-05-01T07:25:37.000+0000") == "2026-05-01T07:25:37Z"
    assert raw("2026-05-01") == "2026-05-01"
    assert raw("at 2026-05-01T07:25:37.000+0000") == "at 2026-05-01T07:25:37.000+0000"


def test_numbers_are_sent_exactly() -> None:
    assert to_json({"a": Decimal("0.1"), "b": Decimal("5E+3"), "c": "é"}) == b'{"a":0.1,"b":5000,"c":"\\u00e9"}'
    assert to_json(Decimal("1234567890123.45")) == b"1234567890123.45"


def test_the_recorded_describe_of_a_lead() -> None:
    described = json.loads(recorded("describe/Lead.json"))
    described = described[0]["response"]["body"] if isinstance(described, list) else described
    record = object_info(described, "NetSuite_Id__c", {}).record
    required = {name for name, field in record.fields.items() if field.required}
    assert {"LastName", "Company"} <= required
    assert record.fields["Company"].length == 255
    assert record.fields["Address"].kind == "address"
    assert record.key_field is None


# --- settings ---

LOGIN = ClientCredentials("id", "canary")


def test_the_address_is_derived_from_the_domain() -> None:
    assert SalesforceSettings(LOGIN, domain="Acme").base_url == "https://acme.my.salesforce.com"
    sandbox = SalesforceSettings(LOGIN, domain="acme", sandbox_name="dev")
    assert sandbox.host == "acme--dev.sandbox.my.salesforce.com"
    assert sandbox.audience == "https://test.salesforce.com"
    assert "canary" not in repr(sandbox)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"domain": "acme", "local_url": "http://127.0.0.1:1"},
        {"domain": "evil.example/"},
        {"domain": "acme", "sandbox_name": "a.b"},
        {"local_url": "http://evil.example"},
        {"domain": "acme", "api_version": "latest"},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        SalesforceSettings(LOGIN, **wrong)  # type: ignore[arg-type]
