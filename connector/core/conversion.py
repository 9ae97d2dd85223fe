"""A lead that was converted on one side becomes the right conversion on the other.

A conversion is an event on a lead's link: the link ends, and links of an organization, a person and perhaps an
opportunity begin. Those three come about by the ordinary straight line (pair, create, link); what this module
adds is the moment itself: `Convert` in Salesforce, `Retire` in NetSuite, and the end of the lead's link once
its successors are linked.

NetSuite has three ways to move on: the status changes on the same id; Save & Convert keeps the id on the
prospect; or it makes the id a contact, or drops it (the vendor does not document which: all are handled).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connector.core.flow import Action, Base, Convert, Hold, Later, Pair, Ref, Relink, Retire, SourceRecord
from connector.core.lifecycle import entity_of
from connector.core.mapping.document import ConversionRules
from connector.core.mapping.translate import EntityMapping
from connector.core.matching.pair import Newcomer
from connector.core.scene import LeadEvent
from connector.core.schema import ABSENT, Entity, Gap, SystemName, Value

TWICE_CONVERTED: Final = "TWICE_CONVERTED"
"""The code of holds on NetSuite contacts of leads whose contact has its counterpart already."""


@dataclass(slots=True)
class Conversions:
    """What the lead events ask for. `claimed`: newcomers that a conversion accounts for, not to be created again.
    `people`: contacts that both systems made of one lead.
    `heirs`: the account and contact that Salesforce made of leads -> their events. `deleted`: events of leads of
    which a record is gone, and that is all there is to it. `again`: records of conversions that want another look, and
    `not_yet`: heirs that must not be made in NetSuite before."""

    actions: list[Action] = field(default_factory=list)
    claimed: set[Ref] = field(default_factory=set)
    in_place: list[tuple[Ref, Ref]] = field(default_factory=list)
    people: list[Pair[Ref]] = field(default_factory=list)
    heirs: dict[Ref, list[LeadEvent]] = field(default_factory=dict)
    deleted: list[LeadEvent] = field(default_factory=list)
    again: list[Ref] = field(default_factory=list)
    not_yet: set[Ref] = field(default_factory=set)


def plan_conversions(
    events: Iterable[LeadEvent],
    rules: ConversionRules,
    converted_statuses: tuple[str, ...],
) -> Conversions:
    """Turn lead events into actions. An event that turns out to be none (an echo, an edit) asks for nothing."""
    in_order = sorted(events, key=lambda one: one.link.id)
    result = Conversions(people=_made_by_both(in_order))
    for event in in_order:
        lead = event.records.salesforce
        if lead is not None and lead.converted is not None:
            _converted_in_salesforce(event, lead, rules, result)
        elif _gone(lead):
            result.claimed.add(event.link.refs.netsuite)
            result.deleted.append(event)
        elif _moved_on_in_netsuite(event):
            _converted_in_netsuite(event, rules, converted_statuses, result)
        elif _gone(event.records.netsuite) and not event.contacts:
            result.deleted.append(event)
        elif _gone(event.records.netsuite):
            # Save & Convert may have made it that contact, which only a person can tell.
            result.actions.append(_hold(event, gone_reason(event.records.netsuite), "deleted"))
    return result


def _moved_on_in_netsuite(event: LeadEvent) -> bool:
    record = event.records.netsuite
    if record is None:
        return False
    if record.deleted:
        return bool(event.persons) or event.linked_company is not None
    return entity_of(record) is Entity.ORGANIZATION


def _gone(record: SourceRecord | None) -> bool:
    return record is not None and record.deleted


def _made_by_both(events: Sequence[LeadEvent]) -> list[Pair[Ref]]:
    """The contacts that both systems made of one lead: NetSuite's has the lead's id, or is the only one that it can
    have become. Nobody can tell of which of several leads it is that look like it."""
    ids = {event.link.refs.netsuite.id for event in events}
    found: dict[Ref, set[Pair[Ref]]] = {}
    for event in events:
        lead, person = event.records.salesforce, _person(event)
        contact = lead.converted.contact if lead is not None and lead.converted is not None else None
        if person is None or contact is None:
            continue
        if person.ref.id == event.link.refs.netsuite.id or (person.ref.id not in ids and _moved_on_in_netsuite(event)):
            found.setdefault(person.ref, set()).add(Pair(person.ref, contact))
    return [pairs.pop() for pairs in found.values() if len(pairs) == 1]


# --- Salesforce first ------------------------------------------------------------------------------------


def _converted_in_salesforce(event: LeadEvent, lead: SourceRecord, rules: ConversionRules, result: Conversions) -> None:
    became = lead.converted
    if became is None or became.account is None:
        return
    customer = event.records.netsuite
    after = tuple(ref for ref in (became.account, became.contact) if ref)
    # A company lead has no person in it that could be lost: only the account must be there.
    first = (became.account,) if customer is not None and customer.individual is False else after
    reason = "converted in Salesforce"
    if (_gone(customer) or _lacks_its_contact(event)) and not event.seen_before and _person(event) is None:
        # Perhaps somebody converts it in NetSuite just now: what it became there may be younger than our look.
        result.not_yet.update(after)
        result.again += [*event.link.refs_both(), *after]
        return
    for heir in after:
        result.heirs.setdefault(heir, []).append(event)
    if customer is not None and (customer.deleted or entity_of(customer) is Entity.ORGANIZATION):
        _hold_second_contacts(event, became.contact, result)
    if customer is None or customer.deleted:
        result.actions.append(Relink(event.link.id, f"{reason}; already moved on in NetSuite", after))
    elif entity_of(customer) is Entity.ORGANIZATION:
        result.in_place.append((customer.ref, became.account))
        result.actions.append(Relink(event.link.id, "converted on both sides", first))
    elif customer.individual is False:
        result.in_place.append((customer.ref, became.account))
        fields = {"entityStatus": rules.prospect_status}
        told = f"{reason}: the company lead becomes the prospect"
        result.actions.append(Retire(customer.ref, fields, told, first, event.now.netsuite))
        result.actions.append(Relink(event.link.id, reason, first))
    else:
        if rules.retire_lead == "inactivate" and not customer.inactive:
            told = f"{reason}: prospect and contact take its place"
            out, back = {"isInactive": True}, {"isInactive": False}
            result.actions.append(Retire(customer.ref, out, told, after, event.now.netsuite, back))
        result.actions.append(Relink(event.link.id, reason, after))


def _hold_second_contacts(event: LeadEvent, contact: Ref | None, result: Conversions) -> None:
    """NetSuite converts the lead too, once we have made the counterpart of the contact that Salesforce made of it: the
    contact that NetSuite makes is a double."""
    if contact is None or contact not in [known for known, _ in event.contacts]:
        return
    result.claimed.update(person.ref for person in event.persons)
    result.actions += [second_contact(person.ref, contact) for person in event.persons]


def second_contact(person: Ref, contact: Ref) -> Hold:
    """NetSuite's contact of a lead whose Salesforce contact has another counterpart."""
    reason = f"both systems converted its lead, and {contact} is linked already: doubles to merge?"
    return Hold("ambiguous", Entity.PERSON, Pair(person, contact), None, reason, code=TWICE_CONVERTED)


