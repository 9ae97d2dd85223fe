"""The schema for editors: it takes what the connector takes, and refuses what the connector refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator

from connector.core.mapping.editor_schema import editor_schema
from connector.core.mapping.language import CodecName, FieldLine
from connector.core.mapping.yaml_file import Source, parse
from connector.core.schema import Entity, canonical_fields
from tests.unit.mapping.conftest import SHIPPED
from tests.unit.mapping.two_accounts import ACCOUNTS, HEAD

FILES = sorted(SHIPPED.glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    Draft7Validator.check_schema(editor_schema())
    return Draft7Validator(editor_schema())


def data_of(text: str) -> Any:
    source = parse(text.encode(), "file.yaml")
    assert isinstance(source, Source), source
    return source.data


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_shipped_files_validate(file: Path, validator: Draft7Validator) -> None:
    assert [error.message for error in validator.iter_errors(data_of(file.read_text()))] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_shipped_files_name_the_schema_that_lies_beside_them(file: Path) -> None:
    first = file.read_text().splitlines()[0]

    assert first == "# yaml-language-server: $schema=mapping.schema.json"


def test_the_schema_beside_the_shipped_files_is_the_languages() -> None:
    kept = json.loads((SHIPPED / "mapping.schema.json").read_text())

    assert kept == editor_schema(), "connector mapping schema --out mappings/mapping.schema.json"


@pytest.mark.parametrize(
    "line",
    [
        "company: {netsuite: companyName, salesfroce: Company}",
        "company: {netsuite: companyName, salesforce: Company, as: txt}",
        "company: {netsuite: companyName, salesforce: Company, owner: nobody}",
        "company: {netsuite: companyName}",
        "company: {netsuite: companyName, salesforce: Company, decimals: many}",
        "company: {netsuite: [companyName], salesforce: Company}",
    ],
)
def test_what_the_connector_refuses_is_marked(line: str, validator: Draft7Validator) -> None:
    assert list(validator.iter_errors(data_of(f"{HEAD}  {line}\n")))


def test_every_key_and_kind_of_value_has_hover_text() -> None:
    line = editor_schema()["$defs"]["FieldLine"]["properties"]
    kinds = {one["const"]: one["description"] for one in line["as"]["anyOf"]}

    assert {info.alias or name for name, info in FieldLine.model_fields.items()} == set(line)
    assert all(one.get("description") for one in line.values())
    assert set(kinds) == set(get_args(CodecName))
    assert all(kinds.values())


def test_every_canonical_field_has_hover_text() -> None:
    then = editor_schema()["then"]["allOf"][1:]
    for entity, one in zip(Entity, then, strict=True):
        known = one["then"]["properties"]["fields"]["properties"]
        assert set(known) == set(canonical_fields(entity))
        assert all(field["description"] for field in known.values())


def test_expressions_tell_their_functions() -> None:
    assert "`IF(condition, then, else)`" in json.dumps(editor_schema()["$defs"]["Compute"])


def test_vendor_fields_are_offered_and_none_is_demanded() -> None:
    schema = editor_schema(ACCOUNTS)
    side = schema["$defs"]["LeadLine"]["allOf"][1]["properties"]["netsuite"]["anyOf"]
    texts = {one["const"]: one["description"] for one in side if "const" in one}

    assert texts["companyName"] == "companyName: text, up to 83 characters"
    assert texts["colour"].endswith("Values: Red, Green, Blue")
    line = "company: {netsuite: unseen, salesforce: Company}"
    assert list(Draft7Validator(schema).iter_errors(data_of(f"{HEAD}  {line}\n"))) == []
