"""What exists on one side only is made on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector.core.conversion import late_edits
from connector.core.flow import Create, Hold, NewOn, Pair, Planned, Ref
from connector.core.mapping.document import Mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.planning.again import again_reason
from connector.core.planning.desk import Beaten, Desk
from connector.core.planning.evidence import proven
from connector.core.planning.heirs import is_alone
from connector.core.planning.holding import one_sided
from connector.core.planning.keying import has_room
from connector.core.ports import RecordInfo
from connector.core.scene import Scene
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value


def plan_create(desk: Desk, new: NewOn) -> None:
    entity, target = new.observed.entity, new.system.other
    record = new.observed.records.of(new.system)
    assert record is not None
    waits = desk.account.drift.creates.get((target, entity))
    if waits is not None:
        desk.actions.append(Hold("value", entity, one_sided(record.ref), None, f"{target.title} changed: {waits}"))
        return
    mapping = desk.mapping(entity)
    values = proven(desk, new, _flowing(mapping, target, new.observed.values.of(new.system)))
    given = _household(desk, record.ref, values)
    edits = _late_edits(desk, record.ref, mapping, target, values)
    edited = {name: value for name, (value, _) in edits.items()}
    rendering = mapping.write(
        target, {**values, **given, **edited}, creating=True, links=desk.scene.links, info=desk.info(target, entity)
    )
    apart = {
        *rendering.problems,
        *rendering.passed_over,
        *given,
        *(name for name, (_, agreed) in edits.items() if agreed is ABSENT),
    }
    refs = one_sided(record.ref)
    problems = {**desk.problems(record.ref), **rendering.problems}
    if rendering.refused:
        desk.actions.append(Hold("value", entity, refs, None, rendering.refused))
        return
    missing = _missing(desk.info(target, entity), rendering.fields)
    if missing:
        desk.actions.append(Hold("value", entity, refs, None, _lacks(mapping, target, missing, problems)))
        return
    for name, text in problems.items():
        desk.actions.append(Hold("value", entity, refs, name, text, _seen_value(new, name)))
    desk.actions.append(
        Create(
            entity=entity,
            system=target,
            type=mapping.record_type(target),
            source=record.ref,
            fields=rendering.fields,
            values={name: value for name, value in values.items() if name not in apart},
            reason=again_reason(desk, record.ref) or new.reason,
            stamp=has_room(desk, entity, record),
            edits={name: edit for name, edit in edits.items() if name not in rendering.problems},
            replaces=desk.again.get(record.ref),
        )
    )


def households(scene: Scene, mappings: Mappings) -> Iterator[tuple[Ref, str]]:
    for event in scene.events:
        lead = event.records.salesforce
        name = mappings.conversion.household_name_of(event.values.salesforce)
        if lead is not None and lead.converted is not None and lead.converted.account is not None and name:
            yield lead.converted.account, name


def _household(desk: Desk, ref: Ref, values: Mapping[str, Value]) -> dict[str, Value]:
    """The name of an organization that comes from a lead without a company. It is no agreed value yet: the side
    that has none is given it when the pair is looked at again."""
    name = desk.households.get(ref)
    return {"name": name} if name and "name" in values and values["name"] is None else {}


def _flowing(mapping: EntityMapping, target: SystemName, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that may flow to `target`: one-way fields of the other direction stay behind."""
    return {name: value for name, value in values.items() if mapping.fields[name].flows_to(target)}


def _late_edits(
    desk: Desk, ref: Ref, mapping: EntityMapping, target: SystemName, values: Mapping[str, Value]
) -> dict[str, tuple[Value, Value | Gap]]:
    """What the counterpart of an heir takes over from the lead, as in `Create.edits`."""
    found: dict[str, tuple[Value, Value | Gap]] = {}
    for event in desk.heirs.get(ref, ()):
        for name, edit in late_edits(event, desk.mapping(Entity.LEAD), mapping, values).items():
            first, _ = found.setdefault(name, edit)
            if is_alone(desk, mapping, name) and not mapping.same(name, edit[0], first):
                desk.beaten[event.link.id] = Beaten(name)
    return {name: edit for name, edit in found.items() if mapping.fields[name].flows_to(target)}


def _missing(info: RecordInfo | None, fields: Mapping[str, Planned]) -> list[str]:
    if info is None:
        return []
    return sorted(name for name, known in info.fields.items() if known.required and fields.get(name) is None)


def _lacks(mapping: EntityMapping, system: SystemName, missing: list[str], problems: Mapping[str, str]) -> str:
    """Why a record without `missing` would be refused: it has no such value, or one that does not fit."""
    names = {vendor: line.name for vendor, line in mapping.targets(system).items() if line.name in problems}
    told = [f"{name}: {problems[name]}" for name in dict.fromkeys(names[one] for one in missing if one in names)]
    nowhere = [one for one in missing if one not in names]
    if nowhere:
        told.append(f"{system.title} demands {_demanded(mapping, system, nowhere)}, and the record has none")
    return "; ".join(told)


def _demanded(mapping: EntityMapping, system: SystemName, missing: list[str]) -> str:
    """Vendor fields with what they mean, e.g. `organization (entity)`."""
    lines = mapping.targets(system)
    return ", ".join(f"{lines[name].name} (`{name}`)" if name in lines else f"`{name}`" for name in missing)


def _seen_value(new: NewOn, name: str) -> Pair[Value]:
    nothing: Pair[Value] = Pair(None, None)
    return nothing.replace(new.system, new.observed.values.of(new.system).get(name))