def edits_left(event: LeadEvent, lead: EntityMapping, heir: EntityMapping) -> dict[str, tuple[Value, Value | Gap]]:
    """What was typed into the lead of one system and had not crossed when the other system moved its own on, by the
    field of the heir that it belongs to: the value, and what the other lead held when both last agreed (ABSENT: they
    never did).
    """
    left: dict[str, tuple[Value, Value | Gap]] = {}
    behind = event.left_behind
    for name, value in event.now.of(behind).items():
        own = field_of_heir(heir.entity, name)
        agreed, theirs = event.values.of(behind).get(name, ABSENT), event.now.other(behind).get(name, ABSENT)
        crosses = own in heir.fields and lead.fields[name].flows_to(behind.other)
        if crosses and _is_edit(lead, name, value, agreed, theirs):
            left[own] = value, event.values.other(behind).get(name, ABSENT)
    return left


def field_of_heir(heir: Entity, name: str) -> str:
    """What a lead's field is called where it belongs after the conversion."""
    return "name" if (heir, name) == (Entity.ORGANIZATION, "company") else name


def only_the_persons(values: Mapping[str, Value], organization: EntityMapping) -> dict[str, Value]:
    """The values of a lead that its organization has no field for: all that a NetSuite record still says about the
    lead once it is an organization with an account of its own, or with a contact beside it."""
    theirs = organization.fields
    return {name: value for name, value in values.items() if field_of_heir(Entity.ORGANIZATION, name) not in theirs}


