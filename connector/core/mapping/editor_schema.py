"""The JSON Schema of the mapping files, for editors: completion and hover text for every key, kind of value and
function, and, where the accounts' metadata is at hand, for every vendor field.

Draft 7, which is what editors understand. It says no more than the language does: names of vendor fields are
offered, never demanded, since an account may hide a field from us. What only the connector can tell (two lines that
write one field, say) stays with `connector mapping check`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from connector.core.flow import Pair
from connector.core.mapping.codecs import CODECS
from connector.core.mapping.conversion_rules import ConversionRules
from connector.core.mapping.functions import FUNCTIONS
from connector.core.mapping.language import CodecName, MappingFile
from connector.core.ports import FieldInfo, RecordInfo
from connector.core.schema import Entity, canonical_fields, record_types

Schema = dict[str, Any]

_FORMS: Mapping[str, str] = {
    "address": "A postal address as a whole: an address of NetSuite's address book beside five Salesforce fields.",
    "link": "A reference to another thing, which `to` names.",
    "lookup": "A value of a live list, which `lookup` names: the same person, name or code on both sides.",
}
"""The kinds of value that look at more than one field's value, and so are no codecs."""
_NO_RECORDS: Pair[Mapping[str, RecordInfo]] = Pair({}, {})


def editor_schema(records: Pair[Mapping[str, RecordInfo]] | None = None) -> Schema:
    """The schema of every file of a mapping folder: of one about a thing, and of conversion.yaml."""
    file = MappingFile.model_json_schema(ref_template="#/$defs/{model}")
    rules = ConversionRules.model_json_schema(ref_template="#/$defs/{model}")
    definitions = {**file.pop("$defs"), **rules.pop("$defs", {})}
    _describe(definitions)
    lines = {_line_name(entity): _line(entity, records or _NO_RECORDS) for entity in Entity}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A mapping file of the connector between NetSuite and Salesforce",
        "if": {"required": ["entity"]},
        "then": {"allOf": [{"$ref": "#/$defs/MappingFile"}, *map(_about, Entity)]},
        "else": {"$ref": "#/$defs/ConversionRules"},
        "$defs": {**definitions, "MappingFile": file, "ConversionRules": rules, **lines},
    }


def _describe(definitions: Schema) -> None:
    """Hover text for kinds of value and for the functions of expressions."""
    properties = definitions["FieldLine"]["properties"]
    properties["as"] = {
        "description": properties["as"]["description"],
        "anyOf": [{"const": name, "description": _codec_text(name)} for name in get_args(CodecName)],
    }
    functions = "\n".join(f"- `{one.signature}`: {one.description}" for one in FUNCTIONS.values())
    for of, key in (("Compute", "compute"), ("FieldLine", "when")):
        known = definitions[of]["properties"][key]
        known["markdownDescription"] = f"{known.get('description', '')}\n\nFunctions of expressions:\n\n{functions}"


def _codec_text(name: str) -> str:
    return _FORMS.get(name) or " ".join((inspect.getdoc(CODECS[name]) or "").split())


def _about(entity: Entity) -> Schema:
    """What a file about one thing may say beyond what all may: its own fields."""
    line = {"$ref": f"#/$defs/{_line_name(entity)}"}
    known = {
        name: {"description": description, "allOf": [line]} for name, description in canonical_fields(entity).items()
    }
    fields = {"type": "object", "properties": known, "additionalProperties": line}
    return {
        "if": {"properties": {"entity": {"const": str(entity)}}, "required": ["entity"]},
        "then": {"properties": {"fields": fields}},
    }


def _line_name(entity: Entity) -> str:
    return f"{str(entity).capitalize()}Line"


def _line(entity: Entity, records: Pair[Mapping[str, RecordInfo]]) -> Schema:
    """A line of one file: as every line, with the vendor fields of its record types on offer."""
    sides = {
        str(system): {"anyOf": [*_offered(infos.get(record_types(system)[entity])), {"type": ["string", "object"]}]}
        for system, infos in records
    }
    return {"allOf": [{"$ref": "#/$defs/FieldLine"}, {"type": "object", "properties": sides}]}


def _offered(info: RecordInfo | None) -> Iterable[Schema]:
    if info is None:
        return ()
    return [{"const": name, "description": field_text(known)} for name, known in sorted(info.fields.items())]


def field_text(known: FieldInfo) -> str:
    """What hover shows of a vendor field: label, kind, room, values."""
    facts = [known.kind.replace("_", " ")]
    if known.length:
        facts.append(f"up to {known.length} characters")
    if known.required:
        facts.append("required")
    if not (known.createable or known.updateable):
        facts.append("read-only")
    values = ", ".join(list((known.options or {}).values())[:12])
    return f"{known.label or known.name}: {', '.join(facts)}" + (f". Values: {values}" if values else "")
