"""Won opportunities: the evidence that an organization is a customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connector.core.scene import Scene
from connector.core.schema import Entity, Stage, SystemName, Value
from connector.runs.observing.look import Look


def sales_in_hand(look: Look) -> Iterator[Mapping[str, Value]]:
    """The Salesforce opportunities of this pass, in canonical values."""
    mapping = look.parts.mappings.of(Entity.OPPORTUNITY)
    for ref, record in look.records.items():
        if ref.system is SystemName.SALESFORCE and ref.type == mapping.record_type(ref.system) and not record.deleted:
            yield mapping.read(ref.system, record.fields, look.links).values


def sold_to(look: Look, sales: Iterable[Mapping[str, Value]]) -> set[int]:
    """The link ids of the organizations that one of `sales` was won at."""
    won = look.parts.mappings.conversion.customer_evidence.won_stages
    names = (str(sale.get("organization")) for sale in sales if sale.get("stage") in won)
    return {int(name.removeprefix("link:")) for name in names if name.startswith("link:")}


def won(look: Look, scene: Scene) -> frozenset[int]:
    """Organizations with a won opportunity; looked up only when a customer claim is on the table."""
    claims = [
        one
        for one in scene.linked
        if one.observed.entity is Entity.ORGANIZATION
        and one.observed.values.salesforce.get("stage") == Stage.CUSTOMER
        and one.observed.values.netsuite.get("stage") == Stage.PROSPECT
    ]
    if not claims:
        return frozenset()
    bases = look.store.bases(link.id for link in list(look.store.iter_links(Entity.OPPORTUNITY)))
    known = (base.values.salesforce for base in bases.values())
    return frozenset(sold_to(look, (*known, *sales_in_hand(look))))