def has_moved_on(customer: SourceRecord | None, people: Iterable[Newcomer]) -> bool:
    """Whether the NetSuite record of a lead is a lead no more and one of `people`, the new contacts, belongs to it, as
    Save & Convert makes one."""
    if customer is None or customer.deleted or entity_of(customer) is not Entity.ORGANIZATION:
        return False
    return any(company_of(one) == customer.ref for one in people)


def _is_edit(lead: EntityMapping, name: str, value: Value, agreed: Value | Gap, theirs: Value | Gap) -> bool:
    """Whether `value` is neither what was agreed on nor what the other lead holds."""
    if isinstance(agreed, Gap) and value is None:
        return False
    return not any(not isinstance(known, Gap) and lead.same(name, value, known) for known in (agreed, theirs))


def late_edits(
    event: LeadEvent, lead: EntityMapping, heir: EntityMapping, values: Mapping[str, Value]
) -> dict[str, tuple[Value, Value | Gap]]:
    """The edits left for a new heir that holds `values`: field -> the edit, and what was agreed on (ABSENT where
    Salesforce holds something of its own).

    What the conversion left behind in Salesforce stays behind, unless it was edited in NetSuite: that fills the field.
    """
    edits: dict[str, tuple[Value, Value | Gap]] = {}
    for name, (value, before) in edits_left(event, lead, heir).items():
        theirs = values.get(name)
        if not heir.same(name, value, theirs):
            untouched = theirs is None or (not isinstance(before, Gap) and heir.same(name, theirs, before))
            edits[name] = value, theirs if untouched else ABSENT
    return edits


# --- NetSuite first --------------------------------------------------------------------------------------


def _converted_in_netsuite(
    event: LeadEvent, rules: ConversionRules, converted_statuses: tuple[str, ...], result: Conversions
) -> None:
    status = rules.converted_status_of(converted_statuses)
    if status is None:
        result.actions.append(_hold(event, "conversion.yaml must name one of the org's converted statuses", "stage"))
        return
    record = event.records.netsuite
    assert record is not None
    if len(event.contacts) > 1 and not event.persons:
        reason = "several Salesforce contacts have the lead's e-mail and name: merge them, or convert by hand"
        result.actions.append(_hold(event, reason, "ambiguous"))
        return
    person = _person(event)
    prospect = record.ref if not record.deleted else (company_of(person) if person else None) or event.linked_company
    if prospect is None:
        reason = "converted in NetSuite, but which prospect and contact it became cannot be told"
        result.actions.append(_hold(event, reason, "ambiguous"))
        return
    if _lacks_its_contact(event) and not event.seen_before:
        # Perhaps somebody edits the contact just now: a record that is changed while we read may be on no page.
        result.again += event.link.refs_both()
        return
    if person is not None:
        result.claimed.add(person.ref)
    contact, contact_account = _existing_contact(event)
    result.actions.append(
        Convert(
            lead=event.link.refs.salesforce,
            link_id=event.link.id,
            account=Later(prospect),
            contact=contact,
            person=person.ref if person else None,
            converted_status=status,
            owner=rules.convert_owner,
            create_opportunity=rules.create_opportunity == "always",
            opportunity_name=rules.opportunity_name,
            reason=_how(record),
            contact_account=contact_account,
            agreed=event.values,
        )
    )


