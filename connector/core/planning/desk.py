"""What the planner works with while it goes through a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.core.flow import Action, Ref
from connector.core.mapping.document import Mappings
from connector.core.mapping.translate import EntityMapping
from connector.core.ports import RecordInfo
from connector.core.scene import Account, LeadEvent, Scene
from connector.core.schema import Entity, SystemName


@dataclass(slots=True)
class Desk:
    """What the planner works with while it goes through the scene. `twins`: Salesforce -> NetSuite records that
    this very plan links. `households`: accounts that a lead without a company became -> the name they are given.
    `heirs`: what a lead became in Salesforce -> the event of its conversion."""

    mappings: Mappings
    account: Account
    scene: Scene
    actions: list[Action] = field(default_factory=list)
    twins: dict[Ref, Ref] = field(default_factory=dict)
    households: dict[Ref, str] = field(default_factory=dict)
    heirs: dict[Ref, LeadEvent] = field(default_factory=dict)

    def mapping(self, entity: Entity) -> EntityMapping:
        return self.mappings.of(entity)

    def info(self, system: SystemName, entity: Entity) -> RecordInfo | None:
        return self.account.infos.of(system).get(self.mapping(entity).record_type(system))

    def problems(self, ref: Ref) -> Mapping[str, str]:
        """Canonical field -> why its value on that record could not be understood."""
        return self.scene.problems.get(ref, {})
