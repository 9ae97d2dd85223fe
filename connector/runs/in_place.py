"""Whether what an action wants is there already, whoever did it: then it is not done a second time."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.flow import (
    Action,
    Convert,
    Create,
    Delete,
    Link,
    LinkUp,
    Planned,
    Ref,
    Rekey,
    Relink,
    Retire,
    Settle,
    SourceRecord,
    Update,
)
from connector.core.schema import Entity
from connector.runs.records import canonical, now_linked
from connector.runs.work import Work

Records = Mapping[Ref, SourceRecord]


def in_place(work: Work, action: Action, now: Records) -> bool:
    """`now`: the records that the action was decided from, as they are."""
    match action:
        case Create():
            link = _link(work, action.entity, action.source)
            return link is not None and link.id != action.replaces
        case Update():
            return _is_updated(work, action, now[action.ref])
        case Convert():
            return now[action.lead].converted is not None
        case Retire():
            return all(_holds(now[action.ref], name, value) for name, value in action.fields.items())
        case Delete(link_id=ended) | Relink(retire=ended):
            return _is_ended(work, ended)
        case LinkUp():
            link = _link(work, action.entity, action.refs.netsuite)
            return link is not None and link.refs == action.refs
        case Rekey():
            return now[action.ref].key == action.key
        case Settle():
            return _is_settled(work, action)
    return False


def _link(work: Work, entity: Entity, ref: Ref) -> Link | None:
    """The active link of that entity that `ref` has."""
    links = work.store.lead_links([ref]) if entity is Entity.LEAD else work.store.links([ref])
    link = links.get(ref)
    return link if link is not None and link.state == "active" and link.entity is entity else None


def _is_ended(work: Work, link_id: int) -> bool:
    link = work.store.links_by_id([link_id]).get(link_id)
    return link is not None and link.state != "active"


def _is_updated(work: Work, action: Update, record: SourceRecord) -> bool:
    """Both sides have agreed on the values, and the record still holds what it made of them."""
    link = _link(work, action.entity, action.ref)
    base = work.store.bases([link.id]).get(link.id) if link else None
    if base is None or record.deleted:
        return False
    mapping, now = work.parts.mappings.of(action.entity), canonical(work, action.entity, record)
    ours, theirs = base.values.of(action.ref.system), base.values.other(action.ref.system)
    return all(
        name in theirs
        and name in ours
        and mapping.same(name, theirs[name], value)
        and (name not in now or mapping.same(name, now[name], ours[name]))
        for name, value in now_linked(work, action.values).items()
    )


def _holds(record: SourceRecord, name: str, value: Planned) -> bool:
    held = record.inactive if name == "isInactive" else record.fields.get(name)
    return not record.deleted and str(held) == str(value)


def _is_settled(work: Work, action: Settle) -> bool:
    base = work.store.bases([action.link_id]).get(action.link_id)
    return base is not None and all(
        name in held and held[name] == value
        for (_, held), (_, agreed) in zip(base.values, action.agreed, strict=True)
        for name, value in agreed.items()
    )