def _how(record: SourceRecord) -> str:
    if record.deleted:
        return "converted in NetSuite (Save & Convert)"
    return f"became a {record.stage} in NetSuite"


def _person(event: LeadEvent) -> Newcomer | None:
    """The new NetSuite contact that the lead became: the one with its id, else the only one that looks like it."""
    person = _with_its_id(event)
    if person is not None:
        return person
    return event.persons[0] if len(event.persons) == 1 else None


def _lacks_its_contact(event: LeadEvent) -> bool:
    """Whether a person's lead has become a company, which Save & Convert makes a contact for, and no contact is seen
    that could be it."""
    return became_company(event.records.netsuite, event.values) and not (event.persons or event.contacts)


def became_company(record: SourceRecord | None, agreed: Pair[Mapping[str, Value]]) -> bool:
    """Whether a person's NetSuite lead is a company by now, which only Save & Convert makes of it."""
    was_person = bool(agreed.netsuite.get("last_name"))
    return was_person and record is not None and not record.deleted and record.individual is False


def _with_its_id(event: LeadEvent) -> Newcomer | None:
    """The new NetSuite contact that has the id of the lead, which no other can have."""
    return next((person for person in event.persons if person.ref.id == event.link.refs.netsuite.id), None)


def company_of(person: Newcomer) -> Ref | None:
    """The NetSuite organization that a contact belongs to."""
    company = person.record.fields.get("company")
    return Ref(SystemName.NETSUITE, "customer", company) if isinstance(company, str) and company else None


def _existing_contact(event: LeadEvent) -> tuple[str | None, str | None]:
    """The only Salesforce contact with the lead's e-mail and name, and its account, to convert into.

    Salesforce refuses a contact that is not in the account converted into, so the account goes along.
    """
    if len(event.contacts) != 1 or event.persons:
        return None, None
    contact, account = event.contacts[0]
    return contact.id, account.id if account else None


def gone_reason(record: SourceRecord | None) -> str:
    """What happened to a linked record that is no more."""
    assert record is not None
    what = f"merged into {record.merged_into}" if record.merged_into else "deleted"
    return f"{what} in {record.ref.system.title}; the other side is left alone"


def _hold(event: LeadEvent, reason: str, kind: str) -> Hold:
    refs: Pair[Ref | None] = Pair(event.link.refs.netsuite, event.link.refs.salesforce)
    return Hold(kind, Entity.LEAD, refs, None, reason, link_id=event.link.id)  # type: ignore[arg-type]


def agreed_of_person(
    agreed: Pair[Mapping[str, Value]],
    person: EntityMapping,
    held: Mapping[str, Value],
    values: Mapping[str, Value],
    *,
    made: bool,
) -> Base:
    """What the two contacts that a lead became have agreed on: what the leads had, in the fields that the conversion
    took over. What somebody typed into any of them since is an edit. `held`: what the lead held as it was converted,
    and holds for ever; `values`: of the Salesforce contact; `made`: whether that is new, and nobody else has written
    into it: what differs is what its rules made of the lead's."""
    ours, theirs = agreed.netsuite, agreed.salesforce
    base: dict[str, Value] = {}
    known = (ours, theirs, held, values)
    for name in (one for one in person.fields if all(one in some for some in known)):
        if person.same(name, values[name], held[name]):
            base[name] = theirs[name]
        elif made and held[name] is not None and person.same(name, held[name], theirs[name]):
            base[name] = values[name]
    return Base(Pair({name: ours[name] for name in base}, base))
