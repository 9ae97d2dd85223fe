"""What the planner works with while it goes through a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.core.flow import Action, Answer, AnswerFate, Hold, Pair, Ref
from connector.core.mapping.document import Mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.ports import RecordInfo
from connector.core.scene import Account, LeadEvent, Scene
from connector.core.schema import Entity, SystemName


@dataclass(frozen=True, slots=True)
class Beaten:
    """An edit of a lead, of which that of another lead takes precedence in `field` of the record that both became.
    `by_held`: that one is on hold since an earlier look."""

    field: str
    by_held: bool = False


@dataclass(slots=True)
class Desk:
    """What the planner works with while it goes through the scene. `twins`: Salesforce -> NetSuite records that
    this very plan links. `stand_ins`: as in `Plan`. `households`: accounts that a lead without a company became -> the
    name they are given. `heirs`: what leads became in Salesforce -> the events of their conversion. `follow_deletes`:
    whether a delete on one side is one on the other. `answers`: what became of answers. `overtaken`: heirs with an edit
    of their lead that this plan carries or holds for the first time. `beaten`: leads, by the id of their link, with an
    edit that has to wait for that of another. `again`: as in `Scene`, without what is being converted. `left`: what is
    left of deleted pairs, and may be linked anew -> the link that ends with it."""

    mappings: Mappings
    account: Account
    scene: Scene
    actions: list[Action] = field(default_factory=list)
    twins: dict[Ref, Ref] = field(default_factory=dict)
    stand_ins: Mapping[Ref, Ref] = field(default_factory=dict)
    households: dict[Ref, str] = field(default_factory=dict)
    heirs: dict[Ref, list[LeadEvent]] = field(default_factory=dict)
    follow_deletes: bool = False
    answers: dict[int, AnswerFate] = field(default_factory=dict)
    overtaken: set[Ref] = field(default_factory=set)
    beaten: dict[int, Beaten] = field(default_factory=dict)
    again: Mapping[Ref, int | None] = field(default_factory=dict)
    left: dict[Ref, int] = field(default_factory=dict)
    _standing: dict[Pair[Ref | None], list[Hold]] = field(init=False)
    _answered: dict[Ref, list[Answer]] = field(init=False)

    def __post_init__(self) -> None:
        self._standing, self._answered = {}, {}
        for hold in self.scene.standing:
            self._standing.setdefault(hold.refs, []).append(hold)
        for answer in self.scene.answers:
            for ref in answer.refs.netsuite, answer.refs.salesforce:
                if ref is not None:
                    self._answered.setdefault(ref, []).append(answer)

    def mapping(self, entity: Entity) -> EntityMapping:
        return self.mappings.of(entity)

    def info(self, system: SystemName, entity: Entity) -> RecordInfo | None:
        return self.account.infos.of(system).get(self.mapping(entity).record_type(system))

    def standing(self, refs: Pair[Ref]) -> list[Hold]:
        """Open holds on both records that no look at them would show again."""
        both: Pair[Ref | None] = Pair(refs.netsuite, refs.salesforce)
        return self._standing.get(both, [])

    def answered(self, *refs: Ref) -> list[Answer]:
        """What people said to holds that name one of `refs`, in the order in which they said it."""
        found = {answer.id: answer for ref in refs for answer in self._answered.get(ref, ())}
        return [found[id_] for id_ in sorted(found)]

    def problems(self, ref: Ref) -> Mapping[str, str]:
        """Canonical field -> why its value on that record could not be understood."""
        return self.scene.problems.get(ref, {})
