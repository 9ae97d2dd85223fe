"""A mapping file that uses every key of the language, as data, and a writer that knows where everything stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.mapping.document import build_source
from connector.core.mapping.translate import EntityMapping
from connector.core.mapping.yaml_file import Path, parse
from connector.errors import MappingError, Mistake

TABLE = b"salesforce,netsuite\nHot,1\nWarm,2\n"

WHOLE: dict[str, Any] = {
    "entity": "organization",
    "netsuite": {
        "record": "customer",
        "when": {"stage": ["prospect", "customer"]},
        "scope": [
            {"field": "subsidiary", "operator": "in", "value": ["1", "3"]},
            {"field": "email", "operator": "filled"},
        ],
        "create": {"isPerson": False, "entityStatus": "8"},
        "demands": {"retail": ["custentity_shops"]},
    },
    "salesforce": {"record": "Account"},
    "fields": {
        "name": {
            "netsuite": {"first_of": ["companyName", "altName"]},
            "salesforce": "Name",
            "default": {"netsuite": "n", "salesforce": "[not provided]"},
            "on_too_long": "refuse",
        },
        "stage": {
            "netsuite": "entityStatus",
            "salesforce": "Type",
            "values": {
                "prospect": {"netsuite": ["8", "9"], "salesforce": ["Prospect", ""]},
                "customer": {"netsuite": "13", "salesforce": "Customer"},
            },
            "unknown": "ignore",
            "owner": "netsuite",
        },
        "variant": {
            "netsuite": "customForm",
            "salesforce": "RecordTypeId",
            "values": {"retail": {"netsuite": "101", "salesforce": "012A"}},
            "create_only": True,
        },
        "rating": {"netsuite": "custentity_rating", "salesforce": "Rating", "as": "picklist", "values": "ratings.csv"},
        "phone": {
            "netsuite": "phone",
            "salesforce": "Phone",
            "as": "phone",
            "region": "DE",
            "spelling": {"netsuite": "typed", "salesforce": "e164"},
            "skip_empty": True,
        },
        "parent": {"netsuite": "parent", "salesforce": "ParentId", "as": "link", "to": "organization"},
        "owner": {"netsuite": "salesRep", "salesforce": "OwnerId", "lookup": "owners"},
        "annual_revenue": {
            "netsuite": "custentity_revenue",
            "salesforce": "AnnualRevenue",
            "as": "money",
            "currency": "USD",
            "decimals": 0,
            "when": {"netsuite": {"currency": "1"}, "salesforce": "NOT(ISBLANK(AnnualRevenue))"},
        },
        "billing_address": {
            "netsuite": "addressBook.billing",
            "salesforce": {
                "street": "BillingStreet",
                "city": "BillingCity",
                "state": "BillingState",
                "postal_code": "BillingPostalCode",
                "country": "BillingCountry",
            },
            "as": "address",
        },
        "custom.shops": {
            "netsuite": "custentity_shops",
            "salesforce": "Shops__c",
            "as": "integer",
            "variant": "retail",
        },
        "custom.terms": {"netsuite": "terms", "salesforce": "Terms__c", "from_stage": "customer"},
        "custom.state": {
            "netsuite": "custentity_state",
            "salesforce": "State__c",
            "as": "state",
            "country": {"netsuite": "custentity_country", "salesforce": "Country__c"},
        },
        "custom.share": {
            "netsuite": "custentity_share",
            "salesforce": "Share__c",
            "as": "percent",
            "scale": {"netsuite": 100, "salesforce": 1},
        },
        "custom.seen": {
            "netsuite": "custentity_seen",
            "salesforce": "Seen_At__c",
            "as": "datetime",
            "zone": {"netsuite": "America/New_York", "salesforce": "UTC"},
        },
        "custom.notes": {"netsuite": "custentity_notes", "salesforce": "Notes__c", "as": "html", "markup": "both"},
        "custom.full_name": {
            "netsuite": "custentity_full_name",
            "salesforce": {"join": ["First__c", "Last__c"], "with": " ", "rest": "first"},
        },
        "custom.piece": {
            "netsuite": {"split": "custentity_whole", "with": "-", "part": 1, "into": 3, "rest": "last"},
            "salesforce": "Piece__c",
            "direction": "to_salesforce",
        },
        "custom.opt_out": {
            "netsuite": {"yes_when": {"globalSubscriptionStatus": "4"}},
            "salesforce": "Opt_Out__c",
            "as": "boolean",
            "direction": "to_salesforce",
        },
        "custom.origin": {"netsuite": {"const": "NetSuite"}, "salesforce": "Origin__c", "direction": "to_salesforce"},
        "custom.size": {
            "netsuite": {"compute": 'IF(custentity_employees > 250, "large", "small")'},
            "salesforce": "Size__c",
            "direction": "to_salesforce",
        },
    },
    "left_out": {"netsuite": {"altPhone": "there is no second phone"}, "salesforce": {"Site": "NetSuite has none"}},
    "examples": [
        {
            "name": "a company crosses",
            "given": {"netsuite": {"companyName": "Acme"}},
            "expect": {"salesforce": {"Name": "Acme"}, "held": []},
        }
    ],
}

Place = tuple[int, int]


@dataclass
class Written:
    """Text of a file, and where (line and column, from 1) the key and the value of every path begin."""

    text: str
    keys: dict[Path, Place]
    values: dict[Path, Place]


def write(data: Mapping[str, Any]) -> Written:
    """Mappings and lists of mappings line by line, everything else on its line."""
    lines: list[str] = []
    written = Written("", {}, {(): (1, 1)})
    _write(data, (), 0, lines, written)
    written.text = "\n".join(lines) + "\n"
    return written


def _write(node: Mapping[str, Any], path: Path, indent: int, lines: list[str], written: Written) -> None:
    for key, value in node.items():
        here = (*path, key)
        lines.append(f"{' ' * indent}{json.dumps(key)}:")
        written.keys[here] = (len(lines), indent + 1)
        if isinstance(value, dict) and value:
            written.values[here] = (len(lines) + 1, indent + 3)
            _write(value, here, indent + 2, lines, written)
        elif isinstance(value, list) and value and all(isinstance(item, dict) and item for item in value):
            written.values[here] = (len(lines) + 1, indent + 1)
            for number, item in enumerate(value):
                lines.append(f"{' ' * indent}-")
                written.values[*here, number] = (len(lines) + 1, indent + 3)
                _write(item, (*here, number), indent + 2, lines, written)
        else:
            written.values[here] = (len(lines), len(lines[-1]) + 2)
            lines[-1] += f" {json.dumps(value)}"


def built(text: str) -> EntityMapping | tuple[Mistake, ...]:
    """One file, built as every file is, or all its mistakes."""
    source = parse(text.encode(), "organization.yaml")
    if isinstance(source, Mistake):
        return (source,)
    try:
        return build_source(source, {"ratings.csv": TABLE}.__getitem__)
    except MappingError as error:
        return error.mistakes
