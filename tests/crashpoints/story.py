"""What both sides and our state tell in the end, without ids and stamps, so that two ends can be compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from connector.core.flow import Ref
from tests.crashpoints.deeds import NETSUITE, SALESFORCE, TYPES, Side
from tests.crashpoints.mortal import MortalTown

Story = Mapping[str, list[str]]
Naming = Callable[[Any], str]

ACCIDENTAL = {
    NETSUITE: {
        "id",
        "entityid",
        "entitynumber",
        "tranid",
        "datecreated",
        "createddate",
        "lastmodifieddate",
        "trandate",
    },
    SALESFORCE: {
        *("Id", "CreatedDate", "LastModifiedDate", "LastModifiedById", "SystemModstamp", "LastStageChangeDate"),
        *("CreatedById", "LastViewedDate", "LastReferencedDate", "IsUnreadByOwner"),
    },
}
"""Columns that tell when and in which order something was done, and by whom; not what."""

POINTS_TO_NETSUITE = {"company", "entity", "parent"}


def tell(town: MortalTown) -> Story:
    """Every record in use or not, every active link with what was agreed on, every open hold and open intent."""
    name = _naming(town)
    return {
        **{f"{side} {type_}": sorted(_records(town, side, type_, name)) for side, type_ in _types()},
        "links": sorted(_links(town, name)),
        "holds": sorted(_holds(town, name)),
        "intents": sorted(f"{one.verb} {one.type}" for one in town.store.pending_intents()),
        "bugs": [f"{front.brain.name} {front.stats()['bugs']}" for front in town.fronts],
    }


def _types() -> Iterator[tuple[Side, str]]:
    for side, types in TYPES.items():
        for type_ in sorted(set(types.values())):
            yield side, type_
    yield SALESFORCE, "OpportunityContactRole"


def _naming(town: MortalTown) -> Naming:
    """Says ids by the names of what they stand for, wherever they stand."""
    names: dict[str, str] = {}
    for side, type_ in _types():
        for row in town.rows(side, type_):
            called = " ".join(str(row[column]) for column in _NAMES if row.get(column))
            id_ = str(row["id"] if side == NETSUITE else row["Id"])
            names[f"{type_}-{id_}" if side == NETSUITE else id_] = f"<{type_} {called}>"
    known = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\b")
    return lambda value: known.sub(lambda found: names[found[0]], str(value)) if names else str(value)


_NAMES = ("companyname", "lastname", "title", "LastName", "Company", "Name")


def _records(town: MortalTown, side: Side, type_: str, name: Naming) -> Iterator[str]:
    for row in town.rows(side, type_):
        told = {
            column: name(_typed_id(type_, column, value) if side == NETSUITE else value)
            for column, value in sorted(row.items())
            if column not in ACCIDENTAL[side] and value not in (None, "")
        }
        yield str(told)


def _typed_id(type_: str, column: str, value: Any) -> Any:
    return f"customer-{value}" if column in POINTS_TO_NETSUITE else value


def ref_name(ref: Ref | None, name: Naming) -> str:
    if ref is None:
        return "nothing"
    return name(f"{ref.type}-{ref.id}" if str(ref.system) == NETSUITE else ref.id)


def _links(town: MortalTown, name: Naming) -> Iterator[str]:
    links = {link.id: link for link in town.store.iter_links()}
    called = {id_: " = ".join(ref_name(ref, name) for ref in link.refs_both()) for id_, link in links.items()}
    bases = town.store.bases(links)

    def value_name(value: Any) -> str:
        link = re.fullmatch(r"link:(\d+)", str(value))
        if link:
            return f"<{called.get(int(link[1]), 'an ended link')}>"
        return str(value.normalize()) if isinstance(value, Decimal) else name(value)

    for id_, link in links.items():
        base = bases.get(id_)
        sides = (base.values.netsuite, base.values.salesforce) if base else ()
        agreed = [
            sorted(f"{field}={value_name(value)}" for field, value in values.items() if value is not None)
            for values in sides
        ]
        yield f"{link.entity} {called[id_]}: {agreed}"


def _holds(town: MortalTown, name: Naming) -> Iterator[str]:
    for one in town.store.open_holds():
        hold = one.hold
        refs = " = ".join(ref_name(ref, name) for _, ref in hold.refs)
        yield f"{hold.kind} {hold.entity} {refs} {hold.field} {name(hold.values)} {hold.code}"
