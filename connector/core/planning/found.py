"""Records of both sides that turn out to be one thing: a link begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.core.conversion import second_contact
from connector.core.flow import Base, Linked, LinkUp, Observed, Pair, Ref
from connector.core.matching.pair import Match, Newcomer
from connector.core.merge import NEVER_AGREED, merge, overlay
from connector.core.planning.desk import Desk
from connector.core.planning.evidence import with_evidence
from connector.core.planning.heirs import with_late_edits
from connector.core.planning.keying import missing_keys
from connector.core.planning.linked import write_merged
from connector.core.schema import Entity, Value


def link_in_place(desk: Desk, by_ref: dict[Ref, Newcomer], customer: Ref, sold_as: Ref) -> None:
    """A NetSuite customer that keeps its id through a conversion is the account that Salesforce made of the lead,
    unless that account has a counterpart already."""
    if desk.scene.links.link_of(sold_as) is not None:
        return
    netsuite, salesforce = by_ref.pop(customer, None), by_ref.get(sold_as)
    if netsuite is None or salesforce is None:
        return
    del by_ref[sold_as]
    match = Match(Entity.ORGANIZATION, Pair(customer, sold_as), "made of one lead")
    desk.twins[sold_as] = customer
    link_up(desk, match, {customer: netsuite, sold_as: salesforce})


def made_of_one_lead(desk: Desk, people: Iterable[Pair[Ref]], by_ref: dict[Ref, Newcomer]) -> list[Match]:
    """The contacts that both systems made of one lead, wherever they belong, unless one has a counterpart already. Of
    several leads that became one Salesforce contact, only the first NetSuite contact can have it."""
    found: dict[Ref, Match] = {}
    for refs in people:
        if refs.salesforce in found and refs.netsuite in by_ref:
            desk.actions.append(second_contact(refs.netsuite, refs.salesforce))
            del by_ref[refs.netsuite]
        elif refs.netsuite in by_ref and refs.salesforce in by_ref:
            found[refs.salesforce] = Match(Entity.PERSON, refs, "made of one lead")
    return list(found.values())


def link_up(desk: Desk, match: Match, by_ref: Mapping[Ref, Newcomer]) -> None:
    netsuite, salesforce = by_ref[match.refs.netsuite], by_ref[match.refs.salesforce]
    observed = Observed(
        entity=match.entity,
        link=None,
        records=Pair(netsuite.record, salesforce.record),
        values=Pair(netsuite.values, _by_twin(desk, salesforce.values)),
        seen=Pair(True, True),
        problems=Pair(desk.problems(match.refs.netsuite), desk.problems(match.refs.salesforce)),
    )
    merged = with_evidence(desk, observed, merge(desk.mapping(match.entity), observed, None))
    merged = with_late_edits(desk, observed, match.refs, merged)
    keys = missing_keys(desk, match.entity, netsuite.record, salesforce.record)
    before = (desk.again.get(ref) or desk.left.get(ref) for _, ref in match.refs)
    ended = tuple(link_id for link_id in before if link_id is not None)
    desk.actions.append(LinkUp(match.entity, match.refs, merged.agreed, keys, match.reason, ended))
    write_merged(desk, observed, match.refs, merged)


def merged_away(desk: Desk, linked: Linked) -> None:
    """A linked record was merged into one without a link, which takes its place. What one side lacks is filled, not
    cleared: those fields count as never agreed on."""
    observed = linked.observed
    netsuite, salesforce = observed.records.netsuite, observed.records.salesforce
    assert observed.link is not None and netsuite is not None and salesforce is not None
    base = _without_gaps((linked.base or NEVER_AGREED).values, observed.values)
    merged = with_evidence(desk, observed, merge(desk.mapping(observed.entity), observed, Base(base)))
    agreed: Pair[Mapping[str, Value]] = Pair(
        overlay(base.netsuite, merged.agreed.netsuite), overlay(base.salesforce, merged.agreed.salesforce)
    )
    refs, keys = Pair(netsuite.ref, salesforce.ref), missing_keys(desk, observed.entity, netsuite, salesforce)
    merged = with_late_edits(desk, observed, refs, merged)
    desk.actions.append(LinkUp(observed.entity, refs, agreed, keys, linked.reason, replaces=(observed.link.id,)))
    write_merged(desk, replace(observed, link=None), refs, merged)


def _without_gaps(base: Pair[Mapping[str, Value]], now: Pair[Mapping[str, Value]]) -> Pair[Mapping[str, Value]]:
    def kept(held: Mapping[str, Value]) -> Mapping[str, Value]:
        filled = (name for name in held if None not in (now.netsuite.get(name), now.salesforce.get(name)))
        return {name: held[name] for name in filled}

    return Pair(kept(base.netsuite), kept(base.salesforce))


def _by_twin(desk: Desk, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """References to records that this plan links named as the other side names them: they are one thing now."""
    twins = {f"ref:{ref}": f"ref:{twin}" for ref, twin in desk.twins.items()}
    return {name: twins.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
