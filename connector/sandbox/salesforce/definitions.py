"""FieldDefinition: what the org keeps of a field beside describe, of which the durable id matters here.

Documented: queries must name the objects; the durable id is not promised to stay the same between releases. In use by
many clients: it is the object's name and, of a custom field, the 15-character id (`Lead.00N...`), which a new API name
leaves alone. Everything else of this object answers 501.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

from lark import Token

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import NotEmulated, refuse
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.ids import base62
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.soql import Comparison, Condition, Item, Literal, Membership, Select, parse, unescape

_ABOUT = re.compile(r"\bFROM\s+FieldDefinition\b", re.IGNORECASE)
_OF_OBJECT = ("entitydefinition.qualifiedapiname", "entitydefinitionid")


def is_about_definitions(text: str) -> bool:
    """Whether a query is about FieldDefinition, which is no table of rows."""
    return _ABOUT.search(text) is not None


def field_definitions(org: Org, text: str, root: str) -> dict[str, Any]:
    """The answer of a query for the fields of some objects, in the order of their describes."""
    select = parse(text)
    paths = [_path(item) for item in select.items]
    found = [found for name in _objects(select) if (found := org.schema.find(name)) is not None]
    records = [_record(org, sobject, field, paths, root) for sobject in found for field in sobject.fields]
    return {"totalSize": len(records), "done": True, "records": records}


def durable_id(org: Org, sobject: SObject, field: Field) -> str:
    """`Lead.00N...` of a custom field, by the name under which it was made; `Lead.Company` of a standard one."""
    if not field.custom:
        return f"{sobject.name}.{field.name}"
    made_as = org.made_as.get((sobject.name, field.name), field.name)
    number = zlib.crc32(f"{org.org_id} {sobject.name} {made_as}".encode())
    return f"{sobject.name}.00N{base62(number, 12)}"


def _path(item: Item) -> str:
    if not isinstance(item.what, Token) or item.alias is not None:
        raise NotEmulated("FieldDefinition with aggregates or sub-selects")
    return str(item.what)


def _objects(select: Select) -> list[str]:
    """The objects that a query names."""
    if select.where is None:
        message = "FieldDefinition: a filter on a reified column is required [EntityDefinitionId,DurableId]"
        raise refuse("MALFORMED_QUERY", message)
    values = _compared(select.where)
    if select.order or select.limit is not None or not all(one.kind == "STRING" for one in values):
        raise NotEmulated("FieldDefinition with more than the names of objects")
    return [_text(one, select) for one in values]


def _compared(where: Condition) -> tuple[Literal, ...]:
    """What the one condition that is known here compares the object's name with."""
    if not isinstance(where, Comparison | Membership) or where.path.lower() not in _OF_OBJECT:
        raise NotEmulated("FieldDefinition with another filter than the names of objects")
    if isinstance(where, Comparison) and where.operator == "=":
        return (where.value,)
    if isinstance(where, Membership) and not where.negated and isinstance(where.values, tuple):
        return where.values
    raise NotEmulated("FieldDefinition with another filter than the names of objects")


def _text(literal: Literal, select: Select) -> str:
    return unescape(literal.text, literal.at, select.text)


def _record(org: Org, sobject: SObject, field: Field, paths: list[str], root: str) -> dict[str, Any]:
    durable = durable_id(org, sobject, field)
    told = {
        "durableid": ("DurableId", durable),
        "qualifiedapiname": ("QualifiedApiName", field.name),
        "developername": ("DeveloperName", field.name.removesuffix("__c")),
        "label": ("Label", field.label),
        "entitydefinitionid": ("EntityDefinitionId", sobject.name),
        "entitydefinition.qualifiedapiname": ("EntityDefinition", _entity(sobject, root)),
    }
    unknown = [path for path in paths if path.lower() not in told]
    if unknown:
        raise NotEmulated(f"FieldDefinition.{unknown[0]}")
    return _attributes("FieldDefinition", durable, root) | dict(told[path.lower()] for path in paths)


def _entity(sobject: SObject, root: str) -> dict[str, Any]:
    return _attributes("EntityDefinition", sobject.name, root) | {"QualifiedApiName": sobject.name}


def _attributes(name: str, id_: str, root: str) -> dict[str, Any]:
    return {"attributes": {"type": name, "url": f"{root}/sobjects/{name}/{id_}"}}
