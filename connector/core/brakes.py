"""Refuse a plan that is too big or too strange. A pulled brake changes nothing; the whole plan waits."""

from __future__ import annotations

from dataclasses import dataclass

from connector.core.flow import Convert, Pair, Plan, Retire, Update
from connector.core.schema import SystemName
from connector.errors import BrakePulled


@dataclass(frozen=True, slots=True)
class Limits:
    """When a plan is refused: more than `mass_change_percent` of the linked records changed on one side and at
    least `mass_change_min` of them. Deletes are never made."""

    mass_change_percent: int = 30
    mass_change_min: int = 500


def check_mass_change(plan: Plan, linked_count: int, limits: Limits) -> None:
    """Raise BrakePulled when one side would be rewritten on a scale that no day's work explains."""
    for system, count in _changes(plan):
        share = 100 * count / linked_count if linked_count else 0
        if count >= limits.mass_change_min and share > limits.mass_change_percent:
            raise BrakePulled(
                f"the plan changes {count:,} of {linked_count:,} linked records in {system.title} ({share:.0f}%); "
                f"the limit is {limits.mass_change_percent}% from {limits.mass_change_min} records on. "
                "Look at `connector plan`; if it is right, run again with --allow mass-change"
            )


def check_identity(known: Pair[str] | None, found: Pair[str]) -> None:
    """Raise BrakePulled when the accounts are not those that the state was built with."""
    if known is None:
        return
    for system in SystemName:
        if known.of(system) != found.of(system):
            raise BrakePulled(
                f"this state belongs to {system.title} account {known.of(system)}, but the credentials lead to "
                f"{found.of(system)}. Use another `state:` file for another account; nothing was changed"
            )


def _changes(plan: Plan) -> Pair[int]:
    """Updates and conversions by the system they change."""
    netsuite = sum(1 for update in plan.of(Update) if update.ref.system is SystemName.NETSUITE)
    salesforce = sum(1 for update in plan.of(Update) if update.ref.system is SystemName.SALESFORCE)
    return Pair(netsuite + len(plan.of(Retire)), salesforce + len(plan.of(Convert)))
