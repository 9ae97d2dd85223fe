"""Two made-up accounts with a field of every kind, and lines between them, for tests of what is said of a mapping."""

from __future__ import annotations

from typing import Any, Final

from connector.core.flow import Pair
from connector.core.mapping.build import build
from connector.core.mapping.language import MappingFile
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Source, parse
from connector.core.ports import FieldInfo, FieldKind, RecordInfo
from connector.core.schema import SystemName


def fields(system: SystemName, *infos: FieldInfo) -> RecordInfo:
    type_ = "customer" if system is SystemName.NETSUITE else "Lead"
    return RecordInfo(system, type_, {info.name: info for info in infos})


def info(name: str, kind: FieldKind, length: int | None = None, **facts: Any) -> FieldInfo:
    options = facts.pop("options", None)
    listed = dict(zip(options, options, strict=True)) if isinstance(options, list) else options
    return FieldInfo(name, kind, facts.pop("label", name), length, options=listed, **facts)


COLOURS: Final = ["Red", "Green", "Blue"]
NETSUITE: Final = fields(
    SystemName.NETSUITE,
    info("name32", "text", 32),
    info("companyName", "text", 83),
    info("altName", "text", 83),
    info("text300", "text", 300),
    info("comments", "long_text", 999),
    info("email", "email", 254),
    info("phone", "phone", 32),
    info("url", "url", 999),
    info("flag", "boolean"),
    info("count", "integer"),
    info("amount2", "money", decimals=2),
    info("number", "number"),
    info("number2", "number", decimals=2),
    info("number4", "number", decimals=4),
    info("fraction2", "percent", decimals=2),
    info("percent2", "percent", decimals=2),
    info("day", "date"),
    info("moment", "datetime"),
    info("colour", "reference", restricted=True, options={"1": "Red", "2": "Green", "3": "Blue"}),
    info("shade", "reference", restricted=True, options={"1": "Red", "2": "Green", "3": "Blue", "4": "Dark red"}),
    info("open_list", "reference", restricted=True),
    info("many", "multi_picklist", restricted=True, options={"1": "Red", "2": "Green", "3": "Blue"}),
    info("words", "multi_picklist", restricted=True, options=COLOURS),
    info("addressBook.billing", "address"),
)
SALESFORCE: Final = fields(
    SystemName.SALESFORCE,
    info("Name80", "text", 80),
    info("Company", "text", 255, required=True),
    info("Nickname", "text", 255),
    info("Text40", "text", 40),
    info("Description", "long_text", 32000),
    info("Email", "email", 80),
    info("Phone", "phone", 40),
    info("Website", "url", 255),
    info("Flag__c", "boolean"),
    info("Count__c", "integer"),
    info("Amount0", "money", decimals=0),
    info("Amount2", "money", decimals=2),
    info("Amount4", "money", decimals=4),
    info("Number2", "number", decimals=2),
    info("Number4", "number", decimals=4),
    info("Percent0", "percent", decimals=0),
    info("Percent2", "percent", decimals=2),
    info("Day__c", "date"),
    info("Moment__c", "datetime"),
    info("Colour__c", "picklist", 255, restricted=True, options=COLOURS),
    info("Shade__c", "picklist", 255, restricted=True, options=[*COLOURS, "Crimson"]),
    info("OpenColour__c", "picklist", 255, options=COLOURS),
    info("Colours__c", "multi_picklist", 4099, restricted=True, options=COLOURS),
    info("Street", "long_text", 255),
    info("City", "text", 40),
    info("State", "text", 80),
    info("PostalCode", "text", 20),
    info("Country", "text", 80),
)
ACCOUNTS: Final = Pair({"customer": NETSUITE}, {"Lead": SALESFORCE})
HEAD: Final = """\
entity: lead
netsuite: {record: customer, when: {stage: [lead]}}
salesforce: {record: Lead}
fields:
"""


def mapping_of(*lines: str, known: str = "") -> EntityMapping:
    """A lead's file with these lines; a mistake in them fails the test."""
    source = parse((HEAD + "".join(f"  {line}\n" for line in lines) + known).encode(), "lead.yaml")
    assert isinstance(source, Source), source
    mistakes: list[str] = []
    mapping = build(MappingFile.model_validate(source.data), lambda *what, **place: mistakes.append(str(what)))
    assert mistakes == []
    return mapping
