"""Claims about a stage want evidence: a customer is one who has bought."""

from __future__ import annotations

from connector.core.flow import FieldChange, FieldConflict, Hold, Merged, NewOn, Observed, Pair
from connector.core.planning.desk import Desk
from connector.core.planning.holding import one_sided
from connector.core.schema import Entity, Stage, SystemName, Value


def with_evidence(desk: Desk, observed: Observed, merged: Merged) -> Merged:
    """Stages have more to them than other fields: NetSuite follows a customer claim of Salesforce only with a won
    opportunity behind it, and a customer in NetSuite, who has bought, is one for Salesforce too."""
    if observed.entity is not Entity.ORGANIZATION:
        return merged
    trusted = desk.mappings.conversion.customer_evidence.on_change == "trust"
    won = observed.link is not None and observed.link.id in desk.scene.won
    kept, held = [], []
    for change in merged.changes:
        claim = change.field == "stage" and change.system is SystemName.NETSUITE and change.value == Stage.CUSTOMER
        if claim and not (won or trusted):
            held.append(_claim(change))
        else:
            kept.append(change)
    for conflict in merged.conflicts:
        if conflict.field == "stage" and conflict.values.netsuite == Stage.CUSTOMER:
            kept.append(_bought(conflict))
        else:
            held.append(conflict)
    return Merged(tuple(kept), tuple(held), merged.agreed)


def _bought(conflict: FieldConflict) -> FieldChange:
    values = conflict.values
    return FieldChange("stage", SystemName.SALESFORCE, values.salesforce, values.netsuite, "a customer in NetSuite")


def _claim(change: FieldChange) -> FieldConflict:
    values: Pair[Value] = Pair(change.old, change.value)
    reason = "a customer in Salesforce without a won opportunity: NetSuite is left as it is"
    return FieldConflict(change.field, values, Pair(change.old, None), reason)


def proven(desk: Desk, new: NewOn, values: dict[str, Value]) -> dict[str, Value]:
    """A new account that claims to be a customer is believed, or first wants a won opportunity, as the rules say."""
    trusted = desk.mappings.conversion.customer_evidence.on_create == "trust"
    claim = new.observed.entity is Entity.ORGANIZATION and values.get("stage") == Stage.CUSTOMER
    if trusted or not claim or new.system is not SystemName.SALESFORCE:
        return values
    record = new.observed.records.salesforce
    assert record is not None
    reason = "a customer in Salesforce without a won opportunity: it becomes a prospect in NetSuite"
    held: Pair[Value] = Pair(None, values["stage"])
    desk.actions.append(Hold("conflict", Entity.ORGANIZATION, one_sided(record.ref), "stage", reason, held))
    return {name: value for name, value in values.items() if name != "stage"}
