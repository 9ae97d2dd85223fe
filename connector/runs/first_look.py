"""The first look of a run, and what it comes to: a plan.

What an account changed must be noticed before anything is written; but most runs write nothing, and metadata is the
dearest thing to ask for. So the look is made by metadata that may be a day old. If it comes to a write, or if a
system no longer knows a field, the accounts are asked anew; and if they have changed, the look is made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connector.core import plan as planner
from connector.core.flow import Create, Plan, Ref
from connector.core.planning.parents import hold_orphans, parents
from connector.core.scene import Account
from connector.errors import RemoteError
from connector.runs.account import checked, must_read_all
from connector.runs.observe import Sighting, observe
from connector.runs.parts import Parts, Progress

_UNKNOWN_FIELD = "INVALID_FIELD"
"""What Salesforce answers to a query that names a field it does not have, or does not show us (documented)."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """`parts`: as `checked` gives them, to go on with."""

    parts: Parts
    account: Account
    sighting: Sighting
    plan: Plan


def first_look(
    parts: Parts, progress: Progress, *, remember: bool, known: tuple[Parts, Account] | None = None
) -> FirstLook:
    """Look and plan. `remember`: keep the metadata that was asked for. `known`: what `checked` gave in this run, if it
    was asked before. Raises MappingError."""
    fitting, account = known or checked(parts, remember=remember)
    try:
        found = _look(fitting, account, progress)
    except RemoteError as error:
        if account.fresh or error.code != _UNKNOWN_FIELD:
            raise
        return _look(*checked(parts, remember=remember, believed_seconds=0), progress)
    if account.fresh or not found.plan.writes:
        return found
    fitting, anew = checked(parts, remember=remember, believed_seconds=parts.settings.metadata_for_writes_seconds)
    unchanged = (anew.infos, anew.drift, anew.stages) == (account.infos, account.drift, account.stages)
    return found if unchanged else _look(fitting, anew, progress)


def _look(parts: Parts, account: Account, progress: Progress) -> FirstLook:
    sighting = observe(parts, account, progress, everything=must_read_all(parts))
    return FirstLook(parts, account, sighting, plan_of(parts, sighting, account))


def plan_of(parts: Parts, sighting: Sighting, account: Account) -> Plan:
    follow = parts.settings.follow_deletes
    plan = planner.make_plan(sighting.scene, parts.mappings, account, follow_deletes=follow)
    return hold_orphans(plan, _linked_parents(parts, plan))


def _linked_parents(parts: Parts, plan: Plan) -> Iterable[Ref]:
    wanted = {ref for action in plan.of(Create) for ref in parents(action.fields)}
    return (ref for ref, link in parts.store.links(wanted).items() if link.state == "active")
