"""Short names for the things that a store keeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connector.core.flow import Answer, Hold, Link, Pair, Ref
from connector.core.ports import Intent, Overruled, Store
from connector.core.schema import Entity, SystemName, Value

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def customer(number: int | str) -> Ref:
    return Ref(NETSUITE, "customer", str(number))


def lead(number: int) -> Ref:
    return Ref(SALESFORCE, "Lead", f"00Q{number:012d}AAA")


def account(number: int) -> Ref:
    return Ref(SALESFORCE, "Account", f"001{number:012d}AAA")


def both(number: int) -> Pair[Ref]:
    return Pair(customer(number), lead(number))


def linked(store: Store, number: int, entity: Entity = Entity.LEAD) -> Link:
    return store.add_link(entity, both(number), "found by key", NOON)


def intent(number: int = 1, **changes: object) -> Intent:
    facts: dict[str, object] = {
        "id": 0,
        "run_id": 1,
        "verb": "create",
        "system": NETSUITE,
        "entity": Entity.LEAD,
        "type": "customer",
        "ref": None,
        "source": lead(number),
        "key": f"sf-{lead(number).id}",
        "payload_hash": "f00d",
        "opened_at": NOON,
        "values": {"email": "a@example.com", "budget": Decimal("1.50")},
    }
    return Intent(**facts | changes)  # type: ignore[arg-type]


def conflict(number: int = 1, field: str | None = "email", values: Pair[Value] = Pair("a", "b")) -> Hold:
    refs: Pair[Ref | None] = Pair(customer(number), lead(number))
    return Hold("conflict", Entity.LEAD, refs, field, "both sides changed it", values)


def answer(number: int = 1, field: str | None = "email", **changes: object) -> Answer:
    refs: Pair[Ref | None] = Pair(customer(number), lead(number))
    facts = Answer("conflict", Entity.LEAD, refs, field, "value", Decimal("1.50"), Pair("a", None), "jo", NOON)
    return replace(facts, **changes)  # type: ignore[arg-type]


def lost(number: int, at: datetime = NOON, field: str = "email") -> Overruled:
    return Overruled(Entity.LEAD, lead(number), field, "typed", ("a", "b"), NOON, None, "owned", at, 7)
