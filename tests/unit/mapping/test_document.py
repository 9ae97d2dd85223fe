"""Mistakes in mapping files: every one of them, at its line and column, with what was expected."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.core.mapping.conversion_rules import ConversionRules
from connector.core.mapping.document import load_mappings
from connector.core.mapping.yaml_file import SIZE_CAP, Source, parse
from connector.core.schema import Entity, SystemName
from connector.errors import MappingError, Mistake
from tests.unit.mapping.conftest import SHIPPED


def mistakes(folder: Path) -> tuple[Mistake, ...]:
    with pytest.raises(MappingError) as caught:
        load_mappings(folder)
    return caught.value.mistakes


def spoil(folder: Path, name: str, old: str, new: str) -> str:
    """Exchange a text in a file; the line on which it now begins."""
    file = folder / name
    before, found, after = file.read_text().partition(old)
    assert found
    file.write_text(before + new + after)
    return file.read_text().splitlines()[before.count("\n")]


SPOILT = [
    # old, new, what is said, what was expected
    ("job_title:     {", "job_titel:     {", "`job_titel` is not a field of a lead", "did you mean `job_title`?"),
    ("as: email}", "as: emial}", "`emial` is not a choice here", "did you mean `email`?"),
    ("as: email}", "az: email}", "unknown key `az`", "did you mean `as`?"),
    ("as: email}", "ownr: netsuite}", "unknown key `ownr`", "did you mean `owner`?"),
    ("as: email}", "owner: netsuit}", "`netsuit` is not a choice here", "did you mean `netsuite`?"),
    ("as: email}", "as: email, create_only: yes}", "`yes` cannot stand here", "expected true or false"),
    ("as: email}", "as: email, region: US}", "`region` has no meaning for `as: email`", ""),
    ("as: email}", "unknown: pass}", "`unknown` has no meaning for `as: text`", ""),
    ("{netsuite: email, salesforce: Email, as: email}", "{netsuite: email}", "`salesforce` is missing", ""),
    ("{netsuite: email, salesforce: Email, as: email}", "email", "", ""),
    ("salesforce: Email,", "salesforce: [Email],", "not a field name and not a form", "expected a field name"),
    ("salesforce: Email,", "salesforce: {first_off: [A, B]},", "unknown key `first_off`", "did you mean `first_of`?"),
    ("salesforce: Email,", "salesforce: Phone,", "`Phone` is written by `email` already", "one line for each"),
    ("as: phone}", "as: phone, region: QQ}", "'QQ' is not a country code", "an ISO code such as US"),
    ("as: phone}", "as: link}", "a link needs to know what it points to", "expected `to: organization`"),
    ("street: Street, ", "", "`street` is missing", ""),
    ("netsuite: addressBook.billing", "netsuite: billing", "not an address of NetSuite", "addressBook.billing"),
    ("    as: address\n", "", "five fields make an address, but the line has no `as: address`", ""),
    ('Working - Contacted: "7"', 'Working - Contacted: "6"', "the NetSuite value '6' stands for both", "one meaning"),
    ('Working - Contacted: "7"', "Working - Contacted: []", "an empty list names no value", ""),
    ("direction: to_salesforce", "direction: both", "`yes_when` can only be read", "`direction: to_salesforce`"),
    ("altPhone: a", "email: a", "`email` is left out, but a line maps it", ""),
    ("entity: lead", "entity: laed", "`laed` is not a choice here", "did you mean `lead`?"),
    ("record: Lead", "record: Contact", "`Contact` is the wrong Salesforce record for lead", "expected `Lead`"),
    ("stage: [lead]", "stage: [prospect]", "the stages of lead in NetSuite are wrong", "stage: [lead]"),
    ("record: customer", "record: custommer", "wrong NetSuite record", "expected `customer`"),
    ("rating:\n", "source:\n", "found duplicate key", ""),
    ("values: {Hot:", "values: *x\n    as: {Hot:", "aliases (`*name`) are not allowed", ""),
    ("as: email}", "as: email", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what", "expected"), SPOILT, ids=[f"{n}" for n in range(len(SPOILT))])
def test_a_mistake_is_named_where_it_stands(tmp_path: Path, old: str, new: str, what: str, expected: str) -> None:
    shutil.copy(SHIPPED / "lead.yaml", tmp_path)
    folder = tmp_path
    spoil(folder, "lead.yaml", old, new)
    in_lead = [mistake for mistake in mistakes(folder) if mistake.file == "lead.yaml"]
    found = [mistake for mistake in in_lead if what in mistake.what]
    assert found, [str(mistake) for mistake in in_lead]
    assert any(expected in mistake.expected for mistake in found)
    lines = (folder / "lead.yaml").read_text().splitlines()
    assert all(mistake.source == lines[mistake.line - 1] for mistake in found if mistake.source)


def test_line_and_column_are_those_of_the_mistake(folder: Path) -> None:
    line = spoil(folder, "lead.yaml", "as: email}", "as: emial}")
    (mistake,) = mistakes(folder)
    assert mistake.source == line
    assert line[mistake.column - 1 :].startswith("emial")
    assert str(mistake).splitlines()[2].index("^") - 4 == mistake.column - 1


def test_a_misspelt_key_is_pointed_at_itself(folder: Path) -> None:
    line = spoil(folder, "organization.yaml", "as: url}", "ass: url}")
    (mistake,) = mistakes(folder)
    assert line[mistake.column - 1 :].startswith("ass: url")


def test_all_mistakes_of_all_files_come_at_once(folder: Path) -> None:
    spoil(folder, "lead.yaml", "as: email}", "as: emial}")
    spoil(folder, "lead.yaml", "salesforce: Fax,", "salesforc: Fax,")
    spoil(folder, "person.yaml", "record: Contact", "record: Contract")
    spoil(folder, "conversion.yaml", "retire_lead: inactivate", "retire_lead: delete")
    (folder / "opportunity.yaml").unlink()
    found = mistakes(folder)
    assert {mistake.file for mistake in found} == {"lead.yaml", "person.yaml", "conversion.yaml", "opportunity.yaml"}
    assert len(found) == 6  # a misspelt key is unknown, and the right one is missing


def test_the_wrong_pair_names_the_right_one(folder: Path) -> None:
    spoil(folder, "organization.yaml", "record: Account", "record: Lead")
    (mistake,) = mistakes(folder)
    assert "organization is the pair NetSuite customer and Salesforce Account" in mistake.expected


def test_each_mistake_prints_with_a_caret(folder: Path) -> None:
    spoil(folder, "lead.yaml", "as: email}", "as: emial}")
    with pytest.raises(MappingError) as caught:
        load_mappings(folder)
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("lead.yaml:")
    assert "did you mean `email`?" in str(caught.value)


# --- files that are no mapping ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "nothing cannot stand here"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[]", "a list cannot stand here"),
        (b"entity: [", "expected"),
        (b"a: {b: c", "expected"),
        (b"\x00", "not readable"),
        (b"#" * (SIZE_CAP + 1), "bytes"),
        (b"[" * 20_000, ""),
        (b"entity: !!python/object:os.system x", ""),
        (b"entity: !custom [1]", ""),
        (b"? [a, b]\n: c\n", ""),
        (b"? {a: b}\n: c\n", ""),
        (b"a: 2026-99-99", ""),
        (b"a: 1\n---\nb: 2", ""),
    ],
)
def test_what_is_no_mapping_file_is_one_clear_message(folder: Path, content: bytes, what: str) -> None:
    (folder / "lead.yaml").write_bytes(content)
    found = mistakes(folder)
    assert all(mistake.file == "lead.yaml" for mistake in found)
    assert what in found[0].what


def test_a_missing_folder_names_every_file(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path / "nowhere")) == len(Entity) + 1


@given(seed=st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_never_a_traceback(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    text = list((folder / "person.yaml").read_text()[:2500])
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(text))
        text[at : at + chance.randint(0, 3)] = chance.choice(
            ["", ":", "{", "}", "[", "\n", " ", "*a", "&a ", '"', "-", "?", "\t", "!x "]
        )
    (alone := folder.parent / "alone").mkdir(exist_ok=True)
    (alone / "lead.yaml").write_text("".join(text))
    mistakes(alone)


# --- what is read ----------------------------------------------------------------------------------------


def plain(text: str) -> object:
    source = parse(text.encode(), "x.yaml")
    assert isinstance(source, Source)
    return source.data


def test_days_stay_text_and_switches_stay_switches() -> None:
    assert plain("{day: 2018-09-06, yes: true, no: 'true', 7: off}") == {
        "day": "2018-09-06",
        "yes": True,
        "no": "true",
        "7": "off",
    }


def test_the_fingerprint_follows_the_meaning_and_nothing_else(folder: Path) -> None:
    before = load_mappings(folder).fingerprint
    lead = folder / "lead.yaml"
    text = lead.read_text()
    lead.write_text(
        "# a comment\n" + text.replace("a trade show", "somewhere").replace("altPhone: a Sale", "altPhone: one Sale")
    )
    assert load_mappings(folder).fingerprint == before
    lead.write_text(text.replace('Working - Contacted: "7"', 'Working - Contacted: "8"'))
    assert load_mappings(folder).fingerprint != before


def test_fields_of_ones_own_are_named_custom(folder: Path) -> None:
    line = "  custom.generators: {netsuite: custentity_generators, salesforce: CurrentGenerators__c}\n"
    text = (folder / "lead.yaml").read_text().replace("fields:\n", "fields:\n" + line, 1)
    (folder / "lead.yaml").write_text(text.replace("    CurrentGenerators__c: NetSuite has no such field\n", ""))
    mapping = load_mappings(folder).of(Entity.LEAD)
    assert "custom.generators" in mapping.fields
    assert "custentity_generators" in mapping.vendor_fields(SystemName.NETSUITE)


# --- conversion.yaml -------------------------------------------------------------------------------------


def test_a_household_is_named_after_the_person() -> None:
    rules = ConversionRules(prospect_status="8", household_name="{first_name} {last_name} Household")
    assert rules.household_name_of({"first_name": "Jane", "last_name": "Gray"}) == "Jane Gray Household"
    assert rules.household_name_of({"last_name": "Gray"}) == "Gray Household"
    assert rules.household_name_of({"company": "Acme"}) is None


def test_a_name_template_knows_the_fields_of_a_lead_only(folder: Path) -> None:
    spoil(folder, "conversion.yaml", "{first_name} {last_name}", "{first_name.__class__}")
    assert "is not a field of a lead" in mistakes(folder)[0].what


@pytest.mark.parametrize(
    ("chosen", "available", "found"),
    [
        ("auto", ("Closed - Converted",), "Closed - Converted"),
        ("auto", ("One", "Two"), None),
        ("auto", (), None),
        ("Two", ("One", "Two"), "Two"),
        ("Three", ("One", "Two"), None),
    ],
)
def test_the_converted_status_is_the_orgs(chosen: str, available: tuple[str, ...], found: str | None) -> None:
    assert ConversionRules(prospect_status="8", converted_status=chosen).converted_status_of(available) == found
